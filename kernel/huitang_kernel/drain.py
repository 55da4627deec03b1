"""Leaving in good order: a process that is told to stop finishes what it has begun and takes on nothing new.

if core.drain.is_draining: …            # before taking on something new
core.drain.on(say_goodbye)              # when it begins: tell long-lived connections to go elsewhere
with core.drain.busy(): …               # a piece of work that is waited for, within `server.drain_seconds`
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Callback = Callable[[], Awaitable[None] | None]
log = logging.getLogger("huitang.drain")


class Drain:
    """One per process. `begun` is set once, and never taken back."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._callbacks: list[Callback] = []
        self._told: set[asyncio.Future[None]] = set()
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_draining(self) -> bool:
        return self.begun.is_set()

    def on(self, callback: Callback) -> None:
        """Call `callback`, a function or a coroutine function, when draining begins; at once if it has begun."""
        self._callbacks.append(callback)
        if self.is_draining:
            self._tell(callback)

    def begin(self) -> None:
        """Begin, in the event loop of this process; a second time does nothing."""
        if self.is_draining:
            return
        log.info("draining: what has begun is finished, nothing new is taken on")
        self.begun.set()
        for callback in self._callbacks:
            self._tell(callback)

    def _tell(self, callback: Callback) -> None:
        try:
            answer = callback()
        except Exception:
            log.exception("a part could not be told that this process drains")
            return
        if inspect.isawaitable(answer):
            told = asyncio.ensure_future(_logged(answer))
            self._told.add(told)
            told.add_done_callback(self._told.discard)

    def hold(self) -> Callable[[], None]:
        """A piece of work begins that is finished before the process goes; call what is returned at its end."""
        self._busy += 1
        self._idle.clear()
        return self._release

    def _release(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The same as a block."""
        release = self.hold()
        try:
            yield
        finally:
            release()

    async def finished(self, seconds: float) -> bool:
        """Wait until nothing is being worked on, `seconds` at most; False when the time ran out."""
        try:
            async with asyncio.timeout(seconds):
                while self._busy:
                    await self._idle.wait()
        except TimeoutError:
            log.warning("%s pieces of work were not finished in %.0f s and are given up", self._busy, seconds)
            return False
        return True


async def _logged(answer: Awaitable[None]) -> None:
    try:
        await answer
    except Exception:
        log.exception("a part failed while it was told that this process drains")
