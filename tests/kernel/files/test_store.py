"""What every store must do, and what a disk must survive."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from saving import pieces

from huitang_kernel.files.disk import SPAN, DiskStore
from huitang_kernel.files.store import BlobMissing, LimitExceeded

STORES = {"disk": lambda folder: DiskStore(folder / "files")}
"""The conformance suite runs for each of them."""


@pytest.fixture(params=sorted(STORES))
def store(request, tmp_path):
    return STORES[request.param](tmp_path)


async def keep(store, content, limit=1 << 30):
    received = await store.receive(pieces(content), limit)
    await received.keep()
    return received.sha256


async def read(store, sha256, start, end):
    return b"".join([chunk async for chunk in store.stream(sha256, start, end)])


@pytest.mark.parametrize("size", [3_500_000, 40_000_000])
async def test_bytes_come_back_whole_and_in_parts(store, size):
    content = os.urandom(size)
    sha256 = await keep(store, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert await read(store, sha256, 0, len(content)) == content
    assert await read(store, sha256, 1_048_570, 2_097_160) == content[1_048_570:2_097_160]
    async with store.local_copy(sha256) as path:
        assert path.read_bytes() == content


async def test_received_bytes_are_no_blob_until_they_are_kept(store):
    received = await store.receive(pieces(b"x"), 10)
    assert received.path.read_bytes() == b"x"
    assert await store.find(received.sha256) is None
    await received.discard()
    assert [blob async for blob in store.blobs()] == []
    assert not received.path.exists()


async def test_the_limit_is_exact(store):
    assert await keep(store, b"12345", limit=5)
    with pytest.raises(LimitExceeded):
        await store.receive(pieces(b"123", b"456"), 5)


async def test_blobs_are_listed_found_and_removed(store):
    known = {await keep(store, bytes([number])) for number in range(20)}
    assert {blob.sha256 async for blob in store.blobs()} == known
    some = next(iter(known))
    found = await store.find(some)
    assert found is not None
    assert found.size == 1
    assert abs(found.placed_at - datetime.now(UTC)) < timedelta(minutes=1)
    await store.remove(some)
    await store.remove(some)
    assert await store.find(some) is None
    with pytest.raises(BlobMissing):
        await read(store, some, 0, 1)
    with pytest.raises(BlobMissing):
        async with store.local_copy(some):
            pass


async def test_keeping_again_renews_and_mends(store):
    sha256 = await keep(store, b"content")
    assert await keep(store, b"content") == sha256
    assert len([blob async for blob in store.blobs()]) == 1


async def test_only_old_unfinished_transfers_are_swept(store):
    waiting = await store.receive(pieces(b"x"), 10)
    assert await store.sweep_unfinished(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert waiting.path.exists()
    assert await store.sweep_unfinished(datetime.now(UTC) + timedelta(hours=1)) == 1


async def test_room(store):
    room = await store.room()
    assert room.error == ""
    assert room.free > 0


async def test_a_damaged_blob_is_mended_by_storing_it_again(tmp_path):
    store = DiskStore(tmp_path)
    sha256 = await keep(store, b"content")
    store.path_of(sha256).write_bytes(b"c0ntent")
    await keep(store, b"content")
    assert await read(store, sha256, 0, 7) == b"content"


async def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    room = await DiskStore(tmp_path / "files").room()
    assert room.error


async def test_a_file_system_that_takes_no_hints_takes_large_files(tmp_path, monkeypatch):
    def refused(*_values):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "posix_fadvise", refused)
    content = bytes(SPAN + 1)
    assert await keep(DiskStore(tmp_path), content) == hashlib.sha256(content).hexdigest()


async def test_a_name_that_is_no_hash_never_reaches_the_disk(tmp_path):
    with pytest.raises(ValueError, match="not a SHA-256"):
        await DiskStore(tmp_path).find("../../../etc/passwd")


async def test_memory_stays_flat_while_256_mb_pass(tmp_path):
    store = DiskStore(tmp_path)
    size, block = 256 * 1024 * 1024, os.urandom(64 * 1024)

    async def many():
        for _ in range(size // len(block)):
            yield block

    tracemalloc.start()
    try:
        received = await store.receive(many(), size)
        await received.keep()
        total = 0
        async for chunk in store.stream(received.sha256, 0, size):
            total += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == size
    assert peak < 8 * 1024 * 1024
    await store.remove(received.sha256)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from huitang_kernel.files.disk import SPAN, DiskStore

async def content():
    yield b"x" * 3_000_000
    if sys.argv[2] == "receiving":
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    received = await DiskStore(Path(sys.argv[1])).receive(content(), 1 << 30)
    if sys.argv[2] == "received":
        os.kill(os.getpid(), signal.SIGKILL)
    await received.keep()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.parametrize(("moment", "whole", "unfinished"), [("receiving", 0, 1), ("received", 0, 1), ("kept", 1, 0)])
async def test_a_killed_process_leaves_whole_blobs_and_sweepable_files(tmp_path, moment, whole, unfinished):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), moment], check=False)  # noqa: ASYNC221
    assert done.returncode == -signal.SIGKILL
    store = DiskStore(tmp_path)
    blobs = [blob async for blob in store.blobs()]
    assert len(blobs) == whole
    for blob in blobs:
        assert hashlib.sha256(await read(store, blob.sha256, 0, blob.size)).hexdigest() == blob.sha256
    assert await store.sweep_unfinished(datetime.now(UTC) + timedelta(hours=1)) == unfinished
