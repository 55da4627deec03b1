"""A fresh index from all sources, swapped in whole. Search goes on in the old one meanwhile, and so do its updates."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import anyio.to_thread
import asyncpg

from huitang_kernel.background import woken
from huitang_kernel.core import Core
from huitang_kernel.db.locks import advisory_lock
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.search.folder import IndexFolder
from huitang_kernel.search.settings import SearchSettings
from huitang_kernel.search.sources import Fields, Sources
from huitang_kernel.search.updating import PENDING_CHANNEL, REBUILD_LOCK, WRITER_LOCK, Pending
from huitang_kernel.search.writing import FreshIndex
from huitang_sdk.declare import SearchSource

REBUILD_CHANNEL = "huitang_search_rebuild"
POLL_SECONDS = 5.0
SAY_EVERY = 0.5
Progress = Callable[[str, int, int], None]
log = logging.getLogger("huitang.search")

STARTED = """
UPDATE search.rebuild SET requested_at = NULL, started_at = $1, finished_at = NULL, kind = '', done = 0, total = 0,
    error = ''
"""
PROGRESS = "UPDATE search.rebuild SET kind = $1, done = $2, total = $3"
FINISHED = "UPDATE search.rebuild SET finished_at = $1, documents = $2, error = $3"
APPLY_AGAIN = "UPDATE search.pending SET applied_at = NULL WHERE applied_at IS NOT NULL"


class Rebuilder:
    def __init__(self, core: Core, settings: SearchSettings, sources: Sources, folder: IndexFolder) -> None:
        self._core = core
        self._settings = settings
        self._sources = sources
        self._folder = folder
        self._woken = asyncio.Event()
        self._said = 0.0

    async def wake(self, _payload: str = "") -> None:
        self._woken.set()

    async def run(self) -> None:
        """On the leader, until cancelled: rebuild when somebody asks, or when there is no index that fits."""
        while True:
            self._woken.clear()
            missing = await anyio.to_thread.run_sync(self._folder.current) is None
            rows = await self._core.database.fetch("SELECT requested_at FROM search.rebuild")
            if missing or rows[0]["requested_at"] is not None:
                await self.rebuild()
            await woken(self._woken, POLL_SECONDS)

    async def ask(self) -> None:
        """Ask the leader, part of the caller's transaction."""
        await self._core.database.execute("UPDATE search.rebuild SET requested_at = now()")
        await self._core.database.notify(REBUILD_CHANNEL)

    async def rebuild(self, progress: Progress | None = None) -> int:
        """Waits for another rebuild to end, then builds and swaps; returns how many documents are in."""
        connection = await asyncpg.connect(self._core.database.dsn)
        try:
            async with advisory_lock(connection, REBUILD_LOCK):
                await self._core.database.execute(STARTED, self._core.clock.now())
                try:
                    documents = await self._build(connection, progress)
                except BaseException as error:
                    await connection.execute(
                        FINISHED, self._core.clock.now(), 0, f"{type(error).__name__}: {error}"[:500]
                    )
                    raise
                await self._core.database.execute(FINISHED, self._core.clock.now(), documents, "")
        finally:
            connection.terminate()
        await self._core.database.notify(PENDING_CHANNEL)
        return documents

    async def _build(self, connection: asyncpg.Connection, progress: Progress | None) -> int:
        path = await anyio.to_thread.run_sync(self._folder.create)
        fresh = await anyio.to_thread.run_sync(FreshIndex, path)
        documents, kinds = 0, []
        try:
            for record, source in list(self._sources.all()):
                added = await self._add_source(fresh, record, source, progress)
                if added is not None:
                    documents += added
                    kinds.append(source.kind)
            await anyio.to_thread.run_sync(fresh.finish)
            await self._swap(connection, path, kinds)
        except BaseException:
            fresh.remove()
            raise
        return documents

    async def _swap(self, connection: asyncpg.Connection, path: Path, kinds: list[str]) -> None:
        """Between two batches of the writer; what it applied to the old index meanwhile is applied again to the new."""
        async with advisory_lock(connection, WRITER_LOCK), connection.transaction():
            await connection.execute(APPLY_AGAIN)
            await connection.execute("DELETE FROM search.indexed_kind")
            await connection.execute("INSERT INTO search.indexed_kind SELECT unnest($1::text[])", kinds)
            await anyio.to_thread.run_sync(self._folder.use, path)

    async def _add_source(
        self, fresh: FreshIndex, record: PluginRecord, source: SearchSource, progress: Progress | None
    ) -> int | None:
        """How many documents are in; None if the plugin cannot say what there is: the writer asks it again later."""
        ids = await self._sources.things(record, source)
        if ids is None:
            return None
        added = 0
        for start in range(0, len(ids), self._settings.batch):
            documents = [
                d
                for thing in ids[start : start + self._settings.batch]
                if (d := await self._read(record, source, thing))
            ]
            await anyio.to_thread.run_sync(fresh.add, documents)
            added += len(documents)
            await self._say(progress, source.kind, min(start + self._settings.batch, len(ids)), len(ids))
        return added

    async def _read(self, record: PluginRecord, source: SearchSource, thing: UUID) -> Fields | None:
        """One thing; one that cannot be read now is left to the writer, which tries again."""
        try:
            document = await self._sources.read(record, source, thing)
        except Exception as error:
            log.warning("%s %s could not be read for the index", source.kind, thing, exc_info=error)
            record.note_trouble(f"search:{source.kind}", error)
            await Pending(self._core).put(source.kind, [thing])
            return None
        if document is None:
            return None
        return await anyio.to_thread.run_sync(self._sources.fields, source.kind, document)

    async def _say(self, progress: Progress | None, kind: str, done: int, total: int) -> None:
        if progress:
            progress(kind, done, total)
        if done == total or time.monotonic() - self._said > SAY_EVERY:
            self._said = time.monotonic()
            await self._core.database.execute(PROGRESS, kind, done, total)
