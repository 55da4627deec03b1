"""One LISTEN connection per process: what changed elsewhere is known here within a moment, and re-read after a gap."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

Handler = Callable[[str], Awaitable[None]]
log = logging.getLogger("huitang.listener")


class Listener:
    """Calls handlers with the payload; before a node serves and after a lost connection every handler is called with
    "" so that it re-reads all.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._queues: dict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self._tasks: list[asyncio.Task[None]] = []
        self._connection: asyncpg.Connection | None = None
        self._lost = asyncio.Event()

    @property
    def is_listening(self) -> bool:
        """False while the connection is lost."""
        return self._connection is not None and not self._lost.is_set()

    def on(self, channel: str, handler: Handler) -> None:
        """Register before `start`. The handlers of a channel run one after another, in the order of arrival; one that
        takes long, such as starting a plugin, holds no other channel up.
        """
        self._handlers[channel].append(handler)

    async def start(self, dsn: str) -> None:
        await self._listen(dsn)
        deliveries = [asyncio.create_task(self._deliver(channel)) for channel in self._handlers]
        self._tasks = [asyncio.create_task(self._keep(dsn)), *deliveries]

    async def reread(self) -> None:
        """Call every handler with "" and wait for them: what changed between a service's first look and the start of
        listening was missed.
        """
        for channel in self._handlers:
            await self._tell(channel, "")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        if self._connection is not None and not self._connection.is_closed():
            with contextlib.suppress(Exception):
                await self._connection.close(timeout=2)

    async def _listen(self, dsn: str) -> None:
        self._lost.clear()
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "huitang-listener"})
        connection.add_termination_listener(lambda *_: self._lost.set())
        for channel in self._handlers:
            await connection.add_listener(channel, self._receive)
        self._connection = connection

    def _receive(self, _connection: Any, _pid: int, channel: str, payload: Any) -> None:
        self._queues[channel].put_nowait(str(payload))

    async def _keep(self, dsn: str) -> None:
        while True:
            await self._lost.wait()
            log.warning("the listening connection was lost; connecting again")
            delay = 0.2
            while True:
                try:
                    await self._listen(dsn)
                    break
                except (OSError, asyncpg.PostgresError):
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, 5.0)
            for channel in self._handlers:
                self._queues[channel].put_nowait("")

    async def _deliver(self, channel: str) -> None:
        while True:
            await self._tell(channel, await self._queues[channel].get())

    async def _tell(self, channel: str, payload: str) -> None:
        for handler in self._handlers[channel]:
            try:
                await handler(payload)
            except Exception:
                log.exception("handler of channel %s failed", channel)
