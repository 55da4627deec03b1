"""What permissions contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.permissions.desk import GRANT, MANAGE, READ
from huitang_kernel.permissions.health import PolicyCheck
from huitang_kernel.permissions.pages import PAGES
from huitang_kernel.permissions.policy import CONSOLE
from huitang_kernel.permissions.service import OPERATOR, PermissionsService
from huitang_kernel.permissions.settings import PermissionsSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, MenuItem, Permission, Role


class PermissionsPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="permissions",
        title={"en": "Permissions", "zh-CN": "权限"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="shield-lock",
    )
    package = "huitang_kernel.permissions"
    settings_type = PermissionsSettings
    service: PermissionsService

    def build(self, core: Core, settings: PermissionsSettings) -> PermissionsService:
        self.service = PermissionsService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        await self.service.start(ctx)

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(READ, "See roles and who holds them"),
            Permission(MANAGE, "Change roles"),
            Permission(GRANT, "Grant and revoke roles"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        """The operator holds every permission of the console, and none of what plugins are used for."""
        return [Role(OPERATOR, "Platform operator", (CONSOLE,), reach="all")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Roles", "/permissions/roles", READ, "shield-lock", 30, "console"),
            MenuItem("Who holds what", "/permissions/grants", READ, "user-shield", 31, "console"),
            MenuItem("Why may somebody do this?", "/permissions/why", READ, "zoom-question", 32, "console"),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        check = PolicyCheck(self.service)
        return [HealthCheck("permissions.policy", "Roles are read and in force", check, critical=True)]
