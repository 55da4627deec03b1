"""Search: one box over every plugin. The index is a cache that can always be rebuilt from the sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.identity import Actor


class SearchDocument(Struct, frozen=True, kw_only=True):
    """What a source gives the index about one thing.

    `organisation_id` and `owner_id` are what the source's permission scope is compared with: a document with neither is
    found only by those whose scope is everything. `reader_ids` are accounts that find it whatever their scope, as long
    as they hold the permission and are not refused this very thing: whoever is called to a meeting, say; what `more`
    is to `Scope.where_sql`. `facets` are shown as filters ({"year": "2026"}).
    """

    id: UUID
    title: str
    body: str
    url: str
    updated_at: datetime
    organisation_id: UUID | None = None
    owner_id: UUID | None = None
    reader_ids: tuple[UUID, ...] = ()
    facets: Mapping[str, str] = {}


class SearchHit(Struct, frozen=True):
    """`title_html` and `excerpt_html` are safe HTML with <mark> around what matched."""

    kind: str
    id: UUID
    title_html: str
    excerpt_html: str
    url: str
    updated_at: datetime


class SearchPage(Struct, frozen=True):
    """One page of hits; `total` and `facets` ({field: {value: count}}) count only what the reader may see."""

    hits: tuple[SearchHit, ...]
    total: int
    page: int
    size: int
    facets: Mapping[str, Mapping[str, int]] = {}


class Search(Protocol):
    """Asking and feeding the index; `ctx.search`. Raises ValueError for a kind nobody declared."""

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
        """Chinese words and pinyin; the reader's scope is part of the query, so nothing else is found or counted."""

    async def refresh(self, kind: str, ids: Iterable[UUID]) -> None:
        """Ask the writer to read these things again from their source. Called for declared events by the kernel."""

    async def rebuild(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Build a fresh index from all sources and swap it in; `progress(kind, done, total)`. Returns the documents."""


IdStream = AsyncIterator[UUID]
