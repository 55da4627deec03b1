"""Closing timed votes when their time is over, on whichever node is first, and sweeping keys that should be gone."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars

from huitang_conference.services.access import Ctx
from huitang_conference.services.voting.closing import close_poll
from huitang_conference.services.voting.keychain import sweep
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict

LOOK_EVERY = 1.0
SWEEP_EVERY = 60.0
"""Seconds."""
DUE = """
SELECT id, extract(epoch FROM closes_at - clock_timestamp())::float AS seconds FROM conference.poll
WHERE state = 'open' AND manner = 'key' AND closes_at < clock_timestamp() + make_interval(secs => $1) ORDER BY closes_at
"""


class Timekeeper:
    """Runs on every node: a vote whose node has died is closed by another one, at its time or as soon as one is up."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        work = (self._close(), self._sweep())
        self._tasks = [asyncio.create_task(task, context=contextvars.Context()) for task in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _close(self) -> None:
        while True:
            wait = LOOK_EVERY
            try:
                due = await self._ctx.db.fetch(DUE, LOOK_EVERY)
                for poll in [poll for poll in due if poll["seconds"] <= 0]:
                    # Another node was first, the chair was, or the key is not here: said where it happens.
                    with contextlib.suppress(Conflict):
                        await close_poll(self._ctx, SYSTEM, poll["id"])
                wait = min((poll["seconds"] for poll in due if poll["seconds"] > 0), default=LOOK_EVERY)
            except Exception:
                self._ctx.log.exception("looking for votes whose time is over failed")
            await asyncio.sleep(max(wait, 0.01))

    async def _sweep(self) -> None:
        while True:
            try:
                await sweep(self._ctx)
            except Exception:
                self._ctx.log.exception("sweeping the keys of closed votes failed")
            await asyncio.sleep(SWEEP_EVERY)
