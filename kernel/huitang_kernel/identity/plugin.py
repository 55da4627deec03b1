"""What identity contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_sdk import Manifest, PluginContext

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
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
        self.service.context = ctx
