"""What the conference plugin contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_conference.floor import hub
from huitang_conference.jobs import CHECKS, JOBS
from huitang_conference.pages import PAGES
from huitang_conference.search import SOURCE
from huitang_conference.services import access, leave, notices, reminding, speech_records, voting
from huitang_conference.services.papers.templates import TEMPLATES
from huitang_conference.settings import ConferenceSettings
from huitang_conference.topics import TOPICS
from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.declare import (
    DocumentTemplate,
    HealthCheck,
    Job,
    LiveTopic,
    MenuItem,
    NotificationKind,
    Permission,
    Role,
    SearchSource,
    Widget,
)


class ConferencePlugin(Plugin):
    manifest = Manifest(
        id="conference",
        title={"zh-CN": "主席团电子会务", "en": "Conference"},
        summary={
            "zh-CN": "会务管理、报到、发言、表决与选举、席位终端与大屏。",
            "en": "Meetings, check-in, speaking, votes and elections, seat terminals and screens.",
        },
        version="0.1.0",
        sdk=">=0.1,<1",
        icon="gavel",
    )
    package = "huitang_conference"
    settings_type = ConferenceSettings

    async def start(self, ctx: PluginContext[Any]) -> None:
        self._votes = voting.Votes(ctx)
        await self._votes.start()
        self._floor = hub.begin(ctx)

    async def drain(self) -> None:
        await self._floor.drain()

    async def stop(self) -> None:
        # Terminals first: what they have sent is still stored.
        await hub.end(self._floor)
        await self._votes.stop()

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(access.READ, "See meetings, agendas and results"),
            Permission(access.MANAGE, "Prepare meetings: agenda, members, seats, documents"),
            Permission(access.CHAIR, "Chair a meeting: agenda, floor, votes"),
            Permission(access.OPERATE, "Work the operator's desk: check-in, devices, screens"),
            Permission(access.CONFIRM, "Confirm a manual act as the second person"),
            Permission(access.BODIES, "Keep bodies, their members and rules"),
            Permission(access.SEAT, "Sit in a meeting: check in, ask to speak, vote"),
            Permission(access.SCREEN, "Show a hall screen"),
            Permission(access.DOOR, "Check people in at the door"),
            Permission(access.EXPORT, "Export results, attendance and minutes"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [
            Role(
                "conference.clerk",
                "Conference clerk",
                (access.READ, access.MANAGE, access.OPERATE, access.BODIES, access.DOOR, access.EXPORT, access.SCREEN),
            ),
            Role("conference.chair", "Chair of meetings", (access.READ, access.CHAIR, access.CONFIRM, access.SEAT)),
            Role("conference.operator", "Hall operator", (access.READ, access.OPERATE, access.DOOR, access.SCREEN)),
            Role("conference.supervisor", "Teller of votes", (access.READ, access.CONFIRM, access.EXPORT)),
            Role("conference.member", "Member in session", (access.READ, access.SEAT), reach="own"),
            Role("conference.terminal", "Seat terminal", (access.SEAT,), reach="unit"),
            Role("conference.screen", "Hall screen", (access.SCREEN,), reach="unit"),
            Role("conference.gate", "Door terminal", (access.DOOR,), reach="unit"),
        ]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("My meetings", "/conference/mine", access.READ, icon="calendar-event", order=10),
            MenuItem("Meetings", "/conference/", access.READ, icon="gavel", order=20),
            MenuItem("Door", "/conference/door", access.DOOR, icon="qrcode", order=30),
            MenuItem("Bodies and members", "/conference/bodies", access.BODIES, icon="users", order=40),
            MenuItem("Rules of bodies", "/conference/profiles", access.BODIES, icon="scale", order=50),
        ]

    @hookimpl
    def widgets(self) -> Sequence[Widget]:
        return [Widget("conference.next", "Next meetings", "/conference/widgets/next", access.READ, order=10)]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def search_sources(self) -> Sequence[SearchSource]:
        return [SOURCE]

    @hookimpl
    def notification_kinds(self) -> Sequence[NotificationKind]:
        return [
            NotificationKind(notices.CALLED, "A notice of meeting", urgent=True),
            NotificationKind(notices.REMINDER, "A meeting is tomorrow", urgent=True),
            NotificationKind(leave.ASKED, "Somebody asks for leave", todo=True),
            NotificationKind(reminding.WAITS, "A request for leave waits for an answer", urgent=True),
            NotificationKind(speech_records.WRITTEN, "The record of your speech waits for you", todo=True),
            NotificationKind(leave.DECIDED, "Your request for leave was decided"),
        ]

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return JOBS

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return CHECKS

    @hookimpl
    def document_templates(self) -> Sequence[DocumentTemplate]:
        return TEMPLATES

    @hookimpl
    def live_topics(self) -> Sequence[LiveTopic]:
        return TOPICS


plugin = ConferencePlugin()
