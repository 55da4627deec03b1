"""Limits in memory."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from huitang_sdk.contracts import Clock, Rate
from huitang_sdk.errors import TooManyRequests
from huitang_sdk.testing.clock import FixedClock


class FakeLimits:
    """Implements `huitang_sdk.contracts.Limits`; move the clock to let time pass.

    await limits.take("look-up", "10.0.0.1", Rate(1, 60))
    clock.forward(seconds=60)
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or FixedClock()
        self._tries: dict[tuple[str, str], tuple[datetime, int]] = {}

    async def take(self, name: str, who: str, rate: Rate, *, strict: bool = False) -> None:
        """See the contract; there is one node, so every limit is strict."""
        seconds = await self.wait(name, who, rate)
        if seconds:
            raise TooManyRequests("There were too many tries.", retry_after=seconds)
        now = self._clock.now()
        ends, count = self._tries.get((name, who), (now, 0))
        started = ends > now
        ends = ends if started else now + timedelta(seconds=rate.seconds)
        self._tries[name, who] = (ends, count + 1 if started else 1)

    async def wait(self, name: str, who: str, rate: Rate) -> int:
        """See the contract."""
        now = self._clock.now()
        ends, count = self._tries.get((name, who), (now, 0))
        return math.ceil((ends - now).total_seconds()) if ends > now and count >= rate.count else 0
