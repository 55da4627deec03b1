"""The text of blobs for search: read once, in a process of its own that may be stopped, then kept in a table."""

from __future__ import annotations

import logging
from pathlib import Path

import anyio
import anyio.to_process

from huitang_kernel.core import Core
from huitang_kernel.files.extract import READERS, Limits, extract
from huitang_kernel.files.settings import FilesSettings
from huitang_kernel.files.store import BlobMissing, Store
from huitang_sdk.contracts import StoredFile

log = logging.getLogger("huitang.files")
MB = 1024 * 1024
KEEP = """
INSERT INTO files.blob_text (sha256, state, text, reason, read_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (sha256) DO UPDATE SET state = excluded.state, text = excluded.text, reason = excluded.reason,
    read_at = excluded.read_at
"""


class Texts:
    """Reads and remembers. An unreadable file is remembered too, with the reason, and is not tried again."""

    def __init__(self, core: Core, settings: FilesSettings, store: Store) -> None:
        self._core = core
        self._settings = settings
        self._store = store
        self._processes = anyio.CapacityLimiter(max(1, settings.text_processes))
        self._limits = Limits(
            characters=settings.text_max_characters,
            unpacked=settings.text_max_unpacked_mb * MB,
            memory=settings.text_memory_mb * MB,
        )

    async def text(self, stored: StoredFile) -> str:
        """The text, or "" if there is none to be had."""
        known = await self._core.database.fetch("SELECT text FROM files.blob_text WHERE sha256 = $1", stored.sha256)
        if known:
            return str(known[0]["text"])
        if stored.media_type not in READERS:
            return ""
        state, text, reason = await self._read(stored)
        if state != "read":
            log.info("no text from %s (%s): %s %s", stored.id, stored.name, state, reason)
        await self._core.database.execute(KEEP, stored.sha256, state, text, reason, self._core.clock.now())
        return text

    async def _read(self, stored: StoredFile) -> tuple[str, str, str]:
        if stored.size > self._settings.text_max_file_mb * MB:
            return "too-large", "", f"{stored.size} bytes"
        try:
            async with self._store.local_copy(stored.sha256) as path:
                return await self._in_process(path, stored.media_type)
        except BlobMissing:
            return "unreadable", "", "the bytes are missing"

    async def _in_process(self, path: Path, media_type: str) -> tuple[str, str, str]:
        async with self._processes:
            try:
                with anyio.fail_after(self._settings.text_seconds):
                    return await anyio.to_process.run_sync(
                        extract, str(path), media_type, self._limits, cancellable=True
                    )
            except TimeoutError:
                return "timeout", "", f"more than {self._settings.text_seconds:g} s"
            except anyio.BrokenWorkerProcess as error:
                return "unreadable", "", f"the reading process ended: {error}"[:500]
