"""What the petitions plugin contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_petitions import messages, workflow
from huitang_petitions.api import API
from huitang_petitions.entries import ENTRIES
from huitang_petitions.jobs import CHECKS, JOBS
from huitang_petitions.pages import PAGES
from huitang_petitions.personal import COLUMNS
from huitang_petitions.reactions import SUBSCRIPTIONS
from huitang_petitions.roles import PERMISSIONS, ROLES
from huitang_petitions.services import alerting, attending, supervision, unreckoned
from huitang_petitions.services.access import READ, REGISTER, RULES, SATISFACTION, SITUATION, SUPERVISE
from huitang_petitions.services.closing import visiting
from huitang_petitions.services.letters import kinds as letters
from huitang_petitions.services.reporting import documents
from huitang_petitions.settings import PetitionsSettings
from huitang_petitions.withheld import WITHHELD
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.declare import (
    DocumentTemplate,
    HealthCheck,
    Job,
    MenuItem,
    MessageKind,
    NotificationKind,
    Permission,
    PersonalColumn,
    PublicEntry,
    Role,
    Subscription,
    Withheld,
)
from huitang_sdk.workflow import Workflow


class PetitionsPlugin(Plugin):
    manifest = Manifest(
        id="petitions",
        title={"zh-CN": "人民群众来信来访", "en": "Letters and visits"},
        summary={
            "zh-CN": "来信来访的登记、办理、督办与研判。",
            "en": "Letters and visits: registered, handled, supervised and judged.",
        },
        version="0.1.0",
        sdk=">=0.1,<1",
        icon="mail-opened",
    )
    package = "huitang_petitions"
    settings_type = PetitionsSettings

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return PERMISSIONS

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return ROLES

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Register of letters and visits", "/petitions/", READ, icon="mail-opened", order=10),
            MenuItem("Board of supervision", "/petitions/board", SUPERVISE, icon="alarm", order=30),
            MenuItem("Statutory limits of offices", "/petitions/rules", RULES, icon="scale", order=80),
            MenuItem("Categories, remits and districts", "/petitions/data", RULES, icon="database", order=85),
            MenuItem("Entry desk", "/petitions/desk", REGISTER, icon="pencil-plus", order=20),
            MenuItem("Situation of letters and visits", "/petitions/situation", SITUATION, icon="chart-bar", order=60),
            MenuItem("Reports on letters and visits", "/petitions/reports", SITUATION, icon="report", order=65),
            MenuItem("Follow-up visits", "/petitions/visits", SATISFACTION, icon="phone-call", order=40),
            MenuItem("Satisfaction", "/petitions/satisfaction", SATISFACTION, icon="star", order=50),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def api(self) -> Sequence[Any]:
        return API

    @hookimpl
    def public_entries(self) -> Sequence[PublicEntry]:
        return ENTRIES

    @hookimpl
    def message_kinds(self) -> Sequence[MessageKind]:
        return messages.KINDS

    @hookimpl
    def subscriptions(self) -> Sequence[Subscription]:
        return SUBSCRIPTIONS

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return JOBS

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return CHECKS

    @hookimpl
    def personal_columns(self) -> Sequence[PersonalColumn]:
        return COLUMNS

    @hookimpl
    def withheld(self) -> Sequence[Withheld]:
        return WITHHELD

    @hookimpl
    def notification_kinds(self) -> Sequence[NotificationKind]:
        return [
            *supervision.KINDS,
            *workflow.KINDS,
            *visiting.KINDS,
            *alerting.KINDS,
            *unreckoned.KINDS,
            *attending.KINDS,
        ]

    @hookimpl
    def document_templates(self) -> Sequence[DocumentTemplate]:
        return [*letters.TEMPLATES, *documents.TEMPLATES]

    @hookimpl
    def workflows(self) -> Sequence[Workflow]:
        return [workflow.MATTER]


plugin = PetitionsPlugin()
