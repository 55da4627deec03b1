"""Votes: prepared, opened, pressed, closed, announced; secret ones stay secret, and all are on a log that others check.

`running` is what the desks call, `presses` what the terminals call, `progress` the numbers before the end.
"""

from __future__ import annotations

from huitang_conference.services.access import Ctx
from huitang_conference.services.voting import presses
from huitang_conference.services.voting.timing import Timekeeper


class Votes:
    """What one process keeps running for votes: the recorder of presses and the keeper of their times."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._times = Timekeeper(ctx)

    async def start(self) -> None:
        self._recorder = presses.begin(self._ctx)
        self._times.start()

    async def stop(self) -> None:
        """Store what has been pressed, then end."""
        await presses.end(self._recorder)
        await self._times.stop()
