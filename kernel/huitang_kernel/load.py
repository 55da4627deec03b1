"""How many people wait for this process right now: what nobody waits for gives way to them.

with core.load.waiting() as answered: …     # a request; call answered() when its answer begins
await core.load.give_way(seconds)           # before work that nobody waits for
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

MANY = 16
"""So many requests of one process are under way when they queue: 600 a second that take 10 ms each are six."""
LOOK_AGAIN = 0.02


class Load:
    """One per process. A request counts until its answer begins, so a stream that stays open does not."""

    def __init__(self) -> None:
        self.requests = 0

    @contextmanager
    def waiting(self) -> Iterator[Callable[[], None]]:
        """Somebody waits for an answer, until the block ends or what it hands over is called."""
        self.requests += 1
        open_ = True

        def answered() -> None:
            nonlocal open_
            if open_:
                open_ = False
                self.requests -= 1

        try:
            yield answered
        finally:
            answered()

    async def give_way(self, seconds: float) -> None:
        """Return when requests do not queue, after `seconds` at the latest: what gives way is put off, not dropped."""
        until = monotonic() + seconds
        while self.requests >= MANY and monotonic() < until:  # noqa: ASYNC110 - each request would have to set it
            await asyncio.sleep(LOOK_AGAIN)
