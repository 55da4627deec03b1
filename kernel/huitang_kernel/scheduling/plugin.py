"""What scheduling contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_sdk import Manifest, PluginContext

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.scheduling.service import SchedulingService
from huitang_kernel.scheduling.settings import SchedulingSettings


class SchedulingPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="scheduling",
        title={"en": "Scheduling", "zh-CN": "调度"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="clock",
    )
    package = "huitang_kernel.scheduling"
    settings_type = SchedulingSettings
    service: SchedulingService

    def build(self, core: Core, settings: SchedulingSettings) -> SchedulingService:
        self.service = SchedulingService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
