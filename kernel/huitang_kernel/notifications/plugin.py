"""What notifications contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.notifications.service import NotificationsService
from huitang_kernel.notifications.settings import NotificationsSettings
from huitang_sdk import Manifest, PluginContext


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
