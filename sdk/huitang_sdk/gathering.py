"""Work that arrives one by one and is done many at a time: while one lot is being done, the next one gathers.

    letters = Gathering(register_many, pause=0.01)
    number = await letters.put(letter)

Whoever comes alone is served at once. The more come at one moment, the more share a transaction and a round trip.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Gathering(Generic[T, R]):
    """`work` is given a lot and answers in its order; an answer that is an exception is raised to whoever asked.

    `most` go into one lot. For `pause` seconds after a lot the next one gathers: nobody waits longer than one lot and
    one pause, and in a busy hour lots are larger.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]],
        *,
        most: int = 5000,
        pause: float = 0.0,
    ) -> None:
        self._work = work
        self._most = most
        self._pause = pause
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, thing: T) -> asyncio.Future[R]:
        """Let it be done with whatever else is waiting; the future holds what became of it, or raises why it failed."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if self._task is None:
            # An empty context: a lot never joins the transaction, nor speaks the language, of whoever came first.
            self._task = asyncio.create_task(self._run(), context=contextvars.Context())
        return future

    async def stop(self) -> None:
        """Wait until everything is done that has been put."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                lot, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(lot)
                await asyncio.sleep(self._pause)
        finally:
            self._task = None

    async def _answer(self, lot: list[tuple[T, asyncio.Future[R]]]) -> None:
        answers: Sequence[R | Exception]
        try:
            answers = await self._work([thing for thing, _ in lot])
        except Exception as error:
            answers = [error] * len(lot)
        for (_, future), answer in zip(lot, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


class Fresh(Generic[R]):
    """A value that is read again when it is older than asked for; whoever asks meanwhile shares one reading."""

    def __init__(self, read: Callable[[], Awaitable[R]]) -> None:
        self._read = read
        self._value: R | None = None
        self._read_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    @property
    def value(self) -> R | None:
        """What was read last, or None before the first time."""
        return self._value

    async def get(self, older: float = 0.25) -> R:
        """The value as it stood at most `older` seconds ago."""
        wanted = time.monotonic() - older
        while self._read_at < wanted or self._value is None:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._again(), context=contextvars.Context())
            await asyncio.shield(self._task)
        return self._value

    async def _again(self) -> None:
        started = time.monotonic()
        self._value = await self._read()
        self._read_at = started
