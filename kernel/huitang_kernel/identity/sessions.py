"""Sessions: who is behind a request, known without asking the database.

The browser holds a random token of 256 bits in a cookie; the database holds only its SHA-256. What a node has read is
kept for a few seconds, and forgotten at once when another node says that it has changed. A cookie that no session knows
is nobody: a session is only ever made by signing in, always a new one.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.organisations import CHANNEL
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Actor, Grant, Ref
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.db import new_id

COOKIE = "huitang_session"
TOKEN_BYTES = 32
TOKEN_LENGTH = 43
OPEN_WHILE_CHANGING = ("/identity/password", "/identity/sign-out")
"""What is open to somebody who must choose a new password first; everywhere else they are nobody."""

Held = tuple[tuple[Grant, ...], dict[str, tuple[UUID, ...]], dict[str, tuple[UUID, ...]]]
GrantsOf = Callable[[UUID, tuple[UUID, ...]], Awaitable[Held]]

READ = """
SELECT s.id, s.account_id, s.last_seen_at, s.expires_at, a.name, a.organisation_id, a.locale, a.must_change_password,
  ARRAY(SELECT group_id FROM identity.account_group_member m WHERE m.account_id = a.id ORDER BY group_id) AS groups
FROM identity.session s JOIN identity.account a ON a.id = s.account_id
WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND a.is_active
"""


class Known(Struct):
    """A session as this node last read it; `read_at` on the monotonic clock."""

    actor: Actor
    must_change: bool
    expires_at: datetime
    read_at: float


class OpenSession(Struct, frozen=True):
    """One of somebody's sessions, as their profile shows it."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii", "replace")).digest()


