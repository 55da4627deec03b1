"""Upload of a large file, against `cat` to the same disk, both flushed to it."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

from huitang_kernel.app import Hall
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench.table import Row

CHUNK = os.urandom(1 << 20)


async def _chunks(megabytes: int) -> AsyncIterator[bytes]:
    for _ in range(megabytes):
        yield CHUNK


def _cat(folder: Path, megabytes: int) -> float:
    """Seconds for `cat source > target && sync target`."""
    source, target = folder / "source.bin", folder / "target.bin"
    with source.open("wb") as file:
        for _ in range(megabytes):
            file.write(CHUNK)
    started = time.perf_counter()
    subprocess.run(["sh", "-c", 'cat "$1" > "$2" && sync "$2"', "sh", str(source), str(target)], check=True)
    taken = time.perf_counter() - started
    source.unlink()
    target.unlink()
    return taken


async def measure(hall: Hall, folder: Path, megabytes: int) -> list[Row]:
    files = hall.services.files.scoped("portal")
    bare = await asyncio.to_thread(_cat, folder, megabytes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    async with hall.core.database.write(SYSTEM) as write:
        stored = await files.save("bench.bin", _chunks(megabytes), actor=SYSTEM)
        await write.audit("bench.file.stored", Ref("bench.file", stored.id))
    ours = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        Row(
            work=f"upload {megabytes} MiB (hashed, on disk, recorded)",
            against="cat to the same disk, synced",
            ours=f"{megabytes / ours:.0f} MiB/s",
            bare=f"{megabytes / bare:.0f} MiB/s",
            ratio=f"{bare / ours:.2f} ×",
            goal="≥ 0.5 ×, memory flat",
            met=bare / ours >= 0.5 and grown < 64,
            note=f"memory grew by {grown:.0f} MiB",
        )
    ]
