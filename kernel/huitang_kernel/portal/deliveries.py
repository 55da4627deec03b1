"""Event deliveries for the console: how many wait, which failed and why, and delivering a given-up one again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.db.trail import OUTBOX_CHANNEL as CHANNEL
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import contains
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("portal")
STATES = {
    "dead": "d.dead_at IS NOT NULL",
    "failed": "d.done_at IS NULL AND d.dead_at IS NULL AND d.error <> ''",
    "waiting": "d.done_at IS NULL AND d.dead_at IS NULL AND d.error = ''",
    "done": "d.done_at IS NOT NULL",
}
"""Fixed conditions, looked up by the filter's name."""

COUNTS = f"""
SELECT {", ".join(f"count(*) FILTER (WHERE {where}) AS {name}" for name, where in STATES.items())},
    (SELECT count(*) FROM kernel.outbox WHERE fanned_out_at IS NULL) AS new
FROM kernel.outbox_delivery d
"""
COLUMNS = "d.event_id, o.name, d.consumer, d.plugin, o.at, d.attempts, d.next_at, d.done_at, d.dead_at, d.error"
MATCHING = """
FROM kernel.outbox_delivery d JOIN kernel.outbox o ON o.id = d.event_id
WHERE ($1 = '' OR o.name ILIKE $1 OR d.consumer ILIKE $1 OR d.error ILIKE $1) AND ($2 = '' OR d.plugin = $2)
"""
RETRY = """
UPDATE kernel.outbox_delivery SET dead_at = NULL, attempts = 0, next_at = now()
WHERE event_id = $1 AND consumer = $2 AND dead_at IS NOT NULL RETURNING error
"""


class EventDelivery(Struct, frozen=True):
    """One event on its way to one consumer."""

    event_id: UUID
    name: str
    consumer: str
    plugin: str
    at: datetime
    attempts: int
    next_at: datetime
    done_at: datetime | None
    dead_at: datetime | None
    error: str

    @property
    def state(self) -> str:
        if self.dead_at:
            return "dead"
        if self.done_at:
            return "done"
        return "failed" if self.error else "waiting"


class Deliveries:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def counts(self) -> dict[str, int]:
        """How many deliveries are dead, failed, waiting, done; `new` are events not yet given to anybody."""
        return (await self._database.fetch(COUNTS))[0]

    async def page(self, query: ListQuery) -> tuple[Sequence[EventDelivery], int]:
        """The deliveries asked for, newest first, and how many there are in all."""
        where = MATCHING + "".join(f" AND {STATES[s]}" for s in [query.filters["state"]] if s in STATES)
        values = (contains(query.q) if query.q else "", query.filters["plugin"])
        rows = await self._database.fetch(
            f"SELECT {COLUMNS} {where} ORDER BY d.position DESC LIMIT $3 OFFSET $4",
            *values,
            query.size,
            query.offset,
        )
        total = await self._database.fetch(f"SELECT count(*) AS total {where}", *values)
        return [EventDelivery(**row) for row in rows], total[0]["total"]

    async def retry(self, actor: Actor, event_id: UUID, consumer: str) -> None:
        """Deliver a given-up one again, on the record. Raises Conflict when it is not given up (any more)."""
        async with self._database.write(actor) as write:
            rows = await self._database.fetch(RETRY, event_id, consumer)
            if not rows:
                raise Conflict(_("This delivery is not given up any more. Reload the list."))
            detail = {"consumer": consumer, "error": rows[0]["error"]}
            await write.audit("portal.delivery.retried", Ref("kernel.event", event_id), detail=detail)
            await self._database.notify(CHANNEL)
