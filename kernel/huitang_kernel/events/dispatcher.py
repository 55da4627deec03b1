"""Delivers events to their consumers: at least once, each consumer on its own, retried, and never lost.

An event is first fanned out into one row per consumer, then each row is leased, handled and marked. A process that dies
meanwhile lets its lease run out and another one delivers again. Events of a disabled plugin wait until it is enabled.

Consumers of many are given what waits for them as one lot. One that cannot be handled never spoils the others: then
each of the lot is delivered by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from huitang_kernel.background import woken
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.drain import Drain
from huitang_kernel.load import Load
from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_sdk.contracts import Delivery
from huitang_sdk.declare import Subscription

BATCH = 50
LOT = 100
"""So many are leased for one lot; each of them is handled alone within the same lease if the lot fails."""
LEASE_SECONDS = 60
POLL_SECONDS = 1.0
LEAST_REST, MOST_REST = 0.05, 1.0
GIVE_WAY_SECONDS = 2.0
FORGET_EVERY = 3600.0
RETRY_SECONDS = (1, 5, 30, 120, 600, 3600)
log = logging.getLogger("huitang.events")

FAN_OUT = """
WITH event AS (
    SELECT id, position FROM kernel.outbox WHERE fanned_out_at IS NULL AND name = $1
    ORDER BY position LIMIT 500 FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE kernel.outbox SET fanned_out_at = now() FROM event WHERE outbox.id = event.id
)
INSERT INTO kernel.outbox_delivery (event_id, consumer, plugin, position)
SELECT event.id, consumer, plugin, event.position
FROM event CROSS JOIN unnest($2::text[], $3::text[]) AS c (consumer, plugin)
ON CONFLICT DO NOTHING
"""
LEASE = f"""
UPDATE kernel.outbox_delivery d SET attempts = attempts + 1, next_at = now() + interval '{LEASE_SECONDS} seconds'
FROM (
    SELECT event_id, consumer FROM kernel.outbox_delivery
    WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= now() AND consumer = ANY($1)
    ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED
) due
JOIN kernel.outbox o ON o.id = due.event_id
WHERE d.event_id = due.event_id AND d.consumer = due.consumer
RETURNING d.event_id, d.consumer, d.position, d.attempts, o.payload, o.actor_id
"""
GIVE_BACK = """
UPDATE kernel.outbox_delivery d SET attempts = attempts - 1, next_at = now()
FROM unnest($1::uuid[], $2::text[]) AS r (event_id, consumer)
WHERE d.event_id = r.event_id AND d.consumer = r.consumer AND d.done_at IS NULL
"""
DONE = """
UPDATE kernel.outbox_delivery SET done_at = now(), error = '' WHERE event_id = ANY($1::uuid[]) AND consumer = $2
"""
RENEW = f"""
UPDATE kernel.outbox_delivery SET next_at = now() + interval '{LEASE_SECONDS} seconds'
WHERE event_id = ANY($1::uuid[]) AND consumer = $2 AND done_at IS NULL
"""
FAILED = """
UPDATE kernel.outbox_delivery SET error = $3, next_at = now() + make_interval(secs => $4),
    dead_at = CASE WHEN $5 THEN now() END
