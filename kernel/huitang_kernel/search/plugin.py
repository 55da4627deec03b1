"""What search contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_sdk import Manifest, PluginContext

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.search.service import SearchService
from huitang_kernel.search.settings import SearchSettings


class SearchPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="search",
        title={"en": "Search", "zh-CN": "检索"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="search",
    )
    package = "huitang_kernel.search"
    settings_type = SearchSettings
    service: SearchService

    def build(self, core: Core, settings: SearchSettings) -> SearchService:
        self.service = SearchService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
