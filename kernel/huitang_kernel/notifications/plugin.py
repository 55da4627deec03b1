"""What notifications contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.notifications import health
from huitang_kernel.notifications.api import API
from huitang_kernel.notifications.inbox import TOPICS
from huitang_kernel.notifications.pages import PAGES
from huitang_kernel.notifications.service import NotificationsService
from huitang_kernel.notifications.settings import NotificationsSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, LiveTopic, MenuItem, Permission, Role, Widget


class NotificationsPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="notifications",
        title={"en": "Notifications", "zh-CN": "通知"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="bell",
    )
    package = "huitang_kernel.notifications"
    settings_type = NotificationsSettings
    service: NotificationsService

    def build(self, core: Core, settings: NotificationsSettings) -> NotificationsService:
        self.service = NotificationsService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.start(ctx)

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission("notifications.delivery.read", "See what was sent and what was not"),
            Permission("notifications.delivery.manage", "Send again what was given up"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        both = ("notifications.delivery.read", "notifications.delivery.manage")
        return [Role("notifications.postmaster", "Postmaster", both, reach="all")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("To-dos", "/notifications/todos", icon="checklist", order=10),
            MenuItem("Notices", "/notifications/", icon="bell", order=20),
            MenuItem(
                "Sent notices",
                "/notifications/deliveries",
                "notifications.delivery.read",
                icon="mail-forward",
                order=60,
                section="console",
            ),
        ]

    @hookimpl
    def widgets(self) -> Sequence[Widget]:
        return [
            Widget("notifications.todos", "What needs me today", "/notifications/widgets/todos", order=10),
            Widget("notifications.latest", "Latest notices", "/notifications/widgets/latest", order=20),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def api(self) -> Sequence[Any]:
        return API

    @hookimpl
    def live_topics(self) -> Sequence[LiveTopic]:
        return TOPICS

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return [
            HealthCheck("notifications.set_up", "E-mail is set up", health.check_set_up),
            HealthCheck("notifications.dead", "No e-mail was given up", health.check_dead),
            HealthCheck("notifications.late", "E-mail leaves in time", health.check_late),
        ]
