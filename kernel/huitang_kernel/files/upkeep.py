"""Keeping the store in order: sweep bytes nobody refers to, and read everything again to find what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.db.locks import advisory_lock, lock_key
from huitang_kernel.files.settings import FilesSettings
from huitang_kernel.files.store import Blob, BlobMissing, Store
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM

Progress = Callable[[str, int, int], None]
NOBODY_REFERS = """
DELETE FROM files.blob b WHERE b.sha256 = $1
AND NOT EXISTS (SELECT 1 FROM files.file_version v WHERE v.sha256 = b.sha256)
"""
REFERRED = "SELECT 1 FROM files.file_version WHERE sha256 = $1 LIMIT 1"
USED_BY = """
SELECT f.plugin, f.id, v.name, v.version FROM files.file_version v JOIN files.file f ON f.id = v.file_id
WHERE v.sha256 = $1 ORDER BY f.plugin, f.id, v.version LIMIT 20
"""
NOTE = """
INSERT INTO files.upkeep (task, at, ok, detail) VALUES ($1, $2, $3, $4)
ON CONFLICT (task) DO UPDATE SET at = excluded.at, ok = excluded.ok, detail = excluded.detail
"""


class Swept(Struct, frozen=True):
    blobs: int = 0
    size: int = 0
    unfinished: int = 0


class Fault(Struct, frozen=True):
    """A blob that is missing or whose bytes are not what they were; `files` names where it is used."""

    sha256: str
    problem: str
    files: tuple[str, ...]


class Verified(Struct, frozen=True):
    blobs: int
    size: int
    faults: tuple[Fault, ...] = ()


def as_users(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The files that a blob belongs to, in words."""
    return tuple(f"{row['plugin']}: {row['name']} ({row['id']}, version {row['version']})" for row in rows)


class Upkeep:
    def __init__(self, core: Core, settings: FilesSettings, store: Store) -> None:
        self._core = core
        self._settings = settings
        self._store = store

    async def sweep(self, now: datetime | None = None) -> Swept:
        """Remove blobs without a file and unfinished transfers, both older than the grace; one sweep runs at a time."""
        before = (now or self._core.clock.now()) - timedelta(hours=self._settings.sweep_after_hours)
        async with self._core.database.pool.acquire() as connection, advisory_lock(connection, "files-sweep"):
            blobs = size = 0
            async for blob in self._store.blobs():
                if blob.placed_at < before and await self._remove_orphan(connection, blob):
                    blobs, size = blobs + 1, size + blob.size
            swept = Swept(blobs, size, await self._store.sweep_unfinished(before))
        await self._note("sweep", True, {"blobs": swept.blobs, "size": swept.size, "unfinished": swept.unfinished})
        return swept

    async def _remove_orphan(self, connection: Any, blob: Blob) -> bool:
        """Saving holds the same lock until its commit, so bytes that are just being referred to are left alone."""
        async with connection.transaction():
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock_key(f"blob:{blob.sha256}")):
                return False
            if await connection.fetchval(REFERRED, blob.sha256):
                return False
            await connection.execute(NOBODY_REFERS, blob.sha256)
            await self._store.remove(blob.sha256)
            return True

    async def verify(self, progress: Progress | None = None) -> Verified:
        """Read every blob that a file refers to and compare it with its name and size."""
        rows = await self._core.database.fetch(
            "SELECT sha256, size FROM files.blob b WHERE EXISTS"
            " (SELECT 1 FROM files.file_version v WHERE v.sha256 = b.sha256) ORDER BY sha256"
        )
        faults: list[Fault] = []
        for done, row in enumerate(rows, start=1):
            problem = await self._problem(row["sha256"], row["size"])
            await self._core.database.execute(
                "UPDATE files.blob SET fault = $2, verified_at = $3 WHERE sha256 = $1",
                row["sha256"],
                problem,
                self._core.clock.now(),
            )
            if problem:
                faults.append(Fault(row["sha256"], problem, await self._used_by(row["sha256"])))
            if progress:
                progress("files", done, len(rows))
        verified = Verified(len(rows), sum(row["size"] for row in rows), tuple(faults))
        await self._note("verify", not faults, {"blobs": verified.blobs, "size": verified.size, "faults": len(faults)})
        return verified

    async def _problem(self, sha256: str, size: int) -> str:
        """What is wrong with a blob: "missing", "corrupt", or "" for nothing."""
        found = await self._store.find(sha256)
        if found is None:
            return "missing"
        if found.size != size:
            return "corrupt"
        digest = hashlib.sha256()
        try:
            async for chunk in self._store.stream(sha256, 0, size):
                digest.update(chunk)
        except BlobMissing:
            return "missing"
        except OSError as error:
            return f"unreadable: {error.strerror}"
        return "" if digest.hexdigest() == sha256 else "corrupt"

    async def _used_by(self, sha256: str) -> tuple[str, ...]:
        return as_users(await self._core.database.fetch(USED_BY, sha256))

    async def _note(self, task: str, ok: bool, detail: dict[str, int]) -> None:
        """Remember the run for the console; what was found also goes on record."""
        async with self._core.database.write(SYSTEM) as write:
            await self._core.database.execute(NOTE, task, self._core.clock.now(), ok, json.dumps(detail))
            await write.audit(f"files.store.{AUDITED[task]}", Ref("files.store", STORE_ID), detail=detail)


AUDITED = {"sweep": "swept", "verify": "verified"}
STORE_ID = UUID(int=0)
"""The store is one thing; audit records name it by this id."""
