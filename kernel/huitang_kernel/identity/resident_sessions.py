"""Sessions of residents: as those of accounts, in a table and under a cookie of their own.

A session ends after some idle minutes, unless its resident said that the phone or computer is his or her own: then it
lasts for days. Nothing is kept of where a request came from.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.organisations import CHANNEL
from huitang_kernel.identity.sessions import TOKEN_BYTES, TOKEN_LENGTH, digest_of
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Actor, Personal, Ref, Resident
from huitang_sdk.db import new_id
from huitang_sdk.personal import masked

COOKIE = "huitang_resident"
KIND = "identity.resident"
PHONE = "resident.phone"
LIVE = "expires_at > $2 AND (is_kept OR last_seen_at > $3)"
READ = f"""
SELECT s.id, s.resident_id, s.last_seen_at, s.expires_at, r.phone, r.locale, r.held_since
FROM identity.resident_session s JOIN identity.resident r ON r.id = s.resident_id
WHERE s.token_sha256 = $1 AND {LIVE}
"""
OPEN = """
INSERT INTO identity.resident_session
  (id, token_sha256, resident_id, is_kept, created_at, last_seen_at, expires_at, user_agent)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
"""


class Known(Struct):
    """A session as this node last read it; `read_at` on the monotonic clock."""

    resident: Resident
    expires_at: datetime
    read_at: float


class OpenSession(Struct, frozen=True):
    """One of a resident's sessions, as his or her page shows it."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    user_agent: str


class ResidentSessions:
    """`personal` is joined at start."""

    personal: Personal

    def __init__(self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._generation = 0

    async def authenticate(self, connection: Any) -> Resident | None:
        """The resident behind a request: from memory most of the time."""
        token = connection.cookies.get(COOKIE, "")
        if len(token) != TOKEN_LENGTH:
            return None
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is not None:
            fresh = time.monotonic() - known.read_at < self._settings.cache_seconds
            if fresh and known.expires_at > self._clock.now():
                self._known.move_to_end(digest)
                return known.resident
        return await self._read(digest)

    async def _read(self, digest: bytes) -> Resident | None:
        """Ask the database; keep the answer unless something was invalidated while it was on its way."""
        generation, read_at, now = self._generation, time.monotonic(), self._clock.now()
        rows = await self._database.fetch(READ, digest, now, now - self._idle())
        if not rows:
            self._known.pop(digest, None)
            return None
        row = rows[0]
        phone = masked("phone", self.personal.unseal(PHONE, row["resident_id"], row["phone"]))
        resident = Resident(
            id=row["resident_id"],
            phone=phone,
            locale=row["locale"],
            session_id=row["id"],
            held_since=row["held_since"],
        )
        if now - row["last_seen_at"] > timedelta(seconds=self._settings.seen_every_seconds):
            await self._database.execute(
                "UPDATE identity.resident_session SET last_seen_at = $2 WHERE id = $1", row["id"], now
            )
        if generation == self._generation:
            self._known[digest] = Known(resident, row["expires_at"], read_at)
            self._known.move_to_end(digest)
            while len(self._known) > self._settings.cache_size:
                self._known.popitem(last=False)
        return resident

    async def open(self, resident_id: UUID, *, keep: bool, user_agent: str, replacing: str = "") -> str:
        """A new session, inside the write that let its resident in; what the browser had before ends. The token."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock.now()
        if replacing:
            await self._database.execute(
                "DELETE FROM identity.resident_session WHERE token_sha256 = $1", digest_of(replacing)
            )
        await self._database.execute(
            OPEN, new_id(), digest_of(token), resident_id, keep, now, now + self.lifetime(keep), user_agent[:300]
        )
        await self.changed(resident_id)
        return token

    def lifetime(self, keep: bool) -> timedelta:
        settings = self._settings
        return timedelta(days=settings.resident_days) if keep else timedelta(hours=settings.absolute_hours)

    async def of(self, resident_id: UUID) -> list[OpenSession]:
        """The live sessions of a resident, the latest first."""
        now = self._clock.now()
        rows = await self._database.fetch(
            "SELECT id, created_at, last_seen_at, user_agent FROM identity.resident_session "
            f"WHERE resident_id = $1 AND {LIVE} ORDER BY last_seen_at DESC",
            *(resident_id, now, now - self._idle()),
        )
        return [OpenSession(**row) for row in rows]

    async def end(self, actor: Actor, resident_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> None:
        """End sessions of a resident: all, `only` one, or all `but` one; on every node within a second."""
        async with self._database.write(actor) as write:
            rows = await self._database.fetch(
                "DELETE FROM identity.resident_session WHERE resident_id = $1 AND ($2::uuid IS NULL OR id = $2) "
                "AND ($3::uuid IS NULL OR id <> $3) RETURNING id",
                *(resident_id, only, but),
            )
            ended = {"sessions": [row["id"] for row in rows]}
            await write.audit("identity.resident.signed_out", Ref(KIND, resident_id), detail=ended)
            await self.changed(resident_id)
        self.forget(resident_id)

    async def changed(self, resident_id: UUID) -> None:
        """Tell every node, at the commit, to look a resident up anew."""
        await self._database.notify(CHANNEL, f"resident {resident_id}")

    def forget(self, resident_id: UUID | None = None) -> None:
        """Forget what is known of a resident's sessions, or of all."""
        self._generation += 1
        gone = [d for d, known in self._known.items() if resident_id in (None, known.resident.id)]
        for digest in gone:
            del self._known[digest]

    async def sweep(self) -> int:
        """Remove sessions that are over."""
        now = self._clock.now()
        rows = await self._database.fetch(
            "DELETE FROM identity.resident_session WHERE expires_at <= $1 OR (NOT is_kept AND last_seen_at <= $2) "
            "RETURNING id",
            *(now, now - self._idle()),
        )
        return len(rows)

    def _idle(self) -> timedelta:
        return timedelta(minutes=self._settings.resident_idle_minutes)
