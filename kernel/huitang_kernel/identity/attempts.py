"""Lock-out: every try to sign in is counted before the password is looked at, so that many at once gain nothing.

This is for what somebody guesses at with growing patience, a password; how often anything else may be tried is a limit
(`ctx.limits`). Names are counted whether they exist or not, and only a keyed digest of the name is kept: nobody learns
from an answer which names exist, and a password typed into the wrong field is not kept anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.settings import IdentitySettings

COUNT = """
INSERT INTO identity.sign_in_attempt AS a (who, failures, last_at, locked_until)
VALUES ($1, 1, $2::timestamptz, CASE WHEN $4::integer <= 1 THEN $2::timestamptz + $5::interval END)
ON CONFLICT (who) DO UPDATE SET
  refused = coalesce(a.locked_until > $2::timestamptz, false),
  failures = CASE
    WHEN a.locked_until > $2::timestamptz THEN a.failures
    WHEN a.last_at < $3::timestamptz THEN 1
    ELSE a.failures + 1
  END,
  last_at = CASE WHEN a.locked_until > $2::timestamptz THEN a.last_at ELSE $2::timestamptz END,
  locked_until = CASE
    WHEN a.locked_until > $2::timestamptz THEN a.locked_until
    WHEN CASE WHEN a.last_at < $3::timestamptz THEN 1 ELSE a.failures + 1 END >= $4::integer
      THEN $2::timestamptz
        + least($6::interval, $5::interval * power(2, least(20, greatest(0, a.failures + 1 - $4::integer))))
  END
RETURNING refused, locked_until
"""


class Attempts:
    def __init__(self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock, key: bytes) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._key = key

    def digest(self, username: str) -> bytes:
        return hmac.new(self._key, username.strip().lower().encode(), hashlib.sha256).digest()

    def now(self) -> datetime:
        return self._clock.now()

    async def count(self, username: str) -> datetime | None:
        """Count a try as failed until `forget`. Returns when one may try again, if it is refused; None: go on."""
        now, settings = self._clock.now(), self._settings
        rows = await self._database.fetch(
            COUNT,
            self.digest(username),
            now,
            now - timedelta(hours=settings.lock_forget_hours),
            settings.lock_after,
            timedelta(seconds=settings.lock_seconds),
            timedelta(seconds=settings.lock_seconds_max),
        )
        until: datetime | None = rows[0]["locked_until"]
        return until if rows[0]["refused"] else None

    async def locked_until(self, username: str) -> datetime | None:
        """Until when the name is locked, for the console."""
        rows = await self._database.fetch(
            "SELECT locked_until FROM identity.sign_in_attempt WHERE who = $1 AND locked_until > $2",
            self.digest(username),
            self._clock.now(),
        )
        return rows[0]["locked_until"] if rows else None

    async def forget(self, username: str) -> None:
        """After a success, or when an operator unlocks the name."""
        await self._database.execute("DELETE FROM identity.sign_in_attempt WHERE who = $1", self.digest(username))

    async def sweep(self) -> None:
        """Drop what no longer counts."""
        before = self._clock.now() - timedelta(hours=self._settings.lock_forget_hours)
        await self._database.execute(
            "DELETE FROM identity.sign_in_attempt WHERE last_at < $1 AND coalesce(locked_until, $1) <= $1", before
        )
