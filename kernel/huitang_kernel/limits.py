"""Limits: how often somebody may try something. Counted in memory, shared by all nodes through one small table.

A node answers from what it knows and tells the database once a second, in one statement for all who tried, what it
counted; the statement's answer is what all nodes counted together. So a thousand tries a second cost a thousand
look-ups in a dictionary and one statement. A strict limit sends its own count first and answers from what comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import math
from collections.abc import Coroutine
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg
from msgspec import Struct

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Rate
from huitang_sdk.errors import TooManyRequests
from huitang_sdk.i18n import format_time, translate

SHARE_EVERY = 1.0
SWEEP_EVERY = timedelta(minutes=5)
MOST = 500_000
"""So many are remembered at most; then the oldest are forgotten, and only the database remembers them."""

# In the order of the keys, so that two nodes that tell of the same people never wait for one another.
SHARE = """
INSERT INTO kernel.tries AS t (who, count, ends)
SELECT * FROM unnest($1::bytea[], $2::integer[], $3::timestamptz[])
ON CONFLICT (who) DO UPDATE SET
  count = CASE WHEN t.ends <= $4 THEN excluded.count ELSE t.count + excluded.count END,
  ends = CASE WHEN t.ends <= $4 THEN excluded.ends ELSE t.ends END
RETURNING who, count, ends
"""
T = TypeVar("T")
log = logging.getLogger("huitang.limits")


class Tries(Struct):
    """One counted pair of limit and person: `known` by all nodes, `telling` on its way, `untold` only here."""

    ends: datetime
    known: int = 0
    telling: int = 0
    untold: int = 0

    @property
    def count(self) -> int:
        return self.known + self.telling + self.untold


class LimitBook:
    """The limits of all plugins on one node."""

    def __init__(self, database: PostgresDatabase, clock: SystemClock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._tries: dict[bytes, Tries] = {}
        self._untold: set[bytes] = set()
        self._tidy_at = 10_000
        self._swept = clock.now()
        self._sharing: asyncio.Task[None] | None = None
        self._shared_at = 0.0

    def scoped(self, plugin: str) -> PluginLimits:
        """What `ctx.limits` of a plugin is."""
        return PluginLimits(self, plugin)

    def digest(self, plugin: str, name: str, who: str) -> bytes:
        return hmac.digest(self._key, f"{plugin}\0{name}\0{who}".encode(), hashlib.sha256)[:16]

    async def take(self, key: bytes, rate: Rate, strict: bool) -> None:
        tries = self._of(key, rate)
        if tries.count >= rate.count:
            raise self._refusal(tries)
        if not strict:
            tries.untold += 1
            self._untold.add(key)
            self._share_soon()
            return
        tries.telling += 1
        counted = await apart(self._tell({key: tries}, {key: 1}))
        if counted[key] > rate.count:
            raise self._refusal(tries)

    def wait(self, key: bytes, rate: Rate) -> int:
        tries = self._tries.get(key)
        if tries is None or tries.count < rate.count:
            return 0
        return max(0, math.ceil((tries.ends - self._clock.now()).total_seconds()))

    async def share(self) -> None:
        """Tell what was counted here, and learn what all nodes counted of the same people."""
        now, keys = self._clock.now(), sorted(self._untold)
        self._untold = set()
        found = {key: tries for key in keys if (tries := self._tries.get(key)) is not None}
        told = {key: tries.untold for key, tries in found.items() if tries.untold and tries.ends > now}
        for key, count in told.items():
            found[key].untold, found[key].telling = 0, found[key].telling + count
        if told:
            await self._tell(found, told)

    async def _tell(self, found: dict[bytes, Tries], told: dict[bytes, int]) -> dict[bytes, int]:
        ends = [found[key].ends for key in told]
        try:
            rows = await self._database.fetch(SHARE, list(told), list(told.values()), ends, self._clock.now())
        except BaseException:
            for key, count in told.items():
                found[key].untold, found[key].telling = found[key].untold + count, found[key].telling - count
            self._untold.update(told)
            raise
        for row in rows:
            tries, count, until = found[row["who"]], row["count"], row["ends"]
            tries.telling -= told[row["who"]]
            tries.known = max(tries.known, count) if until == tries.ends else count
            tries.ends = until
        return {row["who"]: row["count"] for row in rows}

    async def stop(self) -> None:
        """Tell the rest, if the database still listens."""
        if self._sharing is not None:
            self._sharing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sharing
            self._sharing = None
            with contextlib.suppress(OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self.share()

    def _of(self, key: bytes, rate: Rate) -> Tries:
        now = self._clock.now()
        tries = self._tries.get(key)
        if tries is None or tries.ends <= now:
            self._tries.pop(key, None)
            self._tries[key] = tries = Tries(now + timedelta(seconds=rate.seconds))
            if len(self._tries) > self._tidy_at:
                self._tidy(now)
        return tries

    def _tidy(self, now: datetime) -> None:
        self._tries = {key: tries for key, tries in self._tries.items() if tries.ends > now}
        while len(self._tries) > MOST:
            del self._tries[next(iter(self._tries))]
        self._tidy_at = min(MOST, max(10_000, 2 * len(self._tries)))

    def _refusal(self, tries: Tries) -> TooManyRequests:
        seconds = max(1, math.ceil((tries.ends - self._clock.now()).total_seconds()))
        message = translate(
            "portal", "There were too many tries. Try again after {time}.", time=format_time(tries.ends)
        )
        return TooManyRequests(message, retry_after=seconds)

    def _share_soon(self) -> None:
        if self._sharing is None or self._sharing.done():
            self._sharing = asyncio.create_task(self._share_while_needed(), context=Context(), name="limits")

    async def _share_while_needed(self) -> None:
        loop = asyncio.get_running_loop()
        while self._untold:
            await asyncio.sleep(max(0.0, self._shared_at + SHARE_EVERY - loop.time()))
            self._shared_at = loop.time()
            try:
                await self.share()
                await self._sweep()
            except (OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("this node counts by itself, the database does not answer: %s", error)

    async def _sweep(self) -> None:
        now = self._clock.now()
        if now - self._swept >= SWEEP_EVERY:
            self._swept = now
            await self._database.execute("DELETE FROM kernel.tries WHERE ends < $1", now)


class PluginLimits:
    """Implements huitang_sdk.contracts.limits.Limits."""

    def __init__(self, book: LimitBook, plugin: str) -> None:
        self._book = book
        self._plugin = plugin

    async def take(self, name: str, who: str, rate: Rate, *, strict: bool = False) -> None:
        await self._book.take(self._book.digest(self._plugin, name, who), rate, strict)

    async def wait(self, name: str, who: str, rate: Rate) -> int:
        return self._book.wait(self._book.digest(self._plugin, name, who), rate)


async def apart(work: Coroutine[Any, Any, T]) -> T:
    """Do it outside the transaction that may be open here: a counted try stays counted when that is rolled back."""
    return await asyncio.create_task(work, context=Context())
