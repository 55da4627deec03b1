"""What personal data contribute: an index."""

from __future__ import annotations

from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.personal.service import PersonalService
from huitang_kernel.personal.settings import PersonalSettings
from huitang_sdk import Manifest, PluginContext


class PersonalPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="personal",
        title={"en": "Personal data", "zh-CN": "个人信息"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="shield-lock",
    )
    package = "huitang_kernel.personal"
    settings_type = PersonalSettings
    service: PersonalService

    def build(self, core: Core, settings: PersonalSettings) -> PersonalService:
        self.service = PersonalService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        await self.service.start(ctx)

    async def stop(self) -> None:
        await self.service.stop()
