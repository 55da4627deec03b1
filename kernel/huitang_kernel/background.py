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
IDLE_SECONDS = 2.0
ASK_AGAIN = 5.0
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


class DueWork:
    """Does what a ledger's due rows ask for, until it is cancelled: register `run` with `on_node`.

    `do_next` leases and tries the rows that are due; False when none is, or when the other side is down. `seconds` is
    how long until the next one is due, None for never. `rest` is called when there is nothing to do for a while.
    """

    def __init__(
        self,
        do_next: Callable[[], Awaitable[bool]],
        seconds: Callable[[], Awaitable[float | None]],
        rest: Callable[[], Awaitable[None]],
    ) -> None:
        self._do_next, self._seconds, self._rest = do_next, seconds, rest
        self._woken = asyncio.Event()
        self._outage = 0.0

    async def wake(self, _payload: str = "") -> None:
        """Something new may be due: a handler of `core.listener`."""
        self._woken.set()

    def is_down(self, first_pause: float) -> None:
        """The other side cannot be reached: leave it alone for a while that grows with each time, a minute at most."""
        self._outage = min(max(self._outage * 2, 0.5), 60.0, max(first_pause, 0.05))

    def is_up(self) -> None:
        self._outage = 0.0

    async def run(self) -> None:
        try:
            while True:
                self._woken.clear()
                while await self._do_next():
                    pass
                await self._sleep()
        finally:
            await self._rest()

    async def _sleep(self) -> None:
        """Until woken, until the next row is due, or a moment; a side that is down is left alone for a while."""
        if self._outage:
            await asyncio.sleep(self._outage)
            return
        seconds = await self._seconds()
        pause = IDLE_SECONDS if seconds is None else min(max(seconds, 0.02), IDLE_SECONDS)
        if not await woken(self._woken, pause):
            await self._rest()


async def _forever(name: str, task: Task) -> None:
    delay = 0.5
    while True:
        try:
            await task()
            return
        except Exception:
            own = asyncio.current_task()
            if own is not None and own.cancelling():
                log.warning("background task %s failed while it was being stopped", name, exc_info=True)
                return
            log.exception("background task %s failed; again in %.1f s", name, delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 30.0)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    """Asked again until each has ended: where a library waits by wait_for, Python 3.11 can lose what was asked once."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _ended, waiting = await asyncio.wait(waiting, timeout=ASK_AGAIN)
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
