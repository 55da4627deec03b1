"""Which device is behind a request: by its token, from memory, like the sessions of people."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.devices import TOKEN_PREFIX, display_name
from huitang_kernel.identity.sessions import TOKEN_LENGTH, digest_of
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Actor, Grant
from huitang_sdk.contracts.devices import DEVICE_COOKIE
from huitang_sdk.contracts.identity import ANONYMOUS

LENGTH = len(TOKEN_PREFIX) + TOKEN_LENGTH
READ = """
SELECT id, name, place, role, reach, organisation_id, seen_at FROM identity.device WHERE token_sha256 = $1
"""


def bearer_of(connection: Any) -> str:
    """The device token of the Authorization header; "" for none. Tokens of other kinds are not ours to read."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(TOKEN_PREFIX) else ""


class Known(Struct, frozen=True):
    """A device as this node last read it; `read_at` on the monotonic clock."""

    actor: Actor
    read_at: float


class Terminals:
    def __init__(self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._generation = 0
        self.reads = 0
        """How many times the database was asked."""

    async def by_cookie(self, connection: Any) -> Actor:
        """The device whose browser sent the request, or ANONYMOUS."""
        return await self.by_token(connection.cookies.get(DEVICE_COOKIE, ""))

    async def by_token(self, token: str) -> Actor:
        """The device that holds the token, or ANONYMOUS."""
        if len(token) != LENGTH or not token.startswith(TOKEN_PREFIX):
            return ANONYMOUS
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is not None and time.monotonic() - known.read_at < self._settings.cache_seconds:
            self._known.move_to_end(digest)
            return known.actor
        return await self._read(digest)

    async def _read(self, digest: bytes) -> Actor:
        """Ask the database; keep the answer unless something was invalidated while it was on its way."""
        generation, self.reads = self._generation, self.reads + 1
        read_at = time.monotonic()
        rows = await self._database.fetch(READ, digest)
        if not rows:
            self._known.pop(digest, None)
            return ANONYMOUS
        row = rows[0]
        actor = Actor(
            device_id=row["id"],
            name=display_name(row["name"]),
            place=row["place"],
            organisation_id=row["organisation_id"],
            grants=(Grant(row["role"], row["organisation_id"], row["reach"]),),
        )
        now = self._clock.now()
        if now - row["seen_at"] > timedelta(seconds=self._settings.seen_every_seconds):
            await self._database.execute("UPDATE identity.device SET seen_at = $2 WHERE id = $1", row["id"], now)
        if generation == self._generation:
            self._known[digest] = Known(actor, read_at)
            self._known.move_to_end(digest)
            while len(self._known) > self._settings.cache_size:
                self._known.popitem(last=False)
        return actor

    def forget(self, device_id: UUID | None = None) -> None:
        """Forget what is known of a device, or of all."""
        self._generation += 1
        if device_id is None:
            self._known.clear()
            return
        for digest in [d for d, known in self._known.items() if known.actor.device_id == device_id]:
            del self._known[digest]
