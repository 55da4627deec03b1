"""Every limit of every matter anew: after a profile, the calendar, or the clock itself has changed.

The reckoning is pure and runs in processes of its own; what comes back is only what differs from what is kept, so a
renewal that changes nothing writes nothing. It can be stopped and begun again at any point.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.clock import Due
from huitang_petitions.services import limits
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.rules import RuleBook, rule_book
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict

BATCH = 5000

_BATCH = """
SELECT m.id, m.organisation_id, m.kind, m.received_at, e.happened, d.kept
FROM (SELECT id, organisation_id, kind, received_at FROM petitions.matter WHERE id > $1 ORDER BY id LIMIT $2) m
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(kind, at, detail) ORDER BY at, id)::text AS happened
    FROM petitions.event WHERE matter_id = m.id
) e ON TRUE
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(
        limit_id, round, organ, state, starts, due, ended_on, mark, duty, yellow_on, red_on))::text AS kept
    FROM petitions.deadline WHERE matter_id = m.id
) d ON TRUE
ORDER BY m.id
"""


class Renewed(Struct):
    """How far a renewal is, and what it did. `wrong` are matters whose events contradict the profile: they keep their
    limits."""

    matters: int = 0
    changed: int = 0
    wrong: list[UUID] = []


class Stored(Struct, frozen=True):
    """One matter as the database tells it: events and kept limits as JSON text."""

    id: UUID
    organisation_id: UUID
    kind: str
    received_at: datetime
    happened: str | None
    kept: str | None


Row = tuple[str, int, str, str, date | None, date | None, date | None, str, bool, date | None, date | None]


async def renew_all(
    ctx: Ctx, actor: Actor, *, progress: Callable[[Renewed], None] = lambda _renewed: None, workers: int | None = None
) -> Renewed:
    """Reckon all limits anew, batch by batch, each batch one write; `progress` hears of every batch."""
    rules, today = await rule_book(ctx), ctx.clock.today()
    done = Renewed()
    loop, workers = asyncio.get_running_loop(), workers or os.cpu_count() or 1
    # Spawned, not forked: the server has threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[tuple[Sequence[Stored], asyncio.Future[Any]]] = []
        async for batch in _batches(ctx):
            waiting.append((batch, loop.run_in_executor(pool, reckon_batch, rules, batch, today)))
            if len(waiting) > workers:
                await _keep(ctx, actor, *waiting.pop(0), today, done)
                progress(done)
        for one in waiting:
            await _keep(ctx, actor, *one, today, done)
            progress(done)
    return done


async def _batches(ctx: Ctx) -> AsyncIterator[list[Stored]]:
    last = UUID(int=0)
    while rows := await ctx.db.fetch(_BATCH, last, BATCH):
        yield [Stored(**row) for row in rows]
        last = rows[-1]["id"]


def reckon_batch(
    rules: RuleBook, batch: Sequence[Stored], today: date
) -> tuple[list[tuple[UUID, list[Due]]], list[UUID]]:
    """Of a batch, the matters whose limits differ from what is kept, and those whose events cannot be reckoned."""
    changed: list[tuple[UUID, list[Due]]] = []
    wrong: list[UUID] = []
    for matter in batch:
        happened = [limits.Happened(kind, at, detail) for kind, at, detail in _EVENTS.decode(matter.happened or "[]")]
        profile = rules.profile_for(matter.organisation_id, limits.day_of(matter.received_at))
        try:
            due, _refused = limits.reckon(profile, matter.kind, happened, today)
        except Conflict:
            wrong.append(matter.id)
            continue
        if sorted(limits.as_row(one, today) for one in due) != sorted(_KEPT.decode(matter.kept or "[]")):
            changed.append((matter.id, due))
    return changed, wrong


_EVENTS = msgspec.json.Decoder(list[tuple[str, datetime, dict[str, Any]]])
_KEPT = msgspec.json.Decoder(list[Row])


async def _keep(
    ctx: Ctx, actor: Actor, batch: Sequence[Stored], reckoned: asyncio.Future[Any], today: date, done: Renewed
) -> None:
    changed, wrong = await reckoned
    done.matters += len(batch)
    done.changed += len(changed)
    done.wrong += wrong
    if not changed:
        return
    async with ctx.db.write(actor) as write:
        found = dict(changed)
        await _leave_what_moved(ctx, batch, found)
        await limits.replace(ctx, found, today)
        detail = {"matters": len(batch), "changed": len(changed), "wrong": len(wrong)}
        await write.audit("petitions.limit.renewed", limits.REF, detail=detail)


async def _leave_what_moved(ctx: Ctx, batch: Sequence[Stored], found: dict[UUID, list[Due]]) -> None:
    """Take out what has had another event since it was read: its limits were reckoned with that event."""
    ids = list(found)
    await ctx.db.fetch("SELECT id FROM petitions.matter WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids)
    count = "SELECT matter_id, count(*) AS events FROM petitions.event WHERE matter_id = ANY($1) GROUP BY matter_id"
    events = {row["matter_id"]: row["events"] for row in await ctx.db.fetch(count, ids)}
    for matter in batch:
        if matter.id in found and len(_EVENTS.decode(matter.happened or "[]")) != events.get(matter.id, 0):
            del found[matter.id]
