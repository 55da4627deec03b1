"""Processes by the million: begun at once, one step after another, and what is due found among them."""

from __future__ import annotations

import time
from datetime import timedelta

import asyncpg

from huitang_kernel.app import Hall
from huitang_kernel.workflow.statements import DUE
from huitang_sdk.contracts import Begin, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.workflow.store import BEFORE_ALL
from tests.bench.table import Row
from tests.bench.writes import _rate

KIND = "budget.declaration"
BARE = """
CREATE TABLE IF NOT EXISTS bench_process (id uuid PRIMARY KEY, subject uuid UNIQUE, state text NOT NULL, due date);
CREATE TABLE IF NOT EXISTS bench_line (id uuid PRIMARY KEY, process uuid NOT NULL, said text NOT NULL);
"""
CHUNK = 50_000


async def measure(hall: Hall, dsn: str, count: int, seconds: float) -> list[Row]:
    record = hall.registry.get("budget")
    assert record is not None
    ctx, unit, today = record.context, new_id(), hall.core.clock.today()
    connection = await asyncpg.connect(dsn)
    await connection.execute(BARE)
    subjects = [Ref(KIND, new_id()) for _ in range(count)]
    ours = bare = 0.0
    for start in range(0, count, CHUNK):
        part = subjects[start : start + CHUNK]
        begins = [
            Begin(one, unit, state="assigned", since=today + timedelta(number % 365)) for number, one in enumerate(part)
        ]
        began = time.perf_counter()
        async with ctx.db.write(SYSTEM) as write:
            await ctx.workflow.start_many(write, SYSTEM, begins)
        ours += time.perf_counter() - began
        began = time.perf_counter()
        async with connection.transaction():
            rows = [(new_id(), one.id, "assigned", today) for one in part]
            await connection.copy_records_to_table("bench_process", records=rows)
            lines = [(new_id(), row[0], "started") for row in rows]
            await connection.copy_records_to_table("bench_line", records=lines)
        bare += time.perf_counter() - began
    await connection.execute("ANALYZE workflow.deadline")
    found = [await _scan(connection, today + timedelta(8 + days)) for days in range(5)]
    rows = [
        Row(
            work=f"{count:,} processes begun at once",
            against="COPY of one row and one line each",
            ours=f"{count / ours:,.0f}/s",
            bare=f"{count / bare:,.0f}/s",
            ratio=f"{bare / ours:.2f} ×",
            goal="≥ 0.1 × its rate",
            met=bare / ours >= 0.1,
            note="with a deadline, its next mark and a line of history each, five indexes more",
        ),
        Row(
            work=f"what is due among {count:,} deadlines",
            against="reading all of them",
            ours=f"{sorted(ms for ms, _ in found)[2]:.1f} ms",
            bare=f"{await _all(connection):,.0f} ms",
            ratio="",
            goal="< 20 ms for a batch of 500",
            met=sorted(ms for ms, _ in found)[2] < 20,
            note=f"{found[-1][1]} found on the last day",
        ),
    ]
    rows.append(await _steps(ctx, dsn, subjects, seconds))
    await connection.close()
    return rows


async def _scan(connection: asyncpg.Connection, on: object) -> tuple[float, int]:
    began = time.perf_counter()
    found = await connection.fetch(DUE, KIND, on, *BEFORE_ALL, 500)
    return (time.perf_counter() - began) * 1000, len(found)


async def _all(connection: asyncpg.Connection) -> float:
    began = time.perf_counter()
    await connection.fetchval("SELECT count(*) FROM workflow.deadline WHERE due - 3 <= current_date OR article <> ''")
    return (time.perf_counter() - began) * 1000


async def _steps(ctx: object, dsn: str, subjects: list[Ref], seconds: float) -> Row:
    """A move with lock, history, audit record and event, against an UPDATE and an INSERT in a transaction."""
    pool = await asyncpg.create_pool(dsn, min_size=8, max_size=8)
    ours, bare = iter(subjects), iter(subjects)

    async def move() -> None:
        subject = next(ours)
        async with ctx.db.write(SYSTEM) as write:
            await ctx.workflow.move(write, SYSTEM, subject, "begin")

    async def update() -> None:
        subject = next(bare)
        async with pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow("SELECT id FROM bench_process WHERE subject = $1 FOR UPDATE", subject.id)
            await connection.execute("UPDATE bench_process SET state = 'in_review' WHERE id = $1", row["id"])
            await connection.execute("INSERT INTO bench_line VALUES ($1, $2, 'begun')", new_id(), row["id"])

    pairs = [(await _rate(move, seconds / 3), await _rate(update, seconds / 3)) for _ in range(3)]
    await pool.close()
    our_rate, bare_rate = (sorted(column)[1] for column in zip(*pairs, strict=True))
    return Row(
        work="one step of a process",
        against="SELECT FOR UPDATE, UPDATE, INSERT in one transaction",
        ours=f"{our_rate:.0f}/s",
        bare=f"{bare_rate:.0f}/s",
        ratio=f"{our_rate / bare_rate:.2f} ×",
        goal="≥ 0.2 × its rate",
        met=our_rate / bare_rate >= 0.2,
        note="with its time limits, history, mirror, to-do, audit record and event; 8 at a time",
    )