WHERE event_id = $1 AND consumer = $2
"""
FORGET = """
DELETE FROM kernel.outbox o WHERE o.fanned_out_at < now() - interval '7 days'
AND NOT EXISTS (SELECT 1 FROM kernel.outbox_delivery d WHERE d.event_id = o.id AND d.done_at IS NULL)
"""


class Dispatcher:
    """Runs on every node; PostgreSQL's SKIP LOCKED keeps the nodes out of each other's way."""

    def __init__(self, database: PostgresDatabase, registry: Registry, drain: Drain, load: Load) -> None:
        self._database = database
        self._registry = registry
        self._drain = drain
        self._load = load
        self._woken = asyncio.Event()

    async def wake(self, _payload: str = "") -> None:
        self._woken.set()

    async def run(self) -> None:
        while not self._drain.is_draining:
            self._woken.clear()
            while not self._drain.is_draining and await self._deliver_a_while():
                pass
            await woken(self._woken, POLL_SECONDS)

    async def _deliver_a_while(self) -> int:
        """Deliver what is due, then rest for as long as that took: requests have half of the time, and what comes
        meanwhile shares a lot. Where requests queue they have nearly all of it.
        """
        await self._load.give_way(GIVE_WAY_SECONDS)
        began = time.monotonic()
        count = await self.deliver_due()
        if count:
            await asyncio.sleep(min(max(time.monotonic() - began, LEAST_REST), MOST_REST))
        return count

    async def forget_delivered(self) -> None:
        """On the leader: remove events delivered to everybody a week ago; dead ones stay until an operator decides."""
        while True:
            await self._database.execute(FORGET)
            await asyncio.sleep(FORGET_EVERY)

    def _subscriptions(self) -> Iterator[tuple[PluginRecord, Subscription]]:
        for record in self._registry:
            for subscription in record.declarations.subscriptions:
                yield record, subscription

    async def fan_out(self) -> None:
        """Give every waiting event one row per consumer of any installed plugin, enabled or not."""
        waiting = await self._database.fetch("SELECT DISTINCT name FROM kernel.outbox WHERE fanned_out_at IS NULL")
        for name in [row["name"] for row in waiting]:
            consumers = [(s.consumer, r.id) for r, s in self._subscriptions() if s.event.event_name() == name]
            await self._database.execute(FAN_OUT, name, [c for c, _ in consumers], [p for _, p in consumers])

    async def deliver_due(self) -> int:
        """Deliver what is due, in parts; returns how many were leased. While draining, those not tried yet are given
        back.
        """
        await self.fan_out()
        active = [(record, one) for record, one in self._subscriptions() if record.is_active]
        count = 0
        for record, subscription in active:
            if subscription.many:
                count += await self._deliver_lot(record, subscription)
        handlers = {one.consumer: (record, one) for record, one in active if not one.many}
        return count + await self._deliver_each(handlers)

    async def _deliver_each(self, handlers: dict[str, tuple[PluginRecord, Subscription]]) -> int:
        with self._drain.busy():
            waiting = due = await self._lease(list(handlers), BATCH)
            while waiting and not self._drain.is_draining:
                record, subscription = handlers[waiting[0]["consumer"]]
                await self._deliver(record, subscription, waiting[:1])
                waiting = waiting[1:]
            await self._give_back(waiting)
        return len(due)

    async def _deliver_lot(self, record: PluginRecord, subscription: Subscription) -> int:
        """All that waits for a consumer of many, at once; if that fails, one after the other."""
        if self._drain.is_draining:
            return 0
        with self._drain.busy():
            due = await self._lease([subscription.consumer], LOT)
            if len(due) > 1:
                try:
                    await self._handle(record, subscription, due)
                except Exception as error:
                    log.warning("consumer %s failed with %s at once", subscription.consumer, len(due), exc_info=error)
                else:
                    return len(due)
            waiting = due
            while waiting and not self._drain.is_draining:
                await self._database.execute(RENEW, [row["event_id"] for row in waiting], subscription.consumer)
                await self._deliver(record, subscription, waiting[:1])
                waiting = waiting[1:]
            await self._give_back(waiting)
        return len(due)

    async def _lease(self, consumers: list[str], most: int) -> list[dict[str, Any]]:
        return sorted(await self._database.fetch(LEASE, consumers, most), key=lambda row: row["position"])

    async def _give_back(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            columns = ([row["event_id"] for row in rows], [row["consumer"] for row in rows])
            await self._database.execute(GIVE_BACK, *columns)

    async def _deliver(self, record: PluginRecord, subscription: Subscription, rows: Sequence[dict[str, Any]]) -> None:
        """One row, whether it succeeds or not."""
        try:
            await self._handle(record, subscription, rows)
        except Exception as error:
            await self._record_failure(record, subscription, rows[0], error)

    async def _handle(self, record: PluginRecord, subscription: Subscription, rows: Sequence[dict[str, Any]]) -> None:
        lot = [(msgspec.json.decode(row["payload"], type=subscription.event), _delivery(row)) for row in rows]
        async with asyncio.timeout(LEASE_SECONDS - 5):
            if subscription.many:
                await subscription.handle(record.context, lot)
            else:
                await subscription.handle(record.context, *lot[0])
        await self._database.execute(DONE, [row["event_id"] for row in rows], subscription.consumer)

    async def _record_failure(
        self, record: PluginRecord, subscription: Subscription, row: dict[str, Any], error: Exception
    ) -> None:
        dead = row["attempts"] > len(RETRY_SECONDS)
        wait = RETRY_SECONDS[min(row["attempts"], len(RETRY_SECONDS)) - 1]
        log.warning("consumer %s failed (attempt %s)", subscription.consumer, row["attempts"], exc_info=error)
        record.note_trouble(f"event:{subscription.consumer}", error)
        text = f"{type(error).__name__}: {error}"[:2000]
        await self._database.execute(FAILED, row["event_id"], row["consumer"], text, float(wait), dead)


def _delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(event_id=row["event_id"], attempt=row["attempts"], actor_id=row["actor_id"])
