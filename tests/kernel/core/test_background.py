"""Work beside requests ends when it is told to."""

from __future__ import annotations

import asyncio
import contextlib

from huitang_kernel import background
from huitang_kernel.background import Background, Task


async def begin_and_stop(task: Task, dsn: str) -> None:
    work = Background()
    work.on_node("task", task)
    await work.start(dsn)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(3):
        await work.stop()


async def test_a_task_that_loses_what_it_was_told_once_ends_all_the_same(monkeypatch, postgres):
    monkeypatch.setattr(background, "ASK_AGAIN", 0.05)
    heard = []

    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            heard.append(1)
            await asyncio.sleep(60)
        heard.append(2)
        await asyncio.sleep(60)

    await begin_and_stop(deaf, postgres)
    assert heard == [1, 2]


async def test_what_fails_while_it_is_stopped_is_not_begun_again(postgres):
    begun = []

    async def clumsy() -> None:
        begun.append(1)
        try:
            await asyncio.sleep(60)
        finally:
            raise RuntimeError("cleaning up failed")

    await begin_and_stop(clumsy, postgres)
    assert begun == [1]
