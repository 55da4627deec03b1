"""What search contributes: an index."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.search import pages
from huitang_kernel.search.dictionaries import warm_up
from huitang_kernel.search.health import health_checks
from huitang_kernel.search.rebuilding import REBUILD_CHANNEL
from huitang_kernel.search.service import SearchService
from huitang_kernel.search.settings import SearchSettings
from huitang_kernel.search.updating import PENDING_CHANNEL
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, MenuItem, Permission


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
        self._core = core
        self.service = SearchService(core, settings)
        return self.service

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission("search.index.manage", "See the state of the search index and rebuild it")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Search index", "/search/index", "search.index.manage", icon="search", order=70, section="console")
        ]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return health_checks(self.service)

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return pages.HANDLERS

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
        self._subscribe()
        self._core.listener.on(PENDING_CHANNEL, self.service.updater.wake)
        self._core.listener.on(REBUILD_CHANNEL, self.service.rebuilder.wake)
        self._core.background.on_leader("search-writer", self.service.updater.run)
        self._core.background.on_leader("search-rebuild", self.service.rebuilder.run)
        self._warming = asyncio.create_task(asyncio.to_thread(warm_up))

    def _subscribe(self) -> None:
        """Which events matter is known only when every plugin has declared its sources, so it is added here."""
        record = self._core.registry.get(self.manifest.id)
        if record is not None:
            own = tuple(self.service.subscriptions())
            record.declarations = msgspec.structs.replace(record.declarations, subscriptions=own)

    async def stop(self) -> None:
        await self.service.in_engine(lambda _: self.service.snapshot.close())
