"""What scheduling contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.scheduling.catalogue import problem_with
from huitang_kernel.scheduling.ledger import CHANNEL
from huitang_kernel.scheduling.service import SchedulingService
from huitang_kernel.scheduling.settings import SchedulingSettings
from huitang_sdk import Manifest, PluginContext


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
        core = self.service.core
        for record, job in self.service.jobs:
            problem = problem_with(job)
            if problem and record.is_healthy:
                record.fail("declare", problem)
        core.listener.on(CHANNEL, self.service.leader.wake)
        core.background.on_leader("scheduling", self.service.leader.run)
