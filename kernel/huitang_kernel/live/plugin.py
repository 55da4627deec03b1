"""What live topics contribute: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.live.health import check_listening
from huitang_kernel.live.pages import PAGES
from huitang_kernel.live.service import LiveService
from huitang_kernel.live.settings import LiveSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, HealthStatus


class LivePlugin(BuiltinPlugin):
    manifest = Manifest(
        id="live",
        title={"en": "Live topics", "zh-CN": "实时推送"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="broadcast",
    )
    package = "huitang_kernel.live"
    settings_type = LiveSettings
    service: LiveService

    def build(self, core: Core, settings: LiveSettings) -> LiveService:
        self.service = LiveService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.start(ctx)

    async def stop(self) -> None:
        await self.service.stop()

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return [HealthCheck("live.listening", "This node hears what the others say", self._check_listening)]

    async def _check_listening(self, _ctx: PluginContext[Any]) -> HealthStatus:
        return check_listening(self.service.core.listener)

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES
