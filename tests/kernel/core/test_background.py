"""Work beside requests ends when it is told to."""

from __future__ import annotations

import asyncio
import contextlib

from huitang_kernel import background
from huitang_kernel.background import Background


async def test_a_task_that_loses_what_it_was_told_once_ends_all_the_same(monkeypatch, postgres):
    monkeypatch.setattr(background, "ASK_AGAIN", 0.05)
    heard = []

    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            heard.append(1)
            await asyncio.sleep(60)
        heard.append(2)
        await asyncio.sleep(60)

    work = Background()
    work.on_node("deaf", deaf)
    await work.start(postgres)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        await work.stop()
    assert heard == [1, 2]


async def test_what_fails_while_it_is_stopped_is_not_begun_again(postgres):
    begun = []

    async def clumsy() -> None:
        begun.append(1)
        try:
            await asyncio.sleep(60)
        finally:
            raise RuntimeError("cleaning up failed")

    work = Background()
    work.on_node("clumsy", clumsy)
    await work.start(postgres)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(3):
        await work.stop()
    assert begun == [1]
