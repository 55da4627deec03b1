"""The ledger as its senders see it: what is due is leased, and each end of a try is written by whoever holds the lease.

`unsure_since` is set in the same moment as the lease, before anything leaves: a process that dies at any step leaves
behind that the gateway may have the message. Only a certain answer takes it back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase

UNKNOWN = "unknown"
"""The reason of a dead message of which nobody knows whether the gateway took it."""
FORGET = "text = CASE WHEN secret THEN NULL ELSE text END"
"""A secret text is erased with the change after which it is not tried any more."""
WAITING = "state IN ('queued', 'sending', 'failed')"
LEASE = f"""
WITH due AS (
    SELECT id, unsure_since FROM messages.message
    WHERE channel = $1 AND {WAITING} AND next_at <= now()
    ORDER BY urgent DESC, next_at LIMIT $2 FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE messages.message m SET state = 'sending', attempts = m.attempts + 1, changed_at = now(),
        next_at = now() + make_interval(secs => $3), unsure_since = coalesce(m.unsure_since, now())
    FROM due WHERE m.id = due.id RETURNING m.*, due.unsure_since AS unsure_before
)
SELECT l.id, l.plugin, l.kind, l.recipient, l.text, l.round, l.attempts, l.expires_at, l.unsure_before, l.gateway_id,
    r.once, coalesce(r.wechat_template, '') AS wechat_template
FROM leased l LEFT JOIN messages.rule r ON r.kind = l.kind
"""
NEXT = f"""
SELECT extract(epoch FROM min(next_at) - now())::float AS seconds FROM messages.message
WHERE channel = $1 AND {WAITING}
"""
HELD = "id = $1 AND round = $2 AND attempts = $3"
TAKEN = f"""
UPDATE messages.message SET state = 'accepted', reason = '', code = '', gateway_id = $4, unsure_since = NULL,
    {FORGET}, changed_at = now()
WHERE {HELD} AND (state = 'sending' OR (state = 'dead' AND reason = '{UNKNOWN}'))
"""
KNOW_ID = f"UPDATE messages.message SET gateway_id = $4 WHERE {HELD} AND gateway_id = ''"
AGAIN = f"""
UPDATE messages.message SET state = 'failed', reason = $4, code = $5, next_at = $6, unsure_since = $7,
    changed_at = now()
WHERE {HELD} AND state = 'sending'
"""
DEAD = f"""
UPDATE messages.message SET state = 'dead', reason = $4, code = $5, unsure_since = $6, {FORGET}, changed_at = now()
WHERE {HELD} AND state = 'sending'
"""


class Leased(Struct, frozen=True, kw_only=True):
    """A row that this process may try. `unsure_before` is since when the gateway may have it from earlier tries."""

    id: UUID
    plugin: str
    kind: str
    recipient: bytes | None
    text: bytes | None
    round: int
    attempts: int
    expires_at: datetime | None
    unsure_before: datetime | None
    gateway_id: str
    once: str | None
    wechat_template: str

    @property
    def held(self) -> tuple[UUID, int, int]:
        return self.id, self.round, self.attempts


class Ledger:
    """Reads and writes rows of one channel."""

    def __init__(self, database: PostgresDatabase, channel: str, lease_seconds: float) -> None:
        self._database = database
        self._channel = channel
        self._lease_seconds = lease_seconds

    async def lease(self, most: int) -> list[Leased]:
        """What is due, urgent ones first."""
        rows = await self._database.fetch(LEASE, self._channel, most, self._lease_seconds)
        return [Leased(**row) for row in rows]

    async def seconds(self) -> float | None:
        """Until the next one is due."""
        seconds: float | None = (await self._database.fetch(NEXT, self._channel))[0]["seconds"]
        return seconds

    async def taken(self, row: Leased, gateway_id: str) -> None:
        """The gateway has it. A receipt may have been quicker: then only the gateway's id is added."""
        await self._database.execute(TAKEN, *row.held, gateway_id)
        await self._database.execute(KNOW_ID, *row.held, gateway_id)

    async def again(self, row: Leased, reason: str, code: str, at: datetime, unsure_since: datetime | None) -> None:
        """It is tried again at `at`."""
        values: tuple[Any, ...] = (reason, code, at, unsure_since)
        await self._database.execute(AGAIN, *row.held, *values)

    async def dead(self, row: Leased, reason: str, code: str, unsure_since: datetime | None) -> None:
        """It is given up; the gateway may have it all the same since `unsure_since`."""
        values: tuple[Any, ...] = (reason, code, unsure_since)
        await self._database.execute(DEAD, *row.held, *values)
