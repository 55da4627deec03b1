"""What permissions contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.permissions.service import PermissionsService
from huitang_kernel.permissions.settings import PermissionsSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import Permission, Role


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
            Permission("permissions.role.read", "See roles and who holds them"),
            Permission("permissions.role.manage", "Change roles"),
            Permission("permissions.grant.manage", "Grant and revoke roles"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [Role("permissions.operator", "Platform operator", ("@console",), reach="all")]
