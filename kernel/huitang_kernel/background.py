"""Work beside requests: on every node (dispatching events), or on the one leader (jobs, the index, sealing).

The leader is whoever holds an advisory lock of the database. It holds it with a connection, so when its process dies
the
lock is free at once and another node takes over at its next try, `TRY_EVERY` seconds later at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import asyncpg

from huitang_kernel.db.locks import try_lock

Task = Callable[[], Awaitable[None]]
TRY_EVERY = 2.0
log = logging.getLogger("huitang.background")


class Background:
    """Register tasks before `start`. A task is a function that runs until cancelled; if it fails it is started
    again.
    """

    def __init__(self) -> None:
        self._node: dict[str, Task] = {}
        self._leader: dict[str, Task] = {}
        self._running: list[asyncio.Task[None]] = []
        self._led: list[asyncio.Task[None]] = []
        self.is_leader = False

    def on_node(self, name: str, task: Task) -> None:
        self._node[name] = task

    def on_leader(self, name: str, task: Task) -> None:
        self._leader[name] = task

    async def start(self, dsn: str) -> None:
        self._running = [asyncio.create_task(_forever(name, task), name=name) for name, task in self._node.items()]
        self._running.append(asyncio.create_task(self._lead(dsn), name="leader"))

    async def stop(self) -> None:
        await _cancel(self._running)
        await _cancel(self._led)
        self._running, self._led, self.is_leader = [], [], False

    async def _lead(self, dsn: str) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                await self._lead_once(dsn)
            await asyncio.sleep(TRY_EVERY)

    async def _lead_once(self, dsn: str) -> None:
        """Hold the lock as long as its connection lives, with the leader's tasks running meanwhile."""
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "huitang-leader"})
        try:
            while not await try_lock(connection, "leader"):  # noqa: ASYNC110 - the lock tells nobody when it is free
                await asyncio.sleep(TRY_EVERY)
            self.is_leader = True
            log.info("this node leads")
            self._led = [asyncio.create_task(_forever(name, task), name=name) for name, task in self._leader.items()]
            while True:
                await asyncio.sleep(TRY_EVERY)
                await connection.fetchval("SELECT 1", timeout=5)
        finally:
            self.is_leader = False
            await _cancel(self._led)
            self._led = []
            connection.terminate()


async def woken(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set, `seconds` at most; False when the time ran out.

    Not by wait_for: on Python 3.11 it can swallow a cancellation that comes together with the event.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def _forever(name: str, task: Task) -> None:
    delay = 0.5
    while True:
        try:
            await task()
            return
        except Exception:
            log.exception("background task %s failed; again in %.1f s", name, delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 30.0)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
