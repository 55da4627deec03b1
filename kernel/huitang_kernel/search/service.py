"""One search box over everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread

from huitang_kernel.core import Core
from huitang_kernel.search.analysis import query_words
from huitang_kernel.search.engine import Engine, Request
from huitang_kernel.search.folder import IndexFolder
from huitang_kernel.search.highlight import excerpt_html, title_html
from huitang_kernel.search.rebuilding import Progress, Rebuilder
from huitang_kernel.search.settings import SearchSettings
from huitang_kernel.search.snapshot import Snapshot
from huitang_kernel.search.sources import Sources
from huitang_kernel.search.updating import Pending, Updater
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Delivery, Event, Scope, SearchHit, SearchPage
from huitang_sdk.declare import SearchSource, Subscription

T = TypeVar("T")
DEEPEST = 10_000
"""Hits beyond this one are not shown: nobody reads them, and ranking them costs."""


class SearchService:
    """Implements huitang_sdk.contracts.Search."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: SearchSettings) -> None:
        self.settings = settings
        self.folder = IndexFolder(core.data_dir / "search")
        self.sources = Sources(core.registry, settings)
        self.pending = Pending(core)
        self.updater = Updater(core, settings, self.sources, self.folder)
        self.rebuilder = Rebuilder(core, settings, self.sources, self.folder)
        self.snapshot = Snapshot(self.folder, settings.cache_mb * 1024 * 1024)
        self._engine = Engine(self.snapshot)
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def in_engine(self, ask: Callable[[Engine], T]) -> T:
        """Run in the thread of the engine: answering is work of the CPU, and a snapshot belongs to one thread."""
        return await anyio.to_thread.run_sync(ask, self._engine, limiter=self._one_at_a_time)

    def readable(self, actor: Actor) -> dict[str, Scope]:
        """Every kind the actor may find something of at the moment, with the rows."""
        found: dict[str, Scope] = {}
        for _, source in self.sources.active():
            if self.context.permissions.may(actor, source.permission):
                scope = self.context.permissions.scope(actor, source.permission)
                if not scope.is_empty:
                    found[source.kind] = scope
        return found

    async def query(
        self,
        actor: Actor,
        text: str,
        *,
        kinds: Iterable[str] = (),
        facets: Mapping[str, str] | None = None,
        page: int = 1,
        size: int = 20,
    ) -> SearchPage:
        found, _ = await self.ask(actor, text, kinds=kinds, facets=facets, page=page, size=size)
        return found

    async def ask(
        self,
        actor: Actor,
        text: str,
        *,
        kinds: Iterable[str] = (),
        facets: Mapping[str, str] | None = None,
        page: int = 1,
        size: int = 20,
    ) -> tuple[SearchPage, bool]:
        """The page, and whether the query was relaxed because its words as they stand found nothing."""
        page, size = max(1, page), max(1, min(size, 200))
        request = Request(
            words=tuple(query_words(text[:500])),
            scopes=self.readable(actor),
            reader=actor.account_id,
            kinds=frozenset(kinds),
            facets=dict(facets or {}),
            start=min((page - 1) * size, DEEPEST),
            size=size,
        )
        answer = await self.in_engine(lambda engine: engine.answer(request))
        hits = tuple(as_hit(shown, request) for shown in answer.shown)
        return SearchPage(hits, answer.total, page, size, answer.facets), answer.relaxed

    async def suggest(self, actor: Actor, text: str, size: int = 8) -> list[SearchHit]:
        """Things whose titles have the words, the last of them perhaps only begun."""
        request = Request(tuple(query_words(text[:100])), self.readable(actor), actor.account_id, size=size)
        found = await self.in_engine(lambda engine: engine.suggest(request))
        return [as_hit({**shown, "body": ""}, request) for shown in found]

    async def refresh(self, kind: str, ids: Iterable[UUID]) -> None:
        if not any(source.kind == kind for _, source in self.sources.declared()):
            raise ValueError(f"no installed plugin declares a search source of the kind {kind!r}")
        await self.pending.put(kind, ids)

    async def rebuild(self, progress: Progress | None = None) -> int:
        return await self.rebuilder.rebuild(progress)

    def subscriptions(self) -> Iterator[Subscription]:
        """One for every event that a source declares."""
        for _, source in self.sources.declared():
            for event, attribute in source.events.items():
                yield _subscription(self, source, event, attribute)


def as_hit(shown: Mapping[str, Any], request: Request) -> SearchHit:
    return SearchHit(
        kind=shown["kind"],
        id=shown["id"],
        title_html=title_html(shown["title"], request.words),
        excerpt_html=excerpt_html(shown["body"], request.words),
        url=shown["url"],
        updated_at=shown["updated"],
    )


def _subscription(service: SearchService, source: SearchSource, event: type[Event], attribute: str) -> Subscription:
    async def handle(_ctx: PluginContext[Any], happened: Any, _delivery: Delivery) -> None:
        await service.refresh(source.kind, [getattr(happened, attribute)])

    return Subscription(event, f"search.index.{source.kind}.{event.event_name()}", handle)
