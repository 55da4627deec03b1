"""What the noticeboard contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_noticeboard.jobs import check_expired, take_expired_down
from huitang_noticeboard.pages import PAGES
from huitang_noticeboard.search import SOURCE
from huitang_noticeboard.services import PUBLISH, READ
from huitang_noticeboard.settings import NoticeboardSettings
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.declare import (
    HealthCheck,
    Job,
    MenuItem,
    NotificationKind,
    Permission,
    Role,
    SearchSource,
    Widget,
)


class NoticeboardPlugin(Plugin):
    manifest = Manifest(
        id="noticeboard",
        title={"zh-CN": "公告栏", "en": "Noticeboard"},
        summary={"zh-CN": "发布公告，到期自动撤下。", "en": "Notices that come down by themselves."},
        version="0.1.0",
        sdk=">=0.1,<1",
        icon="speakerphone",
    )
    package = "huitang_noticeboard"
    settings_type = NoticeboardSettings

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(READ, "Read notices"), Permission(PUBLISH, "Publish notices")]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [
            Role("noticeboard.reader", "Notice reader", (READ,)),
            Role("noticeboard.editor", "Notice editor", (READ, PUBLISH)),
        ]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Notices", "/noticeboard/", READ, icon="speakerphone", order=10),
            MenuItem("Publish a notice", "/noticeboard/new", PUBLISH, icon="edit", order=20),
        ]

    @hookimpl
    def widgets(self) -> Sequence[Widget]:
        return [Widget("noticeboard.latest", "Latest notices", "/noticeboard/widget", READ)]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def search_sources(self) -> Sequence[SearchSource]:
        return [SOURCE]

    @hookimpl
    def notification_kinds(self) -> Sequence[NotificationKind]:
        return [NotificationKind("noticeboard.published", "A notice was published")]

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return [Job("noticeboard.expire", "Take down expired notices", take_expired_down, cron="5 0 * * *")]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return [HealthCheck("noticeboard.expired", "No expired notice is still up", check_expired)]


plugin = NoticeboardPlugin()
