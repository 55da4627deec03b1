"""What plugins let be found: their declared sources, and one document made into what the index keeps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_kernel.search.analysis import pinyin_terms, text_terms, title_terms
from huitang_kernel.search.settings import SearchSettings
from huitang_sdk.contracts import SearchDocument
from huitang_sdk.declare import SearchSource

log = logging.getLogger("huitang.search")
Fields = dict[str, Any]
KIND_FACET = "kind"
"""The name under which the kinds themselves are counted; a plugin's own facet of that name is left out."""


class Sources:
    def __init__(self, registry: Registry, settings: SearchSettings) -> None:
        self._registry = registry
        self._settings = settings

    def all(self) -> Iterator[tuple[PluginRecord, SearchSource]]:
        """Every source of a plugin that could run, switched on or not: its documents wait in the index."""
        for record in self._registry:
            if record.is_healthy and record.started_context is not None:
                for source in record.declarations.search_sources:
                    yield record, source

    def declared(self) -> Iterator[tuple[PluginRecord, SearchSource]]:
        """Every declared source, also before its plugin has started."""
        return ((record, source) for record in self._registry for source in record.declarations.search_sources)

    def active(self) -> Iterator[tuple[PluginRecord, SearchSource]]:
        """The sources whose documents are found at the moment."""
        return ((record, source) for record, source in self.all() if record.is_active)

    def of_kind(self, kind: str) -> tuple[PluginRecord, SearchSource] | None:
        return next(((record, source) for record, source in self.all() if source.kind == kind), None)

    async def things(self, record: PluginRecord, source: SearchSource) -> list[UUID] | None:
        """All things of a kind; None if the plugin fails, which is noted and hurts no other plugin."""
        try:
            return [thing async for thing in source.ids(record.context)]
        except Exception as error:
            log.warning("the things of the kind %s could not be listed", source.kind, exc_info=error)
            record.note_trouble(f"search:{source.kind}", error)
            return None

    async def read(self, record: PluginRecord, source: SearchSource, thing: UUID) -> SearchDocument | None:
        """The document as its plugin gives it now; None if the thing is gone. Raises what the plugin raises."""
        async with asyncio.timeout(self._settings.document_seconds):
            return await source.document(record.context, thing)

    def fields(self, kind: str, document: SearchDocument) -> Fields:
        """What is written to the index. Costs CPU: call it in a thread."""
        body = document.body[: self._settings.indexed_characters].replace("\0", " ")
        return {
            "key": key_of(kind, document.id),
            "kind": kind,
            "organisation": str(document.organisation_id) if document.organisation_id else None,
            "owner": str(document.owner_id) if document.owner_id else None,
            "reader": [str(account) for account in document.reader_ids] or None,
            "title": title_terms(document.title),
            "body": text_terms(body),
            "pinyin": pinyin_terms(document.title),
            "facet": [facet_term(n, v) for n, v in document.facets.items() if v and n != KIND_FACET],
            "updated": int(document.updated_at.timestamp() * 1000),
            "shown": {
                "kind": kind,
                "id": document.id,
                "title": document.title,
                "body": body[: self._settings.kept_characters],
                "url": document.url,
                "updated": document.updated_at,
            },
        }


def key_of(kind: str, thing: UUID) -> str:
    return f"{kind}:{thing}"


def facet_term(name: str, value: str) -> str:
    """`=` parts name and value; a name cannot have one."""
    return f"{name.replace('=', '-')}={value}"
