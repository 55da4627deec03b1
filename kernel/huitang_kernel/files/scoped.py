"""The files of one plugin: what `ctx.files` is."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import anyio.to_thread

from huitang_kernel.core import Core
from huitang_kernel.db.locks import lock_key
from huitang_kernel.files.settings import FilesSettings
from huitang_kernel.files.sniff import sniff
from huitang_kernel.files.store import CHUNK, BlobMissing, LimitExceeded, Received, Store
from huitang_kernel.files.text import Texts
from huitang_sdk.contracts import Actor, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound, TooLarge, Unavailable
from huitang_sdk.i18n import Translator

_ = Translator("files")
log = logging.getLogger("huitang.files")
MB = 1024 * 1024

NEWEST = """
SELECT v.* FROM files.file f JOIN files.file_version v ON v.file_id = f.id
WHERE f.id = $1 AND f.plugin = $2 AND v.version = coalesce($3, f.version)
"""
ALL_VERSIONS = """
SELECT v.* FROM files.file f JOIN files.file_version v ON v.file_id = f.id
WHERE f.id = $1 AND f.plugin = $2 ORDER BY v.version DESC
"""
IS_OWN = """
SELECT 1 FROM files.file f JOIN files.file_version v ON v.file_id = f.id
WHERE f.id = $1 AND f.plugin = $2 AND v.sha256 = $3
"""
USED = """
SELECT coalesce(sum(v.size), 0)::bigint AS used FROM files.file f JOIN files.file_version v ON v.file_id = f.id
WHERE f.plugin = $1
"""
PUT_BLOB = """
INSERT INTO files.blob (sha256, size, created_at) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO UPDATE SET fault = ''
"""
PUT_FILE = "INSERT INTO files.file (id, plugin, version) VALUES ($1, $2, 1) RETURNING id, version"
NEXT_VERSION = "UPDATE files.file SET version = version + 1 WHERE id = $1 AND plugin = $2 RETURNING id, version"
PUT_VERSION = """
INSERT INTO files.file_version (file_id, version, name, media_type, size, sha256, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *
"""


def as_stored(row: dict[str, Any]) -> StoredFile:
    return StoredFile(
        id=row["file_id"],
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"],
        version=row["version"],
        created_at=row["created_at"],
        created_by=row["created_by"],
    )


class PluginFiles:
    """Implements huitang_sdk.contracts.Files for one plugin; another plugin's files do not exist here."""

    def __init__(self, plugin: str, core: Core, settings: FilesSettings, store: Store, texts: Texts) -> None:
        self._plugin = plugin
        self._core = core
        self._settings = settings
        self._store = store
        self._texts = texts

    async def save(
        self, name: str, content: AsyncIterable[bytes] | bytes, *, actor: Actor, replaces: UUID | None = None
    ) -> StoredFile:
        await self._require_write()
        name = clean_name(name)
        stream = in_chunks(content) if isinstance(content, bytes) else content
        received = await self._receive(stream)
        try:
            media_type = await anyio.to_thread.run_sync(sniff, received.path, name)
            self._check_type(name, media_type)
            await self._check_quota(received.size)
            await self._core.database.execute(
                "SELECT pg_advisory_xact_lock_shared($1)", lock_key(f"blob:{received.sha256}")
            )
        except BaseException:
            with anyio.CancelScope(shield=True):
                await received.discard()
            raise
        await received.keep()
        return await self._record(received, name, media_type, actor, replaces)

    async def _require_write(self) -> None:
        """Without a transaction there would be nothing to keep bytes and row together."""
        async with self._core.database.connection() as connection:
            if not connection.is_in_transaction():
                raise RuntimeError("files are saved and deleted inside ctx.db.write")

    async def _receive(self, stream: AsyncIterable[bytes]) -> Received:
        limit = self._settings.max_file_mb * MB
        try:
            return await self._store.receive(stream, limit)
        except LimitExceeded:
            message = _("The file is larger than {limit} MB, the most that one file may have.", limit=limit // MB)
            raise TooLarge(message) from None

    def _check_type(self, name: str, media_type: str) -> None:
        family = media_type.partition("/")[0] + "/*"
        if media_type in self._settings.refused_types or family in self._settings.refused_types:
            message = _("“{name}” is of the type {type}, which is not accepted here.", name=name, type=media_type)
            raise Invalid(message, fields={"file": message})

    async def _check_quota(self, size: int) -> None:
        """Savers of a plugin with a quota take turns from here to their commit, so that it holds exactly."""
        quota = self._settings.quota_of(self._plugin)
        if not quota:
            return
        await self._core.database.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"quota:{self._plugin}"))
        used = (await self._core.database.fetch(USED, self._plugin))[0]["used"]
        if used + size > quota:
            raise TooLarge(
                _(
                    "There is no room for this file: {used} MB of {quota} MB for this part of the platform are used."
                    " Remove files that are not needed, or ask the operator for more.",
                    used=used // MB,
                    quota=quota // MB,
                )
            )

    async def _record(
        self, received: Received, name: str, media_type: str, actor: Actor, replaces: UUID | None
    ) -> StoredFile:
        database, now = self._core.database, self._core.clock.now()
        await database.execute(PUT_BLOB, received.sha256, received.size, now)
        if replaces is None:
            files = await database.fetch(PUT_FILE, new_id(), self._plugin)
        else:
            files = await database.fetch(NEXT_VERSION, replaces, self._plugin)
        if not files:
            raise self._not_found()
        file_id, version = files[0]["id"], files[0]["version"]
        facts = (name, media_type, received.size, received.sha256, now, actor.account_id)
        return as_stored((await database.fetch(PUT_VERSION, file_id, version, *facts))[0])

    def _not_found(self) -> NotFound:
        return NotFound(_("This file does not exist, or it was removed."))

    async def get(self, file_id: UUID, *, version: int | None = None) -> StoredFile:
        rows = await self._core.database.fetch(NEWEST, file_id, self._plugin, version)
        if not rows:
            raise self._not_found()
        return as_stored(rows[0])

    async def versions(self, file_id: UUID) -> Sequence[StoredFile]:
        rows = await self._core.database.fetch(ALL_VERSIONS, file_id, self._plugin)
        if not rows:
            raise self._not_found()
        return [as_stored(row) for row in rows]

    async def stream(self, stored: StoredFile, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        await self._require_own(stored)
        stop = stored.size if end is None else min(end, stored.size)
        try:
            async for chunk in self._store.stream(stored.sha256, max(0, start), stop):
                yield chunk
        except BlobMissing as missing:
            log.critical("the bytes of file %s (%s) are missing from the store: %s", stored.id, stored.name, missing)
            raise Unavailable(_("The content of “{name}” is damaged. Tell the operator.", name=stored.name)) from None

    async def _require_own(self, stored: StoredFile) -> None:
        if not await self._core.database.fetch(IS_OWN, stored.id, self._plugin, stored.sha256):
            raise self._not_found()

    async def read(self, stored: StoredFile) -> bytes:
        return b"".join([chunk async for chunk in self.stream(stored)])

    async def text(self, stored: StoredFile) -> str:
        await self._require_own(stored)
        return await self._texts.text(stored)

    async def delete(self, file_id: UUID, *, actor: Actor) -> None:
        await self._require_write()
        sql = "DELETE FROM files.file WHERE id = $1 AND plugin = $2 RETURNING id"
        if not await self._core.database.fetch(sql, file_id, self._plugin):
            raise self._not_found()


async def in_chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


def clean_name(name: str) -> str:
    """The file name alone, without folders and control characters, at most 200 characters; the ending is kept.

    >>> clean_name("C:\\\\reports\\\\预算.docx"), clean_name("../../etc/passwd")
    ('预算.docx', 'passwd')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    plain = plain.strip(" .")
    if not plain:
        raise Invalid(_("The file has no name."), fields={"file": _("The file has no name.")})
    if len(plain) <= 200:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 199 - len(ending)]}.{ending}" if dot and len(ending) < 20 else plain[:200]