class Sessions:
    """`grants_of` is joined at start: what an account holds, by itself and through its groups."""

    def __init__(self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._generation = 0
        self.grants_of: GrantsOf
        self.reads = 0
        """How many times the database was asked: the tests hold a signed-in request to none."""

    async def authenticate(self, connection: Any) -> Actor:
        """The actor behind a request; ANONYMOUS for no cookie or one that no live session knows."""
        token = connection.cookies.get(COOKIE, "")
        if len(token) != TOKEN_LENGTH:
            return ANONYMOUS
        known = await self._find(digest_of(token))
        if known is None:
            return ANONYMOUS
        scope = connection.scope
        actor = known.actor
        if known.must_change:
            scope["huitang_must_change_password"] = True
            if scope["path"].rstrip("/") not in OPEN_WHILE_CHANGING:
                return ANONYMOUS
            actor = structs.replace(actor, grants=(), allowed={}, denied={})
        return structs.replace(
            actor, request_id=scope.get("huitang_request_id", ""), address=scope.get("huitang_address", "")
        )

    async def _find(self, digest: bytes) -> Known | None:
        known = self._known.get(digest)
        if known is not None:
            fresh = time.monotonic() - known.read_at < self._settings.cache_seconds
            if fresh and known.expires_at > self._clock.now():
                self._known.move_to_end(digest)
                return known
        return await self._read(digest)

    async def _read(self, digest: bytes) -> Known | None:
        """Ask the database; keep the answer unless something was invalidated while it was on its way."""
        generation, self.reads = self._generation, self.reads + 1
        now, idle = self._clock.now(), timedelta(minutes=self._settings.idle_minutes)
        read_at = time.monotonic()
        rows = await self._database.fetch(READ, digest, now, now - idle)
        if not rows:
            self._known.pop(digest, None)
            return None
        row = rows[0]
        grants, allowed, denied = await self.grants_of(row["account_id"], tuple(row["groups"]))
        actor = Actor(
            account_id=row["account_id"],
            name=row["name"],
            organisation_id=row["organisation_id"],
            locale=row["locale"],
            grants=grants,
            allowed=allowed,
            denied=denied,
            session_id=row["id"],
        )
        known = Known(actor, row["must_change_password"], row["expires_at"], read_at)
        if now - row["last_seen_at"] > timedelta(seconds=self._settings.seen_every_seconds):
            await self._database.execute("UPDATE identity.session SET last_seen_at = $2 WHERE id = $1", row["id"], now)
        if generation == self._generation:
            self._keep(digest, known)
        return known

    def _keep(self, digest: bytes, known: Known) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        while len(self._known) > self._settings.cache_size:
            self._known.popitem(last=False)

    def forget(self, account_id: UUID | None = None) -> None:
        """Forget what is known of an account's sessions, or of all."""
        self._generation += 1
        if account_id is None:
            self._known.clear()
            return
        for digest in [d for d, known in self._known.items() if known.actor.account_id == account_id]:
            del self._known[digest]

    async def open(self, actor: Actor, *, user_agent: str, replacing: str = "") -> str:
        """Make a session for `actor`, whose password was just checked; end the one it replaces. Returns the token."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock.now()
        identifier = new_id()
        expires = now + timedelta(hours=self._settings.absolute_hours)
        assert actor.account_id is not None
        async with self._database.write(actor) as write:
            replaced = await self._end_replaced(replacing)
            await self._database.execute(
                "INSERT INTO identity.session (id, token_sha256, account_id, created_at, last_seen_at, expires_at, "
                "address, user_agent) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
                *(identifier, digest_of(token), actor.account_id, now, expires, actor.address, user_agent[:300]),
            )
            await self._database.execute(
                "UPDATE identity.account SET signed_in_at = $2 WHERE id = $1", actor.account_id, now
            )
            ref = Ref("identity.account", actor.account_id)
            await write.audit("identity.session.opened", ref, detail={"session": identifier, "replaced": replaced})
            await self._database.notify(CHANNEL, f"account {actor.account_id}")
        if replacing:
            self._generation += 1
            self._known.pop(digest_of(replacing), None)
        return token

    async def _end_replaced(self, token: str) -> UUID | None:
        """End the session that a browser brought along, whoever it belonged to; its id, if there was one."""
        if not token:
            return None
        rows = await self._database.fetch(
            "DELETE FROM identity.session WHERE token_sha256 = $1 RETURNING id, account_id", digest_of(token)
        )
        for row in rows:
            await self._database.notify(CHANNEL, f"account {row['account_id']}")
        return rows[0]["id"] if rows else None

    async def of(self, account_id: UUID) -> list[OpenSession]:
        """The live sessions of an account, the latest first."""
        now = self._clock.now()
        rows = await self._database.fetch(
            "SELECT id, created_at, last_seen_at, address, user_agent FROM identity.session "
            "WHERE account_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC",
            *(account_id, now, now - timedelta(minutes=self._settings.idle_minutes)),
        )
        return [OpenSession(**row) for row in rows]

    async def end(
        self, actor: Actor, account_id: UUID, *, only: UUID | None = None, but: UUID | None = None, reason: str = ""
    ) -> int:
        """End sessions of an account: all, `only` one, or all `but` one. Nobody can use them from now on."""
        async with self._database.write(actor) as write:
            rows = await self._database.fetch(
                "DELETE FROM identity.session WHERE account_id = $1 AND ($2::uuid IS NULL OR id = $2) "
                "AND ($3::uuid IS NULL OR id <> $3) RETURNING id",
                *(account_id, only, but),
            )
            ended = [row["id"] for row in rows]
            ref = Ref("identity.account", account_id)
            await write.audit("identity.session.ended", ref, detail={"sessions": ended}, reason=reason)
            await self._database.notify(CHANNEL, f"account {account_id}")
        self.forget(account_id)
        return len(ended)

    async def sweep(self) -> int:
        """Remove sessions that are over."""
        now = self._clock.now()
        rows = await self._database.fetch(
            "DELETE FROM identity.session WHERE expires_at <= $1 OR last_seen_at <= $2 RETURNING id",
            *(now, now - timedelta(minutes=self._settings.idle_minutes)),
        )
        return len(rows)
