"""Telling the desks how far a vote is, a few times a second at most; what is told may be missed."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import secrets
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.services.access import Ctx
from huitang_conference.services.state import DESK, HALL, live_counts
from huitang_conference.services.voting.progress import numbers

PROGRESS = "poll.progress"
THIS_PROCESS = secrets.token_hex(4)
"""In each hint, so that a process knows the ones that tell it nothing new."""
EVERY = 0.25
"""Seconds between two hints about one poll from one process."""


class Teller:
    """Waits `EVERY` seconds after the first press, tells what is then, and begins anew."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def pressed(self, poll_id: UUID) -> None:
        if poll_id not in self._tasks:
            work = self._tell(poll_id)
            self._tasks[poll_id] = asyncio.create_task(work, context=contextvars.Context())

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _tell(self, poll_id: UUID) -> None:
        try:
            await asyncio.sleep(EVERY)
        finally:
            del self._tasks[poll_id]
        try:
            meeting_id, now = await numbers(self._ctx, poll_id)
            told: dict[str, Any] = {"what": PROGRESS, "by": THIS_PROCESS, "progress": msgspec.to_builtins(now)}
            await self._ctx.live.passing(DESK, str(meeting_id), told)
            counts = await live_counts(self._ctx, poll_id)
            if counts is not None:
                shown = {"what": "poll.counts", "poll_id": str(poll_id), "counts": counts}
                await self._ctx.live.passing(HALL, str(meeting_id), shown)
        except Exception:
            self._ctx.log.exception("the desks were not told how far a vote is")
