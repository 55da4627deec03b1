"""Keeping the index up to date: one writer, on the leader, takes what is pending, batch by batch.

A row leaves `search.pending` only after the index has been committed, so a writer that is killed loses nothing: the
next one reads the same things again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import anyio.to_thread

from huitang_kernel.background import woken
from huitang_kernel.core import Core
from huitang_kernel.db.locks import advisory_lock, lock_key
from huitang_kernel.search.folder import IndexFolder
from huitang_kernel.search.settings import SearchSettings
from huitang_kernel.search.sources import Fields, Sources, key_of
from huitang_kernel.search.writing import apply

PENDING_CHANNEL = "huitang_search_pending"
WRITER_LOCK, REBUILD_LOCK = "search-writer", "search-rebuild"
POLL_SECONDS = 5.0
RETRY_SECONDS = (5, 60, 600, 3600)
log = logging.getLogger("huitang.search")

PUT = """
WITH asked AS (INSERT INTO search.pending (kind, id) SELECT $1, unnest($2::uuid[]))
SELECT pg_notify($3, '')
"""
DUE = """
SELECT position, kind, id, attempts FROM search.pending
WHERE applied_at IS NULL AND next_at <= now() AND kind = ANY($1) ORDER BY position LIMIT $2
"""
FORGET = "DELETE FROM search.pending WHERE position = ANY($1)"
KEEP_FOR_REBUILD = "UPDATE search.pending SET applied_at = now() WHERE position = ANY($1)"
FORGET_APPLIED = "DELETE FROM search.pending WHERE applied_at IS NOT NULL"
FAILED = """
UPDATE search.pending SET attempts = attempts + 1, error = $2, next_at = now() + make_interval(secs => $3)
WHERE position = ANY($1)
"""
Key = tuple[str, UUID]


class Pending:
    """The queue of things to read again."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def put(self, kind: str, ids: Iterable[UUID]) -> None:
        """Part of the caller's transaction if there is one: then it counts from the commit on."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), 5000):
            await self._core.database.execute(PUT, kind, wanted[start : start + 5000], PENDING_CHANNEL)


class Updater:
    def __init__(self, core: Core, settings: SearchSettings, sources: Sources, folder: IndexFolder) -> None:
        self._core = core
        self._settings = settings
        self._sources = sources
        self._folder = folder
        self._woken = asyncio.Event()

    async def wake(self, _payload: str = "") -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; on the leader only."""
        while True:
            self._woken.clear()
            if await anyio.to_thread.run_sync(self._folder.current) is not None:
                await self.enqueue_new_kinds()
                while await self.apply_batch():
                    pass
                await anyio.to_thread.run_sync(self._folder.clean)
            await woken(self._woken, POLL_SECONDS)

    async def enqueue_new_kinds(self) -> None:
        """Everything of a kind that came with a new plugin after the index was built."""
        rows = await self._core.database.fetch("SELECT kind FROM search.indexed_kind")
        known = {row["kind"] for row in rows}
        for record, source in self._sources.active():
            ids = None if source.kind in known else await self._sources.things(record, source)
            if ids is not None:
                await Pending(self._core).put(source.kind, ids)
                await self._core.database.execute(
                    "INSERT INTO search.indexed_kind VALUES ($1) ON CONFLICT DO NOTHING", source.kind
                )

    async def apply_batch(self) -> int:
        """Bring one batch into the index; returns how many rows were due."""
        if self._core.drain.is_draining:
            return 0
        with self._core.drain.busy():
            return await self._apply_batch()

    async def _apply_batch(self) -> int:
        async with self._core.database.pool.acquire() as connection, advisory_lock(connection, WRITER_LOCK):
            path = await anyio.to_thread.run_sync(self._folder.current)
            kinds = [source.kind for _, source in self._sources.active()]
            rows = await connection.fetch(DUE, kinds, self._settings.batch)
            if path is None or not rows:
                return 0
            positions: dict[Key, list[int]] = {}
            for row in rows:
                positions.setdefault((row["kind"], row["id"]), []).append(row["position"])
            documents, gone, failed = await self._read(positions)
            await anyio.to_thread.run_sync(apply, path, gone, documents)
            done = [p for key, several in positions.items() if key not in failed for p in several]
            await self._forget(connection, done)
            attempts = {row["position"]: row["attempts"] for row in rows}
            for key, error in failed.items():
                wait = RETRY_SECONDS[min(max(attempts[p] for p in positions[key]), len(RETRY_SECONDS) - 1)]
                await connection.execute(FAILED, positions[key], error, float(wait))
        return len(rows)

    async def _read(self, wanted: Iterable[Key]) -> tuple[list[Fields], list[str], dict[Key, str]]:
        """(documents, keys of things that are gone, errors by thing)."""
        documents: list[Fields] = []
        gone: list[str] = []
        failed: dict[Key, str] = {}
        for kind, thing in wanted:
            found = self._sources.of_kind(kind)
            if found is None:
                continue
            record, source = found
            try:
                document = await self._sources.read(record, source, thing)
                if document is None:
                    gone.append(key_of(kind, thing))
                else:
                    documents.append(await anyio.to_thread.run_sync(self._sources.fields, kind, document))
            except Exception as error:
                log.warning("%s %s could not be read for the index", kind, thing, exc_info=error)
                record.note_trouble(f"search:{kind}", error)
                failed[kind, thing] = f"{type(error).__name__}: {error}"[:500]
        return documents, gone, failed

    async def _forget(self, connection: Any, positions: list[int]) -> None:
        """While a rebuild runs the rows are kept, for it may have read the things before they changed."""
        async with connection.transaction():
            if await connection.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", lock_key(REBUILD_LOCK)):
                await connection.execute(FORGET, positions)
                await connection.execute(FORGET_APPLIED)
            else:
                await connection.execute(KEEP_FOR_REBUILD, positions)
