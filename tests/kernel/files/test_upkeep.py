"""Sweeping and verifying; what the operator is told."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

from saving import blobs_on_disk, delete, rows, save, unfinished

from huitang_kernel.files.health import health_checks
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM

TOMORROW = datetime.now(UTC) + timedelta(hours=25)


def blob(hall, stored):
    return hall.services.files.store.path_of(stored.sha256)


async def test_bytes_nobody_refers_to_are_swept_after_the_grace(open_hall):
    hall = await open_hall()
    kept, gone = await save(hall, "kept.txt", b"kept"), await save(hall, "gone.txt", b"gone")
    await delete(hall, gone)
    sweep = hall.services.files.upkeep.sweep
    assert (await sweep()).blobs == 0
    swept = await sweep(TOMORROW)
    assert (swept.blobs, swept.size) == (1, 4)
    assert blobs_on_disk(hall) == [kept.sha256]
    assert await rows(hall, "blob") == 1
    assert await hall.services.files.scoped("budget").read(kept) == b"kept"


async def test_bytes_whose_row_was_never_committed_are_swept(open_hall):
    """What a process killed between the bytes and the commit leaves."""
    hall = await open_hall()
    received = await hall.services.files.store.receive(_once(b"lost"), 100)
    await received.keep()
    await hall.services.files.store.receive(_once(b"half"), 100)
    swept = await hall.services.files.upkeep.sweep(TOMORROW)
    assert (swept.blobs, swept.unfinished) == (1, 1)
    assert (blobs_on_disk(hall), unfinished(hall)) == ([], [])


async def _once(content):
    yield content


async def test_a_sweep_leaves_bytes_that_are_just_being_used_again(open_hall):
    """The content is an orphan, somebody saves it again, and the sweep comes between bytes and commit."""
    hall = await open_hall()
    orphan = await save(hall, "a.txt", b"again")
    await delete(hall, orphan)
    async with hall.core.database.write(SYSTEM) as write:
        stored = await hall.services.files.scoped("budget").save("b.txt", b"again", actor=SYSTEM)
        await write.audit("budget.file.saved", Ref("budget.file", stored.id))
        old = time.time() - 7 * 86400
        os.utime(blob(hall, stored), (old, old))
        assert (await _in_another_task(hall)).blobs == 0
    assert await hall.services.files.scoped("budget").read(stored) == b"again"


async def _in_another_task(hall):
    """Outside the open transaction, as another process would do it."""
    import asyncio
    import contextvars

    return await asyncio.get_running_loop().create_task(
        hall.services.files.upkeep.sweep(TOMORROW), context=contextvars.Context()
    )


async def test_verify_names_what_is_damaged(open_hall):
    hall = await open_hall()
    whole = await save(hall, "whole.txt", b"whole")
    altered = await save(hall, "预算.txt", b"altered")
    missing = await save(hall, "missing.txt", b"missing", plugin="cadres")
    steps = []
    assert (await hall.services.files.verify(lambda *step: steps.append(step))).faults == ()
    assert steps[-1] == ("files", 3, 3)
    blob(hall, altered).write_bytes(b"alterEd")
    blob(hall, missing).unlink()
    verified = await hall.services.files.verify()
    assert {fault.sha256: fault.problem for fault in verified.faults} == {
        altered.sha256: "corrupt",
        missing.sha256: "missing",
    }
    named = " ".join(name for fault in verified.faults for name in fault.files)
    assert "budget: 预算.txt" in named
    assert "cadres: missing.txt" in named
    assert whole.sha256 not in named
    checks = {check.id: check for check in health_checks(hall.services.files)}
    status = await checks["files.whole"].check(hall.services.files.context)
    assert not status.ok
    assert "预算.txt" in status.message
    await save(hall, "again.txt", b"altered")
    await save(hall, "again.txt", b"missing")
    assert (await checks["files.whole"].check(hall.services.files.context)).ok
    assert (await hall.services.files.verify()).faults == ()


async def test_health_says_what_to_do(open_hall):
    hall = await open_hall(plugins={"files": {"min_free_mb": 100_000_000}})
    checks = {check.id: check for check in health_checks(hall.services.files)}
    context = hall.services.files.context
    assert (await checks["files.writable"].check(context)).ok
    room = await checks["files.room"].check(context)
    assert not room.ok
    assert "磁盘" in room.remedy
    folder = hall.core.data_dir / "files"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.rmdir()
    folder.rmdir()
    folder.write_text("not a folder")
    writable = await checks["files.writable"].check(context)
    assert not writable.ok
    assert checks["files.writable"].critical


async def test_the_jobs_are_declared_and_run(open_hall):
    hall = await open_hall()
    await save(hall, "a.txt", b"x")
    jobs = {job.id: job for job in hall.registry.get("files").declarations.jobs}
    assert "完好" in await jobs["files.verify"].run(hall.services.files.context, None)
    assert "清理" in await jobs["files.sweep"].run(hall.services.files.context, None)
    upkeep = await hall.services.files.overview.upkeep()
    assert upkeep["verify"].ok
    assert upkeep["sweep"].detail["blobs"] == 0
