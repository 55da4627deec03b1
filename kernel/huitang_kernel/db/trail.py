"""What a write leaves behind it: its audit records and its events, put into the open transaction by one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from huitang_sdk.contracts import Actor, Event, Ref
from huitang_sdk.db import new_id

OUTBOX_CHANNEL = "huitang_outbox"
"""Every node's dispatcher is woken by it when events are committed."""

LEAVE = f"""
WITH audited AS (
    INSERT INTO kernel.audit_record (id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[],
                         $8::text[], $9::text[], $10::text[])
), told AS (
    INSERT INTO kernel.outbox (id, name, payload, actor_id)
    SELECT * FROM unnest($11::uuid[], $12::text[], $13::jsonb[], $14::uuid[]) RETURNING 1
)
SELECT pg_notify('{OUTBOX_CHANNEL}', '') WHERE EXISTS (SELECT FROM told)
"""


class Trail:
    """Collects in the order of calls; `leave` writes it all, just before the commit."""

    def __init__(self) -> None:
        self._records: list[tuple[Any, ...]] = []
        self._events: list[tuple[Any, ...]] = []

    @property
    def is_audited(self) -> bool:
        return bool(self._records)

    def audit(
        self, actor: Actor, at: datetime, action: str, subject: Ref, detail: Mapping[str, Any], reason: str
    ) -> None:
        who, text = (actor.id, actor.name), msgspec.json.encode(detail, order="sorted").decode()
        where = (actor.request_id, actor.address)
        self._records.append((new_id(), at, action, *who, str(subject), text, reason, *where))

    def emit(self, actor: Actor, event: Event) -> None:
        payload = msgspec.json.encode(event).decode()
        self._events.append((new_id(), event.event_name(), payload, actor.id))

    async def leave(self, connection: asyncpg.Connection) -> None:
        columns = list(zip(*self._records, strict=True)) + (list(zip(*self._events, strict=True)) or [()] * 4)
        await connection.execute(LEAVE, *columns)
