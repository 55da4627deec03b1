"""What workflows contribute: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.workflow.overview import READ, health_checks, overview_page
from huitang_kernel.workflow.pages import PAGES
from huitang_kernel.workflow.service import WorkflowService
from huitang_kernel.workflow.settings import WorkflowSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, Permission


class WorkflowPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="workflow",
        title={"en": "Workflows", "zh-CN": "流程"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="sitemap",
    )
    package = "huitang_kernel.workflow"
    settings_type = WorkflowSettings
    service: WorkflowService

    def build(self, core: Core, settings: WorkflowSettings) -> WorkflowService:
        self.service = WorkflowService(core, settings)
        return self.service

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(READ, "See how much stands where in all workflows")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [MenuItem("Workflows", "/workflow/", READ, icon="sitemap", order=66, section="console")]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return health_checks(self.service)

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        watch = self.service.watch
        return [Job("workflow.watch", "See to deadlines", watch, cron="30 8 * * *", grace=12 * 3600)]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return (*PAGES, overview_page)

    async def start(self, ctx: PluginContext[Any]) -> None:
        """Nothing to start: plugins take their steps, and the job sees to deadlines."""
