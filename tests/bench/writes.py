"""A write with its audit record and its event, against a bare INSERT in a transaction of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

from huitang_kernel.app import Hall
from huitang_sdk.contracts import Event, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.bench.table import Row

PARALLEL = 8


class ThingMade(Event, tag="bench.thing.made"):
    name: str


async def _rate(write: Callable[[], Awaitable[None]], seconds: float) -> float:
    """Writes per second with eight writers."""
    done = 0
    ends = time.perf_counter() + seconds

    async def writer() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await write()
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(writer() for _ in range(PARALLEL)))
    return done / (time.perf_counter() - started)


async def measure(hall: Hall, dsn: str, seconds: float) -> list[Row]:
    await hall.core.database.execute("CREATE TABLE IF NOT EXISTS bench_thing (id uuid PRIMARY KEY, name text NOT NULL)")
    pool = await asyncpg.create_pool(dsn, min_size=PARALLEL, max_size=PARALLEL)

    async def bare() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bench_thing VALUES ($1, $2)", new_id(), "路灯")

    async def ours() -> None:
        thing = new_id()
        async with hall.core.database.write(SYSTEM) as write:
            await hall.core.database.execute("INSERT INTO bench_thing VALUES ($1, $2)", thing, "路灯")
            await write.audit("bench.thing.made", Ref("bench.thing", thing), detail={"name": "路灯"})
            await write.emit(ThingMade(name="路灯"))

    await _rate(bare, seconds / 4)
    await _rate(ours, seconds / 4)
    # Interleaved, so that a noisy neighbour meets both.
    pairs = [(await _rate(bare, seconds / 2), await _rate(ours, seconds / 2)) for _ in range(3)]
    await pool.close()
    bare_rate, our_rate = sorted(pairs, key=lambda pair: pair[1] / pair[0])[1]
    return [
        Row(
            work="write with audit and outbox",
            against="bare INSERT in one transaction",
            ours=f"{our_rate:.0f}/s",
            bare=f"{bare_rate:.0f}/s",
            ratio=f"{our_rate / bare_rate:.2f} ×",
            goal="≥ 0.4 × its rate",
            met=our_rate / bare_rate >= 0.4,
            note=f"{PARALLEL} writers at a time, synchronous commits",
        )
    ]
