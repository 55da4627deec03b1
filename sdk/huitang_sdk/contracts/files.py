"""Files: streamed, content-addressed, versioned. A plugin sees its own files only."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.identity import Actor


class StoredFile(Struct, frozen=True):
    """One version of a file. `media_type` was sniffed from the content, `size` is in bytes, `sha256` is hexadecimal."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    version: int
    created_at: datetime
    created_by: UUID | None


class Files(Protocol):
    """The plugin's own files; `ctx.files`. What another plugin stored does not exist here (`NotFound`)."""

    async def save(
        self, name: str, content: AsyncIterable[bytes] | bytes, *, actor: Actor, replaces: UUID | None = None
    ) -> StoredFile:
        """Store a file; with `replaces` a new version of that one (same id, version + 1).

        Call it inside `ctx.db.write`: the bytes are on disk first, the row is part of the transaction, and bytes
        without
        a row are swept later. Raises `TooLarge` past the limit and `Invalid` for a type the settings refuse.
        """

    async def get(self, file_id: UUID, *, version: int | None = None) -> StoredFile:
        """The newest version, or the one asked for. Raises `NotFound`."""

    async def versions(self, file_id: UUID) -> Sequence[StoredFile]:
        """All versions, newest first. Raises `NotFound`."""

    def stream(self, stored: StoredFile, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in chunks."""

    async def read(self, stored: StoredFile) -> bytes:
        """All bytes at once: for small files only."""

    async def text(self, stored: StoredFile) -> str:
        """The text of a docx, xlsx, pdf or text file, for search; "" for other types and unreadable files."""

    async def delete(self, file_id: UUID, *, actor: Actor) -> None:
        """Remove all versions; inside `ctx.db.write`. Bytes nobody refers to any more are swept later."""
