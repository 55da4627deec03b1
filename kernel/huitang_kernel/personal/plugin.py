"""What personal data contribute: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.personal.health import health_checks
from huitang_kernel.personal.jobs import jobs
from huitang_kernel.personal.pages import MANAGE, PAGES
from huitang_kernel.personal.service import PersonalService
from huitang_kernel.personal.settings import PersonalSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, Permission


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

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(MANAGE, "Change the keys of personal data")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [MenuItem("Personal data", "/personal/", MANAGE, icon="shield-lock", order=70, section="console")]

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return jobs(self.service)

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return health_checks(self.service)

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    async def start(self, ctx: PluginContext[Any]) -> None:
        await self.service.start(ctx)

    async def stop(self) -> None:
        await self.service.stop()
