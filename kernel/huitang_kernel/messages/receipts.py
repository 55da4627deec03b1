"""Receipts: late, doubled, out of order, or quicker than the answer they belong to. Each fact is kept once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.messages.gateways.outcome import Hearing
from huitang_kernel.messages.ledger import FORGET

KEEP = """
INSERT INTO messages.receipt (channel, gateway_id, reference, status, code, at, heard_at)
VALUES ($1, $2, $3, $4, $5, $6, now()) ON CONFLICT DO NOTHING
"""
DELIVERED = f"""
UPDATE messages.message SET state = 'delivered', reason = '', code = '', unsure_since = NULL, changed_at = now(),
    gateway_id = CASE WHEN gateway_id = '' THEN $3 ELSE gateway_id END, {FORGET}
WHERE channel = $1 AND (id = $2::uuid OR ($3 <> '' AND gateway_id = $3)) AND state NOT IN ('delivered', 'skipped')
"""
UNDELIVERED = f"""
UPDATE messages.message SET state = 'dead', reason = 'undelivered', code = $5, unsure_since = NULL, {FORGET},
    changed_at = now()
WHERE channel = $1 AND ((id = $2::uuid AND round = $4) OR ($2::uuid IS NULL AND $3 <> '' AND gateway_id = $3))
    AND state IN ('sending', 'accepted', 'failed')
"""
WAITING = """
SELECT gateway_id, reference, status, code, at FROM messages.receipt WHERE channel = $1 AND gateway_id = $2
ORDER BY status = 'delivered'
"""
_REFERENCE = re.compile(r"([0-9a-f-]{36})-(\d{1,6})")


class Receipts:
    """`hear` is called by the webhooks, `settle` by the sender. Each commits what it knows before it looks at what the
    other knows, so at least one of them sees both.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def hear(self, channel: str, hearings: Sequence[Hearing]) -> None:
        """Keep receipts and mark the messages they are of."""
        for one in hearings:
            facts = (one.gateway_id, one.reference, one.status, one.code, one.at)
            await self._database.execute(KEEP, channel, *facts)
            await self._apply(channel, one)

    async def settle(self, channel: str, gateway_id: str) -> None:
        """The gateway's id of a message is known now: look whether its receipt has been here already."""
        if gateway_id:
            for row in await self._database.fetch(WAITING, channel, gateway_id):
                await self._apply(channel, Hearing(**row))

    async def _apply(self, channel: str, one: Hearing) -> None:
        """Delivered is final, and holds for every later round; undelivered only for the round it is of."""
        identifier, number = parse_reference(one.reference)
        if one.status == "delivered":
            await self._database.execute(DELIVERED, channel, identifier, one.gateway_id)
        else:
            await self._database.execute(UNDELIVERED, channel, identifier, one.gateway_id, number, one.code)


def parse_reference(reference: str) -> tuple[UUID | None, int]:
    """The message and the round of one of our references; (None, 0) for anything else."""
    match = _REFERENCE.fullmatch(reference)
    try:
        return (UUID(match[1]), int(match[2])) if match else (None, 0)
    except ValueError:
        return None, 0
