"""What a place for bytes must be able to do. Blobs are known by the SHA-256 of their content and never change."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

CHUNK = 1024 * 1024
"""Bytes read, written or sent at once: what one transfer costs in memory."""


class LimitExceeded(Exception):
    """More bytes came than the caller allowed; nothing was kept."""


class BlobMissing(Exception):
    """The store does not have the bytes it should have; the message is the SHA-256."""


class Blob(Struct, frozen=True):
    """One stored blob. `placed_at` is when its bytes were last put here (UTC)."""

    sha256: str
    size: int
    placed_at: datetime


class Room(Struct, frozen=True):
    """`free` bytes are left; `error` says why nothing can be written, "" if it can."""

    free: int
    error: str = ""


class Received(Protocol):
    """Bytes that have arrived whole but are not part of the store yet. Call `keep` or `discard`, exactly once."""

    sha256: str
    size: int
    path: Path
    """A local file with the content, for sniffing; gone after `keep` or `discard`."""

    async def keep(self) -> None:
        """Make them a blob, durably: after this they survive a crash. Bytes already there are replaced by these."""

    async def discard(self) -> None:
        """Forget them."""


class Store(Protocol):
    async def receive(self, content: AsyncIterable[bytes], limit: int) -> Received:
        """Take in a stream, hashing on the way. Raises `LimitExceeded` as soon as it is longer than `limit` bytes."""

    def stream(self, sha256: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in chunks. Raises `BlobMissing`."""

    def local_copy(self, sha256: str) -> AbstractAsyncContextManager[Path]:
        """A local file with the content, valid inside the block and read-only. Raises `BlobMissing`."""

    def blobs(self) -> AsyncIterator[Blob]:
        """Every blob, in no particular order."""

    async def find(self, sha256: str) -> Blob | None:
        """One blob, or None."""

    async def remove(self, sha256: str) -> None:
        """Delete a blob; one that is not there is no error."""

    async def sweep_unfinished(self, before: datetime) -> int:
        """Delete what transfers that died before that moment have left; returns how many."""

    async def room(self) -> Room:
        """Whether something can be written, and how much."""
