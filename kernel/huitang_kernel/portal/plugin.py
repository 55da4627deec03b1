"""What the portal contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.portal.pages import HANDLERS
from huitang_kernel.portal.pages.access import MANAGE_EVENTS, MANAGE_PLUGINS, READ_AUDIT, READ_CONSOLE
from huitang_kernel.portal.service import PortalService
from huitang_kernel.portal.settings import PortalSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, MenuItem, Permission, Role


class PortalPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="portal",
        title={"en": "Portal", "zh-CN": "统一门户"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="layout-dashboard",
    )
    package = "huitang_kernel.portal"
    settings_type = PortalSettings
    service: PortalService

    def build(self, core: Core, settings: PortalSettings) -> PortalService:
        self.service = PortalService(core, settings)
        return self.service

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(READ_CONSOLE, "See the console: health, plugins, event deliveries"),
            Permission(MANAGE_PLUGINS, "Enable and disable plugins"),
            Permission(READ_AUDIT, "Read and verify the audit log"),
            Permission(MANAGE_EVENTS, "Deliver given-up events again"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        everything = (READ_CONSOLE, MANAGE_PLUGINS, READ_AUDIT, MANAGE_EVENTS)
        return [Role("portal.operator", "Platform operator", everything, reach="all")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Overview", "/console", READ_CONSOLE, icon="heartbeat", order=10, section="console"),
            MenuItem("Plugins", "/console/plugins", READ_CONSOLE, icon="puzzle", order=20, section="console"),
            MenuItem("Event deliveries", "/console/events", READ_CONSOLE, icon="send", order=30, section="console"),
            MenuItem("Audit log", "/console/audit", READ_AUDIT, icon="shield-check", order=40, section="console"),
        ]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return self.service.checks.declared()

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return HANDLERS

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.start(ctx)
