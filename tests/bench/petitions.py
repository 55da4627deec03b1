"""The register with a million matters, after letters and look-ups have come (tests/bench/letters.py)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import asyncpg

from huitang_kernel.app import Hall
from huitang_petitions.services.listing import Wanted, find_person, list_matters
from huitang_petitions.services.registering import register
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench import deadlines, letters
from tests.bench.letters import KNOWN, context_of, intake
from tests.bench.table import Row


def measure(hall_with: Any, dsn: str, folder: Path, count: int, seconds: float, quick: bool) -> list[Row]:
    """`hall_with(work)` runs work in a hall of this process; `count` matters are put into the register."""
    rows = letters.measure(hall_with, dsn, folder, seconds if quick else 300.0)
    return rows + asyncio.run(hall_with(lambda hall: _million(hall, dsn, count)))


FILL = """
INSERT INTO petitions.matter (id, organisation_id, number, code_hash, channel, kind, state, subject, body, place,
    district, category, remit, people, anonymous, whistle, publish, urgent, earlier, came_from, due, due_limit, mark,
    received_at, registered_at, updated_at, version)
SELECT md5('m' || n)::uuid, $1, 'F-' || n, decode(md5('c' || n), 'hex'), 'letter', 'appeal',
    (ARRAY['registered', 'handling', 'closed'])[n % 3 + 1], '', '', '', '', '', '', 1, FALSE, FALSE, FALSE, FALSE,
    '', '',
    current_date + (n % 60), 'handle', (ARRAY['green', 'yellow', 'red', 'late'])[n % 4 + 1],
    now() - make_interval(mins => n::int), now(), now(), 1
FROM generate_series($2::int, $3::int) n
"""
PEOPLE = """
INSERT INTO petitions.petitioner (id, organisation_id, name, name_index, phone, phone_index, id_number, address, gender,
    created_at)
SELECT md5('p' || n)::uuid, $1, '', decode(md5('n' || n % 50000), 'hex'), '', decode(md5('t' || n), 'hex'), '', '', '',
    now()
FROM generate_series($2::int, $3::int) n
"""
PARTIES = """
INSERT INTO petitions.party (id, matter_id, petitioner_id, role, position)
SELECT md5('q' || n)::uuid, md5('m' || n)::uuid, md5('p' || n)::uuid, 'petitioner', 0
FROM generate_series($1::int, $2::int) n
"""
CHUNK = 50_000


async def _million(hall: Hall, dsn: str, count: int) -> list[Row]:
    ctx = context_of(hall)
    office = (await ctx.identity.organisations())[0].id
    connection = await asyncpg.connect(dsn)
    for start in range(0, count, CHUNK):
        last = min(count, start + CHUNK) - 1
        await connection.execute(FILL, office, start, last)
        await connection.execute(PEOPLE, office, start, last)
        await connection.execute(PARTIES, start, last)
    await connection.execute("VACUUM ANALYZE petitions.matter")
    await connection.execute("VACUUM ANALYZE petitions.petitioner")
    await connection.execute("VACUUM ANALYZE petitions.party")
    # The newest are real ones, so that the page has something to open: what was filled in is sealed by nobody.
    await asyncio.gather(*(register(ctx, SYSTEM, intake(KNOWN + number), historic=True) for number in range(60)))
    page = await _p95(lambda: list_matters(ctx, SYSTEM, Wanted()), 40)
    person = await _p95(lambda: find_person(ctx, SYSTEM, "13900000017"), 40)
    limits = await deadlines.measure(ctx, connection, count)
    await connection.close()
    return [
        Row(
            work=f"a page of the register with {count:,} matters",
            against="",
            ours=f"p95 {page:.0f} ms",
            bare="",
            ratio="",
            goal="p95 < 200 ms",
            met=page < 200,
            note="with its count up to a thousand, names and subjects opened",
        ),
        Row(
            work=f"a person's matters by phone among {count:,}",
            against="",
            ours=f"p95 {person:.1f} ms",
            bare="",
            ratio="",
            goal="p95 < 200 ms",
            met=person < 200,
        ),
        *limits,
    ]


async def _p95(ask: Any, times: int) -> float:
    found = []
    for _time in range(times):
        began = time.perf_counter()
        await ask()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)[times * 95 // 100]
