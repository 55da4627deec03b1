"""What the console shows of the store."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.files.settings import FilesSettings
from huitang_kernel.files.store import Store
from huitang_kernel.files.upkeep import USED_BY, Fault, as_users

USAGE = """
SELECT f.plugin, count(DISTINCT f.id) AS files, count(*) AS versions, sum(v.size)::bigint AS size
FROM files.file f JOIN files.file_version v ON v.file_id = f.id GROUP BY f.plugin ORDER BY size DESC, f.plugin
"""
LARGEST = """
SELECT f.plugin, f.id, v.version, v.name, v.media_type, v.size, v.created_at
FROM files.file_version v JOIN files.file f ON f.id = v.file_id ORDER BY v.size DESC, v.created_at DESC LIMIT $1
"""
STORED = "SELECT count(*) AS blobs, coalesce(sum(size), 0)::bigint AS size FROM files.blob"
FAULTS = """
SELECT sha256, fault FROM files.blob b WHERE fault <> ''
AND EXISTS (SELECT 1 FROM files.file_version v WHERE v.sha256 = b.sha256) ORDER BY sha256 LIMIT 100
"""


class Usage(Struct, frozen=True):
    """Sizes in bytes; `quota` 0 is no limit."""

    plugin: str
    files: int
    versions: int
    size: int
    quota: int


class Upkept(Struct, frozen=True):
    """The last run of a task; `detail` are its counts."""

    at: datetime
    ok: bool
    detail: dict[str, int]


class Overview:
    def __init__(self, core: Core, settings: FilesSettings, store: Store) -> None:
        self._core = core
        self._settings = settings
        self._store = store

    async def usage(self) -> list[Usage]:
        """What each plugin uses, the largest first; equal contents count for each file that has them."""
        rows = await self._core.database.fetch(USAGE)
        return [Usage(**row, quota=self._settings.quota_of(row["plugin"])) for row in rows]

    async def largest(self, count: int = 10) -> list[dict[str, Any]]:
        return await self._core.database.fetch(LARGEST, count)

    async def stored(self) -> tuple[int, int]:
        """How many different contents there are, and their bytes: what the disk holds."""
        row = (await self._core.database.fetch(STORED))[0]
        return row["blobs"], row["size"]

    async def upkeep(self) -> dict[str, Upkept]:
        """The last "sweep" and "verify"; without an entry when it never ran."""
        rows = await self._core.database.fetch("SELECT task, at, ok, detail FROM files.upkeep")
        return {row["task"]: Upkept(row["at"], row["ok"], json.loads(row["detail"])) for row in rows}

    async def faults(self) -> list[Fault]:
        """What the last verification found damaged and nobody has mended since."""
        rows = await self._core.database.fetch(FAULTS)
        return [Fault(r["sha256"], r["fault"], as_users(await self._used_by(r["sha256"]))) for r in rows]

    async def _used_by(self, sha256: str) -> list[dict[str, Any]]:
        return await self._core.database.fetch(USED_BY, sha256)

    async def free(self) -> int:
        """Bytes left where files are kept."""
        return (await self._store.room()).free
