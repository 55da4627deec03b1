"""Files in memory."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from uuid import UUID

from huitang_sdk.contracts import Actor, Clock, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound, TooLarge
from huitang_sdk.testing.clock import FixedClock

STARTS = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"PK\x03\x04": "application/zip"}
CHUNK = 64 * 1024


class FakeFiles:
    """Implements `huitang_sdk.contracts.Files` for one plugin.

    `max_file` is in bytes. Media types are guessed roughly: a docx is a zip here. `texts` says what `text` answers for
    files that are no plain text, by their names.
    """

    def __init__(self, *, clock: Clock | None = None, max_file: int = 1 << 30, refused: Iterable[str] = ()) -> None:
        self.texts: dict[str, str] = {}
        self._clock = clock or FixedClock()
        self._max_file = max_file
        self._refused = frozenset(refused)
        self._versions: dict[UUID, list[StoredFile]] = {}
        self._contents: dict[str, bytes] = {}

    async def save(
        self, name: str, content: AsyncIterable[bytes] | bytes, *, actor: Actor, replaces: UUID | None = None
    ) -> StoredFile:
        """See the contract."""
        body = await self._receive(content)
        media_type = guess_type(body)
        if media_type in self._refused:
            raise Invalid(f"{name} is of the refused type {media_type}", fields={"file": media_type})
        versions = self._known(replaces) if replaces else []
        stored = StoredFile(
            id=replaces or new_id(),
            name=name,
            media_type=media_type,
            size=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            version=len(versions) + 1,
            created_at=self._clock.now(),
            created_by=actor.account_id,
        )
        self._contents[stored.sha256] = body
        self._versions[stored.id] = [stored, *versions]
        return stored

    async def get(self, file_id: UUID, *, version: int | None = None) -> StoredFile:
        """See the contract."""
        found = [stored for stored in self._known(file_id) if version in (None, stored.version)]
        if not found:
            raise NotFound(f"file {file_id} has no version {version}")
        return found[0]

    async def versions(self, file_id: UUID) -> Sequence[StoredFile]:
        """See the contract."""
        return list(self._known(file_id))

    async def stream(self, stored: StoredFile, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See the contract."""
        body = self._body(stored)[max(0, start) : end]
        for place in range(0, len(body), CHUNK):
            yield body[place : place + CHUNK]

    async def read(self, stored: StoredFile) -> bytes:
        """See the contract."""
        return self._body(stored)

    async def text(self, stored: StoredFile) -> str:
        """See the contract."""
        body = self._body(stored)
        return body.decode() if stored.media_type == "text/plain" else self.texts.get(stored.name, "")

    async def delete(self, file_id: UUID, *, actor: Actor) -> None:
        """See the contract."""
        self._known(file_id)
        del self._versions[file_id]

    async def _receive(self, content: AsyncIterable[bytes] | bytes) -> bytes:
        body = content if isinstance(content, bytes) else b""
        if not isinstance(content, bytes):
            async for chunk in content:
                body += chunk
                if len(body) > self._max_file:
                    break
        if len(body) > self._max_file:
            raise TooLarge(f"the file is larger than {self._max_file} bytes")
        return body

    def _known(self, file_id: UUID) -> list[StoredFile]:
        if file_id not in self._versions:
            raise NotFound(f"there is no file {file_id}")
        return self._versions[file_id]

    def _body(self, stored: StoredFile) -> bytes:
        self._known(stored.id)
        return self._contents[stored.sha256]


def guess_type(body: bytes) -> str:
    """The media type by the first bytes; UTF-8 is plain text."""
    known = [media_type for start, media_type in STARTS.items() if body.startswith(start)]
    if known:
        return known[0]
    try:
        return "application/octet-stream" if "\0" in body.decode() else "text/plain"
    except UnicodeDecodeError:
        return "application/octet-stream"
