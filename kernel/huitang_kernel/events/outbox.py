"""Events are written with the change they tell of; after the commit every node's dispatcher is woken."""

from __future__ import annotations

import msgspec

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Actor, Event
from huitang_sdk.db import new_id

CHANNEL = "huitang_outbox"


class Outbox:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def put(self, actor: Actor, event: Event) -> None:
        """Inside the open transaction: the event, and the wake-up that leaves with the commit."""
        await self._database.execute(
            "WITH event AS (INSERT INTO kernel.outbox (id, name, payload, actor_id) VALUES ($1, $2, $3, $4))"
            f" SELECT pg_notify('{CHANNEL}', '')",
            new_id(),
            event.event_name(),
            msgspec.json.encode(event).decode(),
            actor.account_id,
        )
