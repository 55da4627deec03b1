"""Blobs on a local disk: `<folder>/ab/cd/abcd…`, written beside, synced, then renamed into place.

A crash can only leave files in `incoming/`; whatever has its final name is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import uuid4

import anyio
import anyio.to_thread

from huitang_kernel.files.store import CHUNK, Blob, BlobMissing, LimitExceeded, Received, Room

T = TypeVar("T")
HEX = frozenset("0123456789abcdef")
SPAN = 16 * CHUNK
"""Of so many bytes at once the disk is told that they can go to it."""
HASHING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="huitang-hash")


class DiskStore:
    """Implements the protocol `Store`. All disk access happens in threads of a limiter of its own."""

    def __init__(self, folder: Path, threads: int = 8) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        self._limiter = anyio.CapacityLimiter(threads)

    async def _in_thread(self, function: Callable[..., T], *values: Any) -> T:
        return await anyio.to_thread.run_sync(function, *values, limiter=self._limiter)

    def path_of(self, sha256: str) -> Path:
        if len(sha256) != 64 or not HEX.issuperset(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    async def receive(self, content: AsyncIterable[bytes], limit: int) -> Received:
        part = await self._in_thread(_Part.open, self._incoming)
        buffer = bytearray()
        try:
            async for chunk in content:
                buffer += chunk
                if part.size + len(buffer) > limit:
                    raise LimitExceeded
                if len(buffer) >= CHUNK:
                    await self._in_thread(part.write, buffer)
                    buffer = bytearray()
            await self._in_thread(part.finish, buffer)
        except BaseException:
            part.abandon()
            raise
        return ReceivedOnDisk(self, part)

    async def place(self, path: Path, sha256: str) -> None:
        await self._in_thread(_place, path, self.path_of(sha256))

    async def unlink(self, path: Path) -> None:
        await self._in_thread(_unlink, path)

    async def stream(self, sha256: str, start: int, end: int) -> AsyncIterator[bytes]:
        file = await self._in_thread(_open, self.path_of(sha256))
        try:
            position = start
            while position < end:
                chunk = await self._in_thread(os.pread, file.fileno(), min(CHUNK, end - position), position)
                if not chunk:
                    raise BlobMissing(sha256)
                position += len(chunk)
                yield chunk
        finally:
            file.close()

    @asynccontextmanager
    async def local_copy(self, sha256: str) -> AsyncIterator[Path]:
        path = self.path_of(sha256)
        if not await self._in_thread(path.is_file):
            raise BlobMissing(sha256)
        yield path

    async def blobs(self) -> AsyncIterator[Blob]:
        for folder in await self._in_thread(_folders, self.folder):
            for blob in await self._in_thread(_blobs_in, folder):
                yield blob

    async def find(self, sha256: str) -> Blob | None:
        return await self._in_thread(_blob, self.path_of(sha256))

    async def remove(self, sha256: str) -> None:
        await self._in_thread(_unlink, self.path_of(sha256))

    async def sweep_unfinished(self, before: datetime) -> int:
        return await self._in_thread(_sweep, self._incoming, before.timestamp())

    async def room(self) -> Room:
        return await self._in_thread(_room, self._incoming)


class _Part:
    """A file that is being written, with its hash so far. Its methods block."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.size = 0
        self._begun = 0
        self._file = file
        self._hash = hashlib.sha256()

    @classmethod
    def open(cls, folder: Path) -> _Part:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{uuid4().hex}.part"
        return cls(path, path.open("xb"))

    def write(self, data: bytes | bytearray) -> None:
        """Hashing and writing take about as long, and both let other threads run: so they go side by side."""
        hashing = HASHING.submit(self._hash.update, data)
        try:
            self._file.write(data)
            self.size += len(data)
            self._begin_to_sync()
        finally:
            hashing.result()

    def _begin_to_sync(self) -> None:
        """Have the disk take what there is of a large file while the rest is hashed: the sync at its end is shorter."""
        if self.size - self._begun >= SPAN and hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):  # a hint: not every file system takes it
                os.posix_fadvise(self._file.fileno(), self._begun, self.size - self._begun, os.POSIX_FADV_DONTNEED)
            self._begun = self.size

    def finish(self, data: bytes | bytearray) -> None:
        self.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Also right while the task is being cancelled: it does not wait for anything."""
        with contextlib.suppress(OSError):
            self._file.close()
        _unlink(self.path)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class ReceivedOnDisk:
    def __init__(self, store: DiskStore, part: _Part) -> None:
        self.sha256 = part.sha256
        self.size = part.size
        self.path = part.path
        self._store = store

    async def keep(self) -> None:
        await self._store.place(self.path, self.sha256)

    async def discard(self) -> None:
        await self._store.unlink(self.path)


def _place(source: Path, target: Path) -> None:
    """Rename, and sync every folder that got a new name in it. Renaming over an equal blob also mends a damaged one."""
    missing = [folder for folder in (target.parent, target.parent.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    os.utime(source)
    source.replace(target)
    for folder in {target.parent, *(folder.parent for folder in missing)}:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError as error:
        raise BlobMissing(path.name) from error


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]") if path.is_dir())


def _blobs_in(folder: Path) -> list[Blob]:
    return list(_blobs(folder))


def _blobs(folder: Path) -> Iterator[Blob]:
    for path in folder.iterdir():
        blob = _blob(path) if len(path.name) == 64 else None
        if blob is not None:
            yield blob


def _blob(path: Path) -> Blob | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return Blob(path.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))


def _sweep(folder: Path, before: float) -> int:
    swept = 0
    for path in folder.glob("*.part"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


def _room(folder: Path) -> Room:
    probe = folder / f"{uuid4().hex}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"huitang")
        probe.unlink()
        return Room(shutil.disk_usage(folder).free)
    except OSError as error:
        return Room(0, error.strerror or type(error).__name__)
