"""Draining, by itself: who is told, what is waited for."""

from __future__ import annotations

import asyncio

from huitang_kernel.drain import Drain


async def test_everybody_is_told_once_and_a_failing_part_keeps_nobody_from_it():
    drain, told = Drain(), []

    async def late():
        await asyncio.sleep(0)
        told.append("late")

    async def broken():
        raise RuntimeError

    def refuses():
        raise RuntimeError

    for callback in (refuses, broken, late, lambda: told.append("now")):
        drain.on(callback)
    assert not drain.is_draining
    drain.begin()
    drain.begin()
    assert drain.is_draining
    await asyncio.sleep(0.01)
    assert sorted(told) == ["late", "now"]
    drain.on(lambda: told.append("after"))
    assert told[-1] == "after"


async def test_what_has_begun_is_waited_for():
    drain, ended = Drain(), []

    async def work():
        with drain.busy():
            await asyncio.sleep(0.05)
            ended.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    drain.begin()
    assert await drain.finished(5)
    assert ended == [True]
    await task
    release = drain.hold()
    assert not await drain.finished(0.01)
    release()
    assert await drain.finished(0)
