"""What the portal contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.portal import pages_home
from huitang_kernel.portal.service import PortalService
from huitang_kernel.portal.settings import PortalSettings
from huitang_sdk import Manifest, PluginContext, hookimpl


class PortalPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="portal",
        title={"en": "Portal", "zh-CN": "统一门户"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="layout-dashboard",
    )
    package = "huitang_kernel.portal"
    settings_type = PortalSettings
    service: PortalService

    def build(self, core: Core, settings: PortalSettings) -> PortalService:
        self.service = PortalService(core, settings)
        return self.service

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return [pages_home.home, pages_home.set_display, pages_home.set_language]

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
