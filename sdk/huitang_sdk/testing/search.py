"""Search by plain comparison of texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any
from uuid import UUID

from huitang_sdk.contracts import Actor, Permissions, SearchDocument, SearchHit, SearchPage
from huitang_sdk.declare import SearchSource
from huitang_sdk.plugin import PluginContext


class FakeSearch:
    """Implements `huitang_sdk.contracts.Search`: every word must be part of the title or the body. No pinyin here.

    As in the kernel the index is a copy: it changes by `refresh` (at once) and `rebuild`. Give it the context that the
    sources read with, unless they need none.
    """

    context: PluginContext[Any]

    def __init__(self, sources: Iterable[SearchSource], permissions: Permissions) -> None:
        self._sources = {source.kind: source for source in sources}
        self._permissions = permissions
        self._index: dict[tuple[str, UUID], SearchDocument] = {}

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
        """See the contract."""
        words, wanted, chosen = text.lower().split(), set(kinds), dict(facets or {})
        found = [
            (kind, document)
            for (kind, _), document in self._index.items()
            if (not wanted or kind in wanted)
            and chosen.items() <= dict(document.facets).items()
            and all(word in f"{document.title}\n{document.body}".lower() for word in words)
            and self._in_scope(actor, kind, document)
        ]
        counts: dict[str, Counter[str]] = {}
        for _, document in found:
            for field, value in document.facets.items():
                counts.setdefault(field, Counter())[value] += 1
        found.sort(key=lambda pair: pair[1].updated_at, reverse=True)
        shown = found[(page - 1) * size : page * size]
        hits = tuple(_hit(kind, document, words) for kind, document in shown)
        return SearchPage(hits, len(found), page, size, {field: dict(count) for field, count in counts.items()})

    async def refresh(self, kind: str, ids: Iterable[UUID]) -> None:
        """See the contract."""
        if kind not in self._sources:
            raise ValueError(f"no plugin declares a search source of the kind {kind!r}")
        for identifier in ids:
            document = await self._sources[kind].document(getattr(self, "context", None), identifier)  # type: ignore[arg-type]
            self._index.pop((kind, identifier), None)
            if document is not None:
                self._index[kind, identifier] = document

    async def rebuild(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """See the contract."""
        self._index.clear()
        for kind, source in self._sources.items():
            ids = [identifier async for identifier in source.ids(getattr(self, "context", None))]  # type: ignore[arg-type]
            await self.refresh(kind, ids)
            if progress:
                progress(kind, len(ids), len(ids))
        return len(self._index)

    def _in_scope(self, actor: Actor, kind: str, document: SearchDocument) -> bool:
        scope = self._permissions.scope(actor, self._sources[kind].permission)
        if actor.account_id in document.reader_ids and not scope.is_empty and document.id not in scope.denied:
            return True
        return scope.includes(key=document.id, organisation=document.organisation_id, owner=document.owner_id)


def _hit(kind: str, document: SearchDocument, words: list[str]) -> SearchHit:
    title, excerpt = _marked(document.title, words), _marked(document.body[:160], words)
    return SearchHit(kind, document.id, title, excerpt, document.url, document.updated_at)


def _marked(text: str, words: list[str]) -> str:
    pattern = "|".join(re.escape(word) for word in words)
    parts = re.split(f"({pattern})", text, flags=re.IGNORECASE) if pattern else [text]
    return "".join(f"<mark>{escape(p)}</mark>" if n % 2 else escape(p) for n, p in enumerate(parts))
