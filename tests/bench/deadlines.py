"""The statutory limits of a million matters: reckoned anew, and the board of what is late."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import asyncpg

from huitang_petitions.clock import builtin_profiles
from huitang_petitions.services import access, limits
from huitang_petitions.services.board import board_of
from huitang_petitions.services.limits import Happened
from huitang_petitions.services.renewing import renew_all
from huitang_sdk.contracts import Actor, Grant
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.bench.table import Row

# Of every fifty matters one is forgotten; the others were answered after a month.
EVENTS = """
INSERT INTO petitions.event (id, matter_id, kind, at, detail, shown, recorded_at)
SELECT gen_random_uuid(), m.id, e.kind, m.received_at + make_interval(days => e.after), '{}', TRUE, now()
FROM petitions.matter m
CROSS JOIN (VALUES ('received', 0), ('told', 5), ('accepted', 6), ('answered', 30)) e (kind, after)
WHERE m.number LIKE 'F-%' AND m.received_at + make_interval(days => e.after) <= now()
    AND (e.kind = 'received' OR substr(m.number, 3)::int % 50 <> 0)
"""
SAMPLE = 20_000


async def measure(ctx: Any, connection: asyncpg.Connection, count: int) -> list[Row]:
    """Over the matters that are there."""
    await connection.execute(EVENTS)
    await connection.execute("VACUUM ANALYZE petitions.event")
    filled = await _timed(lambda: renew_all(ctx, SYSTEM))
    await connection.execute("VACUUM ANALYZE petitions.deadline")
    await connection.execute("VACUUM ANALYZE petitions.matter")
    again = await _timed(lambda: renew_all(ctx, SYSTEM))
    bare = _bare(ctx) * count / SAMPLE
    board = await _board(ctx)
    return [
        Row(
            work=f"the limits of {count:,} matters reckoned anew",
            against="the clock alone in one process, no database",
            ours=f"{again:.0f} s",
            bare=f"{bare:.0f} s",
            ratio=f"{bare / again:.2f} ×",
            goal="< 60 s",
            met=again < 60,
            note=f"read, reckoned in two processes, compared; {filled:.0f} s when every one has to be written",
        ),
        Row(
            work=f"the board among {count:,} matters",
            against="",
            ours=f"p95 {board:.0f} ms",
            bare="",
            ratio="",
            goal="p95 < 200 ms",
            met=board < 200,
            note="as a supervisor, with everything that keeps people away from matters in the condition",
        ),
    ]


async def _timed(work: Any) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _bare(ctx: Any) -> float:
    profile, now = builtin_profiles()["regulations-2022"], ctx.clock.now()
    began = time.perf_counter()
    for number in range(SAMPLE):
        start = now - timedelta(days=35 + number % 600)
        steps = (("received", 0), ("told", 5), ("accepted", 6), ("answered", 30))
        happened = [Happened(kind, start + timedelta(days=after)) for kind, after in steps]
        limits.reckon(profile, "appeal", happened, ctx.clock.today())
    return time.perf_counter() - began


async def _board(ctx: Any) -> float:
    office = (await ctx.identity.organisations())[0].id
    grants = (Grant("petitions.supervisor", office, "below"),)
    supervisor = Actor(account_id=new_id(), name="督查员", organisation_id=office, grants=grants)
    assert ctx.permissions.may(supervisor, access.SUPERVISE)
    found = sorted([await _timed(lambda: board_of(ctx, supervisor)) * 1000 for _time in range(20)])
    return found[18]
