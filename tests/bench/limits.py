"""Counting a try against a limit, beside one row written for each try."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count

from huitang_kernel.app import Hall
from huitang_sdk.contracts import Rate
from tests.bench.table import Row

PEOPLE = 5_000
RATE = Rate(1_000_000, 3600)
BARE = """
INSERT INTO kernel.tries AS t (who, count, ends) VALUES ($1, 1, now() + interval '1 hour')
ON CONFLICT (who) DO UPDATE SET count = t.count + 1 RETURNING count
"""


async def _rate(call: Callable[[int], Awaitable[object]], seconds: float, rounds: int = 5) -> float:
    """Calls a second, one after another: the best of some rounds, so that what else the machine does counts less."""
    numbers, best = count(), 0.0
    for _ in range(rounds):
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds / rounds:
            for _ in range(50):
                await call(next(numbers) % PEOPLE)
            done += 50
            await asyncio.sleep(0)  # the once-a-second statement takes its turn
        best = max(best, done / (time.perf_counter() - started))
    return best


async def measure(hall: Hall, seconds: float) -> list[Row]:
    """In memory with its once-a-second statement, and strictly."""
    limits, database = hall.core.limits.scoped("bench"), hall.core.database
    bare = await _rate(lambda n: database.fetch(BARE, n.to_bytes(16, "big")), seconds)
    rows = []
    for name, strict, goal in (("count a try", False, 20.0), ("count a try strictly", True, 0.3)):
        ours = await _rate(lambda n: limits.take(name, str(n), RATE, strict=strict), seconds)  # noqa: B023
        rows.append(
            Row(
                work=name,
                against="one INSERT … ON CONFLICT in an unlogged table for each",
                ours=f"{ours:,.0f} /s",
                bare=f"{bare:,.0f} /s",
                ratio=f"{ours / bare:.1f} ×",
                goal=f"≥ {goal:g} ×",
                met=ours / bare >= goal,
                note=f"{PEOPLE:,} people in turn",
            )
        )
    return rows
