"""Notices and the delivery ledger, as their pages read and mark them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.notifications.inbox import Inbox
from huitang_kernel.notifications.telling import CHANNEL
from huitang_sdk.contracts import Actor, Notice, Ref
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("notifications")
MOST = 100
"""Counts are cut off here: "99+" is all the shell shows."""

COUNTS = f"""
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM notifications.notice
        WHERE recipient_id = $1 AND read_at IS NULL AND withdrawn_at IS NULL LIMIT {MOST}) n)::int AS notices,
    (SELECT count(*) FROM (SELECT 1 FROM notifications.todo
        WHERE assignee_id = $1 AND closed_at IS NULL AND plugin = ANY($2) LIMIT {MOST}) t)::int AS todos
"""
NOTICES = """
FROM notifications.notice
WHERE recipient_id = $1 AND withdrawn_at IS NULL AND ($2 = '' OR title ILIKE $2 OR body ILIKE $2)
AND ($3 = '' OR plugin = $3) AND ($4 = '' OR (read_at IS NULL) = ($4 = 'unread'))
"""
STATES = ("queued", "failed", "dead", "sent", "skipped")
DELIVERIES = """
FROM notifications.delivery WHERE ($1 = '' OR state = $1) AND ($2 = '' OR channel = $2) AND ($3 = '' OR kind = $3)
AND ($4 = '' OR error ILIKE $4 OR message_id ILIKE $4)
"""
RETRY = """
UPDATE notifications.delivery SET state = 'queued', attempts = 0, next_at = now(), finished_at = NULL
WHERE state = 'dead' AND ($1::uuid IS NULL OR id = $1) RETURNING id, kind, error
"""


class Counts(Struct, frozen=True):
    """What waits for one person; both are cut off at MOST."""

    notices: int
    todos: int


class Delivered(Struct, frozen=True):
    """One row of the ledger; the text itself is the recipient's and stays out."""

    id: UUID
    kind: str
    channel: str
    recipient_id: UUID
    state: str
    attempts: int
    next_at: datetime
    error: str
    message_id: str
    created_at: datetime
    finished_at: datetime | None


class Reading:
    """Marking read is not audited: when somebody reads is nobody's business."""

    def __init__(self, database: PostgresDatabase, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    async def counts(self, account: UUID, plugins: Sequence[str]) -> Counts:
        """Unread notices, and open to-dos of the given plugins: one cheap query, asked by every open page."""
        return Counts(**(await self._database.fetch(COUNTS, account, list(plugins)))[0])

    async def notices(self, account: UUID, query: ListQuery, like: str) -> tuple[list[Notice], int]:
        """The notices asked for, unread first, then newest first, and how many there are."""
        values = (account, like, query.filters["plugin"], query.filters["show"])
        rows = await self._database.fetch(
            f"SELECT id, kind, title, body, url, created_at, read_at {NOTICES}"
            " ORDER BY (read_at IS NULL) DESC, created_at DESC, id DESC LIMIT $5 OFFSET $6",
            *values,
            query.size,
            query.offset,
        )
        total = await self._database.fetch(f"SELECT count(*) AS total {NOTICES}", *values)
        return [Notice(**row) for row in rows], total[0]["total"]

    async def latest(self, account: UUID, limit: int) -> list[Notice]:
        rows = await self._database.fetch(
            """SELECT id, kind, title, body, url, created_at, read_at FROM notifications.notice
            WHERE recipient_id = $1 AND withdrawn_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $2""",
            account,
            limit,
        )
        return [Notice(**row) for row in rows]

    async def mark_read(self, account: UUID, notice: UUID) -> str:
        """Mark one of a person's own notices read and return its address. Raises NotFound."""
        rows = await self._database.fetch(
            """UPDATE notifications.notice SET read_at = coalesce(read_at, now())
            WHERE id = $1 AND recipient_id = $2 AND withdrawn_at IS NULL RETURNING url""",
            notice,
            account,
        )
        if not rows:
            raise NotFound
        await self._inbox.was_read(account)
        return str(rows[0]["url"])

    async def mark_all_read(self, account: UUID) -> None:
        await self._database.execute(
            "UPDATE notifications.notice SET read_at = now() WHERE recipient_id = $1 AND read_at IS NULL", account
        )
        await self._inbox.was_read(account)

    async def deliveries(self, query: ListQuery, like: str) -> tuple[list[Delivered], int]:
        """The ledger, newest first, and how many rows fit."""
        values = (query.filters["state"], query.filters["channel"], query.filters["kind"], like)
        names = ", ".join(Delivered.__struct_fields__)
        rows = await self._database.fetch(
            f"SELECT {names} {DELIVERIES} ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6",
            *values,
            query.size,
            query.offset,
        )
        total = await self._database.fetch(f"SELECT count(*) AS total {DELIVERIES}", *values)
        return [Delivered(**row) for row in rows], total[0]["total"]

    async def delivery_counts(self) -> dict[str, int]:
        """How many rows of the ledger are in which state; every state is there."""
        rows = await self._database.fetch("SELECT state, count(*) AS count FROM notifications.delivery GROUP BY state")
        found: dict[str, int] = {row["state"]: row["count"] for row in rows}
        return {state: found.get(state, 0) for state in STATES}

    async def retry(self, actor: Actor, delivery: UUID | None) -> int:
        """Try a given-up delivery (None: all of them) again; returns how many. Raises Conflict when there is none."""
        async with self._database.write(actor) as write:
            rows: list[dict[str, Any]] = await self._database.fetch(RETRY, delivery)
            if not rows:
                raise Conflict(_("Nothing is given up here any more. Reload the list."))
            for row in rows:
                detail = {"kind": row["kind"], "error": row["error"]}
                await write.audit(
                    "notifications.delivery.retried", Ref("notifications.delivery", row["id"]), detail=detail
                )
            await self._database.notify(CHANNEL)
        return len(rows)
