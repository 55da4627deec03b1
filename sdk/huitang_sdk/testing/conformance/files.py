"""What a store of files must do."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest

from huitang_sdk.contracts import Files, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound, TooLarge
from huitang_sdk.testing.people import actor

Write = Callable[[], AbstractAsyncContextManager[Any]]
TEXT = "云江市2026年预算草案".encode()
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
MAX = 1024 * 1024
SOMEONE = actor("林秀英")


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """Content that arrives bit by bit."""
    for part in parts:
        yield part


class FilesContract:
    """Give `files`, which takes files of up to 1 MiB and refuses image/png, `other`, the files of another plugin, and
    `write`, which opens a write.
    """

    @pytest.fixture
    def files(self) -> Files:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def other(self) -> Files:
        """The same for another plugin."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    @pytest.fixture
    async def stored(self, files: Files, write: Write) -> StoredFile:
        """A text that was saved."""
        return await self.save(files, write, "预算.txt", TEXT)

    async def save(
        self, files: Files, write: Write, name: str, content: Any, replaces: UUID | None = None
    ) -> StoredFile:
        """Save as a plugin does."""
        async with write():
            return await files.save(name, content, actor=SOMEONE, replaces=replaces)

    async def test_what_was_saved_is_described(self, files: Files, stored: StoredFile) -> None:
        """Name, type, size, hash, who and when."""
        assert (stored.name, stored.media_type, stored.size) == ("预算.txt", "text/plain", len(TEXT))
        assert (stored.sha256, stored.version) == (hashlib.sha256(TEXT).hexdigest(), 1)
        assert stored.created_by == SOMEONE.account_id
        assert stored.created_at.tzinfo is not None
        assert await files.get(stored.id) == stored

    async def test_bytes_come_back(self, files: Files, write: Write, stored: StoredFile) -> None:
        """However they arrived."""
        streamed = await self.save(files, write, "b.txt", pieces(TEXT[:5], b"", TEXT[5:]))
        assert await files.read(stored) == await files.read(streamed) == TEXT
        assert streamed.id != stored.id

    async def test_ranges_exclude_their_end(self, files: Files, stored: StoredFile) -> None:
        """As Python's slices do, past the end as well."""
        for start, end in ((0, None), (3, 9), (6, 1000), (4, 4), (len(TEXT), None), (0, 1)):
            found = b"".join([chunk async for chunk in files.stream(stored, start=start, end=end)])
            assert found == TEXT[start:end], (start, end)

    async def test_a_new_version_keeps_the_id(self, files: Files, write: Write, stored: StoredFile) -> None:
        """And every version its own bytes."""
        second = await self.save(files, write, "改.txt", b"second", stored.id)
        assert (second.id, second.version) == (stored.id, 2)
        assert list(await files.versions(stored.id)) == [second, stored]
        assert await files.get(stored.id) == second
        assert await files.get(stored.id, version=1) == stored
        assert [await files.read(one) for one in (stored, second)] == [TEXT, b"second"]

    async def test_what_does_not_exist(self, files: Files, write: Write, stored: StoredFile) -> None:
        """A file, or a version of one, for whatever reason it is asked for."""
        for question in (files.get(new_id()), files.versions(new_id()), files.get(stored.id, version=2)):
            with pytest.raises(NotFound):
                await question
        with pytest.raises(NotFound):
            await self.save(files, write, "a.txt", b"x", new_id())

    async def test_deleting_takes_all_versions(self, files: Files, write: Write, stored: StoredFile) -> None:
        """And leaves other files with the same bytes alone."""
        twin = await self.save(files, write, "twin.txt", TEXT)
        await self.save(files, write, "b.txt", b"second", stored.id)
        async with write():
            await files.delete(stored.id, actor=SOMEONE)
        for question in (files.get(stored.id), files.versions(stored.id), files.read(stored), files.text(stored)):
            with pytest.raises(NotFound):
                await question
        assert await files.read(twin) == TEXT

    async def test_the_text_of_a_text_and_of_nothing_readable(
        self, files: Files, write: Write, stored: StoredFile
    ) -> None:
        """Text files speak for themselves; bytes without a text give ""."""
        assert (await files.text(stored)).strip() == TEXT.decode()
        noise = await self.save(files, write, "noise.bin", bytes(range(256)) * 8)
        assert await files.text(noise) == ""

    async def test_an_empty_file_is_a_file(self, files: Files, write: Write) -> None:
        """With no bytes."""
        empty = await self.save(files, write, "empty.txt", b"")
        assert (empty.size, await files.read(empty)) == (0, b"")

    async def test_limits_are_named_by_their_errors(self, files: Files, write: Write) -> None:
        """Exactly at the limit is fine; the type counts, not the name."""
        assert (await self.save(files, write, "a.txt", b"x" * MAX)).size == MAX
        with pytest.raises(TooLarge):
            await self.save(files, write, "a.txt", pieces(b"x" * MAX, b"y"))
        with pytest.raises(Invalid):
            await self.save(files, write, "report.txt", PNG)

    async def test_another_plugin_sees_nothing(self, other: Files, write: Write, stored: StoredFile) -> None:
        """Nor can it replace or delete what is not its own."""
        for question in (other.get(stored.id), other.versions(stored.id), other.read(stored), other.text(stored)):
            with pytest.raises(NotFound):
                await question
        with pytest.raises(NotFound):
            await self.save(other, write, "mine.txt", b"x", stored.id)
        with pytest.raises(NotFound):
            async with write():
                await other.delete(stored.id, actor=SOMEONE)
