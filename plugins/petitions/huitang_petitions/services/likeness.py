"""Which earlier letter a new one probably repeats: looked for once, kept, and shown to whoever may see both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from huitang_petitions.events import MatterRegistered
from huitang_petitions.matching import VERSION
from huitang_petitions.services import access, similar
from huitang_petitions.services.access import READ, Ctx
from huitang_sdk.contracts import Actor, Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.contracts.scheduling import never
from huitang_sdk.db import Sql

PROBABLE = 0.5
"""From this score on a letter is called a probable repeat; less likely ones stand on the handling page only."""
RELATIONS = ("repeat", "joint")
"""What the register can be filtered by."""
AT_ONCE = 20
IN_A_LOT = 0.25
"""Seconds that comparing may take of one lot of new matters: with a million letters one takes a sixth of a second."""
SHARE = 0.05
"""Of its time a process compares so much where letters come: on a day on which hundreds come a second, taking them in
goes first."""
BUSY = 5
"""More letters a second than these are very many."""
IN_A_RUN = 540.0
_RESTS: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""Until when a process compares nothing where letters come."""
_WAITING = """
SELECT id, features FROM petitions.feature WHERE NOT compared AND version = $1 ORDER BY sequence LIMIT $2
"""
# In one order, so that processes that compare the same letters wait for one another.
_DONE = """
UPDATE petitions.feature f SET compared = true
FROM (SELECT id FROM petitions.feature WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE) d WHERE f.id = d.id
"""
_KEEP = """
INSERT INTO petitions.likeness (matter_id, like_id, score, relation, compared_at)
SELECT a.*, $5 FROM unnest($1::uuid[], $2::uuid[], $3::real[], $4::text[]) AS a
ON CONFLICT (matter_id) DO NOTHING
"""
_SHOWN = """
SELECT l.matter_id, l.like_id, o.number, l.score, l.relation FROM petitions.likeness l
JOIN petitions.matter m ON m.id = l.matter_id JOIN petitions.matter o ON o.id = l.like_id
WHERE l.matter_id = ANY($1::uuid[]) AND m.merged_into IS NULL AND o.merged_into IS DISTINCT FROM m.id
"""


class Likely(Struct, frozen=True, kw_only=True):
    """The earlier matter that this one is probably about."""

    id: UUID
    number: str
    relation: str
    score: float


async def compare_new(ctx: Ctx, lot: Sequence[tuple[MatterRegistered, Delivery]]) -> None:
    """Keep the features of new matters, and compare what waits, where this process holds the index already.

    What is not compared now, the job `petitions.compare` compares. Delivered again it changes nothing.
    """
    await similar.keep_features(ctx, lot)
    began = time.monotonic()
    if similar.is_loaded(ctx) and began >= _RESTS.get(ctx.db, 0.0):
        await compare_waiting(ctx, IN_A_LOT)
        now = time.monotonic()
        _RESTS[ctx.db] = now + _rest_after(now - began)


def _rest_after(seconds: float) -> float:
    return seconds * (1 / SHARE - 1)


async def compare_rest(ctx: Ctx, is_stopping: Callable[[], bool] = never) -> int:
    """Compare what still waits, for `IN_A_RUN` at most; in its own share of the time while very many come. How many
    were."""
    until, count = time.monotonic() + IN_A_RUN, 0
    seen, at = await _newest(ctx), time.monotonic()
    while not is_stopping() and time.monotonic() < until and (done := await compare_waiting(ctx, IN_A_LOT)):
        count += done
        newest, now = await _newest(ctx), time.monotonic()
        is_busy = newest - seen > BUSY * (now - at)
        seen, took, at = newest, now - at, now
        if is_busy:
            await _rest(min(_rest_after(took), until - now), is_stopping)
    return count


async def _rest(seconds: float, is_stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not is_stopping() and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - a job is told by being asked
        await asyncio.sleep(min(left, 1.0))


async def _newest(ctx: Ctx) -> int:
    rows = await ctx.db.fetch("SELECT coalesce(max(sequence), 0) AS newest FROM petitions.feature")
    return int(rows[0]["newest"])


async def compare_waiting(ctx: Ctx, seconds: float) -> int:
    """Compare what was not compared yet, one letter at least and for so long at most. How many were; none while letters
    are left that cannot be compared with yet."""
    if await similar.is_behind(ctx):
        return 0
    until, count = time.monotonic() + seconds, 0
    while (not count or time.monotonic() < until) and (rows := await ctx.db.fetch(_WAITING, VERSION, AT_ONCE)):
        found: list[tuple[UUID, UUID, float, str]] = []
        done: list[UUID] = []
        for row in rows:
            found += await _earlier(ctx, row)
            done.append(row["id"])
            if time.monotonic() >= until:
                break
        async with ctx.db.write(SYSTEM) as write:
            columns = list(zip(*found, strict=True)) or [(), (), (), ()]
            await ctx.db.execute(_DONE, done)
            await ctx.db.execute(_KEEP, *map(list, columns), ctx.clock.now())
            await write.audit("petitions.matter.likened", similar.REF, detail={"count": len(done), "like": len(found)})
        count += len(done)
    return count


async def _earlier(ctx: Ctx, row: dict[str, Any]) -> list[tuple[UUID, UUID, float, str]]:
    """The likest of those that came before it, as a row to keep; none where there is none."""
    features = await similar.opened(ctx, row)
    matches = await similar.query(ctx, features, {str(row["id"])}) if features else []
    # Ids are in the order in which matters came in.
    earlier = next((one for one in matches if UUID(one.id) < row["id"] and one.score >= PROBABLE), None)
    return [(row["id"], UUID(earlier.id), earlier.score, str(earlier.relation))] if earlier else []


async def likely(ctx: Ctx, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Likely]:
    """What each of these matters, which the actor may see, probably repeats, as far as the actor may see that, too.

    Nothing of those that are joined already.
    """
    sql = Sql(list(ids))
    condition = await access.visible(ctx, actor, READ, sql, "o")
    rows = await ctx.db.fetch(f"{_SHOWN} AND {condition}", *sql.values)
    return {
        row["matter_id"]: Likely(
            id=row["like_id"], number=row["number"], relation=row["relation"], score=round(row["score"], 4)
        )
        for row in rows
    }


async def filter_of(ctx: Ctx, actor: Actor, sql: Sql, relation: str) -> str:
    """The condition that a matter row `m` has such a likeness, to a matter that the actor may see."""
    joint = "l.relation = 'joint'" if relation == "joint" else "l.relation <> 'joint'"
    return (
        "(m.merged_into IS NULL AND EXISTS (SELECT FROM petitions.likeness l"
        " JOIN petitions.matter o ON o.id = l.like_id"
        f" WHERE l.matter_id = m.id AND {joint} AND o.merged_into IS DISTINCT FROM m.id"
        f" AND {await access.visible(ctx, actor, READ, sql, 'o')}))"
    )
