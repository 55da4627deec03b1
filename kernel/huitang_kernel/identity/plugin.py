"""What identity contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import Permission

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.identity.pages import PAGES
from huitang_kernel.identity.service import IdentityService
from huitang_kernel.identity.settings import IdentitySettings


class IdentityPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="identity",
        title={"en": "Identity", "zh-CN": "身份"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="users",
    )
    package = "huitang_kernel.identity"
    settings_type = IdentitySettings
    service: IdentityService

    def build(self, core: Core, settings: IdentitySettings) -> IdentityService:
        self.service = IdentityService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        await self.service.start(ctx)

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission("identity.account.read", "See accounts"),
            Permission("identity.account.manage", "Make and change accounts"),
            Permission("identity.organisation.read", "See the organisations"),
            Permission("identity.organisation.manage", "Change the organisations"),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES
