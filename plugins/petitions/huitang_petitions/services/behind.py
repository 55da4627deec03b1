"""Matters that were joined to another before newcomers caught up with it: an earlier version gave them no clock.

Each is looked at once (`matter.caught_up`), from the day it was joined on. Those that are left are found by an index of
their own, so that without any it is one quick question, however many matters there are.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from huitang_petitions.services import catching_up, joined
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.closing.ending import ENDED
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict

REF = Ref("petitions.catching_up", UUID(int=0))
BATCH = 5000
MOST = 500
"""Main matters a run: petitioners are told, so the rest waits for the next hour."""
_MAINS = """
SELECT DISTINCT merged_into AS id FROM petitions.matter WHERE merged_into IS NOT NULL AND NOT caught_up
    AND merged_into > $1 ORDER BY merged_into LIMIT $2
"""
_ANY = "SELECT FROM petitions.matter WHERE merged_into IS NOT NULL AND NOT caught_up LIMIT 1"
# What was answered, or is over, begins no clock: nobody would answer it any more.
_OVER = """
UPDATE petitions.matter SET caught_up = TRUE WHERE id IN (
    SELECT m.id FROM petitions.matter m JOIN petitions.matter h ON h.id = m.merged_into
    WHERE m.merged_into IS NOT NULL AND NOT m.caught_up AND h.state = ANY($1) LIMIT $2 FOR UPDATE OF m SKIP LOCKED
) RETURNING id
"""
_BEHIND = """
SELECT * FROM petitions.matter WHERE merged_into = $1 AND NOT caught_up ORDER BY id FOR UPDATE
"""
_JOINED = """
SELECT matter_id, max(at) AS at FROM petitions.event WHERE matter_id = ANY($1::uuid[]) AND kind = 'merged' GROUP BY 1
"""


async def catch_up(ctx: Ctx) -> int:
    """Let them catch up, a main matter a write; returns how many were looked at."""
    if not await ctx.db.fetch(_ANY):
        return 0
    count, done, last = await _leave_what_is_over(ctx), 0, UUID(int=0)
    while done < MOST and (mains := await ctx.db.fetch(_MAINS, last, MOST - done)):
        for row in mains:
            last = row["id"]
            try:
                count += await _one(ctx, last)
                done += 1
            except Conflict as error:
                # The others go on; it is tried again with the next run.
                ctx.log.error("matters joined to %s could not catch up with it: %s", last, error)
    return count


async def _leave_what_is_over(ctx: Ctx) -> int:
    count = 0
    while True:
        async with ctx.db.write(SYSTEM) as write:
            found = len(await ctx.db.fetch(_OVER, list(ENDED), BATCH))
            await write.audit("petitions.matter.left_behind", REF, detail={"matters": found})
        count += found
        if found < BATCH:
            return count


async def _one(ctx: Ctx, main_id: UUID) -> int:
    async with ctx.db.write(SYSTEM) as write:
        (main,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1 FOR UPDATE", main_id)
        behind = await ctx.db.fetch(_BEHIND, main_id)
        if main["state"] not in ENDED:
            newcomers = [one for one in behind if one["state"] != joined.GONE]
            since = await _joined_at(ctx, [one["id"] for one in newcomers])
            await catching_up.catch_up(ctx, write, SYSTEM, main, newcomers, since)
        ids = [one["id"] for one in behind]
        await ctx.db.execute("UPDATE petitions.matter SET caught_up = TRUE WHERE id = ANY($1::uuid[])", ids)
        await write.audit("petitions.matter.caught_up", ref(main_id), detail={"matters": len(ids)})
    return len(ids)


async def _joined_at(ctx: Ctx, matters: list[UUID]) -> dict[UUID, datetime]:
    return {row["matter_id"]: row["at"] for row in await ctx.db.fetch(_JOINED, matters)}
