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
WITH batch AS (
    SELECT id, organisation_id, kind, received_at FROM petitions.matter WHERE id > $1 {which} ORDER BY id LIMIT $2
)
SELECT count(*) AS matters, (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS last, json_agg(json_build_array(
    m.id, m.organisation_id, m.kind, m.received_at,
    (SELECT coalesce(json_agg(json_build_array(kind, at, detail) ORDER BY at, id), '[]')
        FROM petitions.event WHERE matter_id = m.id),
    (SELECT coalesce(json_agg(json_build_array(
            limit_id, round, organ, state, starts, due, ended_on, mark, duty, yellow_on, red_on)), '[]')
        FROM petitions.deadline WHERE matter_id = m.id)
))::text AS stored
FROM batch m
"""
_UNKNOWN = "AND id IN (SELECT matter_id FROM petitions.deadline WHERE state = 'unknown')"


class Renewed(Struct):
    """How far a renewal is, and what it did. `wrong` are matters whose events contradict the profile: they keep their
    limits."""

    matters: int = 0
    changed: int = 0
    wrong: list[UUID] = []


Row = tuple[str, int, str, str, date | None, date | None, date | None, str, bool, date | None, date | None]


class Stored(Struct, frozen=True, array_like=True):
    """One matter as the database tells it, with its events and the limits that are kept."""

    id: UUID
    organisation_id: UUID
    kind: str
    received_at: datetime
    happened: list[tuple[str, datetime, dict[str, Any]]]
    kept: list[Row]


class Anew(Struct):
    """The limits of one matter that differ from those kept, and how many events they rest on."""

    id: UUID
    events: int
    due: list[Due]


class Batch(Struct, frozen=True):
    """Matters as JSON text: this process hands it on as it is, and the one that reckons decodes it."""

    matters: int
    last: UUID
    stored: str


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_STORED = msgspec.json.Decoder(Stored)


async def renew_all(
    ctx: Ctx,
    actor: Actor,
    *,
    progress: Callable[[Renewed], None] = lambda _renewed: None,
    workers: int | None = None,
    unknown: bool = False,
) -> Renewed:
    """Reckon all limits anew, batch by batch, each batch one write; `progress` hears of every batch.

    `unknown`: only of matters with a limit that waited for the holidays of a year.
    """
    rules, today = await rule_book(ctx), ctx.clock.today()
    done = Renewed()
    loop, workers = asyncio.get_running_loop(), workers or os.cpu_count() or 1
    # Spawned, not forked: the server has threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[tuple[int, asyncio.Future[Any]]] = []
        async for batch in _batches(ctx, _UNKNOWN if unknown else ""):
            reckoned = loop.run_in_executor(pool, reckon_batch, rules, batch.stored, today)
            waiting.append((batch.matters, reckoned))
            if len(waiting) > workers:
                await _keep(ctx, actor, *waiting.pop(0), today, done)
                progress(done)
        for one in waiting:
            await _keep(ctx, actor, *one, today, done)
            progress(done)
    return done


async def _batches(ctx: Ctx, which: str = "") -> AsyncIterator[Batch]:
    last, sql = UUID(int=0), _BATCH.format(which=which)
    while (found := (await ctx.db.fetch(sql, last, BATCH))[0])["matters"]:
        batch = Batch(**found)
        yield batch
        last = batch.last


def reckon_batch(rules: RuleBook, stored: str, today: date) -> tuple[list[Anew], list[UUID]]:
    """Of a batch, the limits that differ from what is kept, and the matters whose events cannot be reckoned."""
    anew: list[Anew] = []
    wrong: list[UUID] = []
    for matter in map(_STORED.decode, _LIST.decode(stored)):  # one by one: so few are there for the collector
        happened = [limits.Happened(kind, at, detail) for kind, at, detail in matter.happened]
        profile = rules.profile_for(matter.organisation_id, limits.day_of(matter.received_at))
        try:
            due, _refused = limits.reckon(profile, matter.kind, happened, today, rules.calendar)
        except Conflict:
            wrong.append(matter.id)
            continue
        if sorted(limits.as_row(one, today) for one in due) != sorted(matter.kept):
            anew.append(Anew(matter.id, len(happened), due))
    return anew, wrong


async def _keep(
    ctx: Ctx, actor: Actor, matters: int, reckoned: asyncio.Future[Any], today: date, done: Renewed
) -> None:
    anew, wrong = await reckoned
    done.matters += matters
    done.changed += len(anew)
    done.wrong += wrong
    if not anew:
        return
    async with ctx.db.write(actor) as write:
        await limits.replace(ctx, {one.id: one.due for one in await _unmoved(ctx, anew)}, today)
        detail = {"matters": matters, "changed": len(anew), "wrong": len(wrong)}
        await write.audit("petitions.limit.renewed", limits.REF, detail=detail)


async def _unmoved(ctx: Ctx, anew: Sequence[Anew]) -> list[Anew]:
    """Without what has had another event since it was read: its limits were reckoned with that event."""
    ids = [one.id for one in anew]
    await ctx.db.fetch("SELECT id FROM petitions.matter WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids)
    count = "SELECT matter_id, count(*) AS events FROM petitions.event WHERE matter_id = ANY($1) GROUP BY matter_id"
    events = {row["matter_id"]: row["events"] for row in await ctx.db.fetch(count, ids)}
    return [one for one in anew if one.events == events.get(one.id, 0)]
