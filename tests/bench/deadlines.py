"""The statutory limits of a million matters, reckoned anew."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import asyncpg

from huitang_petitions.clock import builtin_profiles
from huitang_petitions.services import limits
from huitang_petitions.services.limits import Happened
from huitang_petitions.services.renewing import renew_all
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench.table import Row

STEPS = (
    ("received", 0.0),
    ("registered", 0.05),
    ("told", 9.0),
    ("accepted", 9.5),
    ("answered", 43.0),
    ("closed", 85.0),
)
SAMPLE = 20_000


async def measure(ctx: Any, connection: asyncpg.Connection, count: int) -> list[Row]:
    """Over the matters that are there."""
    filled = ""
    if await connection.fetchval("SELECT count(*) FROM petitions.deadline") < count:
        filled = f"; {await _renewed(ctx, count):.0f} s when every one has to be written"
    await connection.execute("VACUUM ANALYZE petitions.deadline")
    await connection.execute("VACUUM ANALYZE petitions.matter")
    again = await _renewed(ctx, count)
    bare = _bare(ctx) * count / SAMPLE
    return [
        Row(
            work=f"the limits of {count:,} matters reckoned anew",
            against="the clock alone in one process, no database",
            ours=f"{again:.0f} s",
            bare=f"{bare:.0f} s",
            ratio=f"{bare / again:.2f} ×",
            goal="< 60 s",
            met=again < 60,
            note=f"read, reckoned in two processes, compared{filled}",
        ),
    ]


async def _renewed(ctx: Any, count: int) -> float:
    """The seconds that it takes; every matter must have been reckoned."""
    began = time.perf_counter()
    done = await renew_all(ctx, SYSTEM)
    took = time.perf_counter() - began
    if done.matters < count or done.wrong:
        raise RuntimeError(f"{done.matters} of {count} matters were reckoned, {len(done.wrong)} of them wrong")
    return took


def _bare(ctx: Any) -> float:
    profile, now = builtin_profiles()["regulations-2022"], ctx.clock.now()
    began = time.perf_counter()
    for number in range(SAMPLE):
        start = now - timedelta(days=95 + number % 900)
        happened = [Happened(kind, start + timedelta(days=after)) for kind, after in STEPS]
        limits.reckon(profile, "appeal", happened, ctx.clock.today(), ctx.workflow.calendar)
    return time.perf_counter() - began
