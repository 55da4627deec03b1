"""What scheduling contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.scheduling import health
from huitang_kernel.scheduling.catalogue import problem_with
from huitang_kernel.scheduling.ledger import CHANNEL
from huitang_kernel.scheduling.pages import PAGES
from huitang_kernel.scheduling.service import SchedulingService
from huitang_kernel.scheduling.settings import SchedulingSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, Permission, Role


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

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission("scheduling.job.read", "See the jobs and their runs"),
            Permission("scheduling.job.run", "Run a job now"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        both = ("scheduling.job.read", "scheduling.job.run")
        return [Role("scheduling.timekeeper", "Timekeeper", both, reach="all")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Jobs", "/scheduling/jobs", "scheduling.job.read", icon="clock-play", order=50, section="console")
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return [Job("scheduling.forget", "Take old runs out of the ledger", self.service.forget, cron="40 3 * * *")]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return [
            HealthCheck("scheduling.leader", "The timetable is being run", health.check_leader),
            HealthCheck("scheduling.failed", "No job has failed lately", self.service.check_failed),
        ]
