"""Letters beside look-ups, as on a bad day; and the register with a million matters.

Letters come as the browser sends the form, look-ups as it posts the code, both at a fixed rate, whether or not the
server keeps up. Beside it, with the same load, a bare Litestar server that inserts one row a letter and reads one row a
look-up. The load generator shares two cores with server and database.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg

from huitang_kernel.app import Hall
from huitang_petitions.services import codes
from huitang_petitions.services.listing import Wanted, find_person, list_matters
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake, Person
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench import deadlines
from tests.bench.flow import Flow, pour
from tests.bench.pages import serving
from tests.bench.table import Row

LETTERS, LOOK_UPS = 300, 1000
KNOWN = 200
BODY = "我们小区门前的路灯坏了三个月，夜里老人出门摔倒。已经打过电话，没有人来修。" * 6
OPEN = {
    "HUITANG_PLUGINS__PETITIONS__LETTERS_PER_HOUR": "100000000",
    "HUITANG_PLUGINS__PETITIONS__LOOK_UPS_PER_MINUTE": "100000000",
    "HUITANG_PLUGINS__PETITIONS__TRIES_PER_SECOND": "1000000",
}
BARE = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.letter
    (id uuid PRIMARY KEY, code text UNIQUE, subject text, body text, name text, phone text);
"""


def post(path: str, fields: dict[str, str]) -> bytes:
    body = urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Sec-Fetch-Site: same-origin\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def measure(hall_with: Any, dsn: str, folder: Path, count: int, seconds: float, quick: bool) -> list[Row]:
    """`hall_with(work)` runs work in a hall of this process; `count` matters are put into the register."""
    lasting = seconds if quick else 300.0
    found = asyncio.run(hall_with(_codes))
    letters = asyncio.run(hall_with(lambda hall: _letters(hall, int(LETTERS * lasting))))
    looked = [post("/petitions/look-up", {"code": found[n % len(found)]}) for n in range(int(LOOK_UPS * lasting))]
    asyncio.run(_prepare(dsn))
    for name, value in OPEN.items():
        os.environ[name] = value
    with serving("ours", dsn, folder, workers=2) as port:
        ours = asyncio.run(_both(port, letters, looked, lasting))
    with serving("bare_register", dsn, folder, workers=2) as port:
        bare = asyncio.run(_both(port, letters, looked, min(lasting, 20.0)))
    kept = asyncio.run(_kept(dsn))
    rows = _flow_rows(ours, bare, kept, lasting)
    return rows + asyncio.run(hall_with(lambda hall: _million(hall, dsn, count)))


async def _both(port: int, letters: list[bytes], looked: list[bytes], seconds: float) -> tuple[Flow, Flow]:
    await pour(port, 20, 1, letters[-20:], b"HTTP/1.1 2")
    first, second = await asyncio.gather(
        pour(port, LETTERS, seconds, letters[:-20], b"HTTP/1.1 200", 64),
        pour(port, LOOK_UPS, seconds, looked, b"HTTP/1.1 303", 64),
    )
    return first, second


def _context(hall: Hall) -> Any:
    record = hall.registry.get("petitions")
    assert record is not None
    return record.context


async def _codes(hall: Hall) -> list[str]:
    ctx = _context(hall)
    await hall.services.identity.create_organisation(SYSTEM, "云江市信访办")
    done = [await register(ctx, SYSTEM, _intake(number), historic=True) for number in range(KNOWN)]
    return [one.code for one in done]


def _intake(number: int) -> Intake:
    person = Person(name=f"样例{number}", phone=f"1390000{number:04}")
    return Intake(channel="phone", subject=f"第 {number} 件", body=BODY, persons=(person,))


async def _letters(hall: Hall, count: int) -> list[bytes]:
    ctx = _context(hall)
    fields = {"body": BODY, "name": "王样例", "phone": "13800001234", "kind": "appeal", "place": "科园路 12 号"}
    return [
        post("/petitions/write", {"token": codes.new_token(ctx), "subject": f"路灯不亮 {number}", **fields})
        for number in range(count + 20)
    ]


async def _prepare(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(BARE)
    await connection.close()


async def _kept(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    kept = await connection.fetchval("SELECT count(*) FROM petitions.matter WHERE channel = 'web'")
    await connection.close()
    return int(kept)


def _flow_rows(ours: tuple[Flow, Flow], bare: tuple[Flow, Flow], kept: int, seconds: float) -> list[Row]:
    letters, looked = ours
    lost = letters.answered - letters.failed + 20 - kept
    goal = f"{LETTERS}/s for {seconds:.0f} s, none lost, p99 < 500 ms"
    whole = letters.answered == letters.asked and not letters.failed and lost <= 0
    return [
        Row(
            work=f"{LETTERS} letters a second beside {LOOK_UPS} look-ups a second",
            against="bare Litestar, one INSERT and one SELECT, same load",
            ours=f"{letters.per_second:.0f}/s, p99 {letters.p99:.0f} ms, {max(lost, 0)} lost",
            bare=f"{bare[0].per_second:.0f}/s, p99 {bare[0].p99:.0f} ms",
            ratio=f"{letters.per_second / bare[0].per_second:.2f} ×",
            goal=goal,
            met=whole and letters.p99 < 500 and letters.per_second > LETTERS * 0.97,
            note=f"sealed, indexed, limits reckoned, audited, two web processes; {kept} in the register",
        ),
        Row(
            work=f"{LOOK_UPS} look-ups a second beside them",
            against="the same",
            ours=f"{looked.per_second:.0f}/s, p99 {looked.p99:.0f} ms",
            bare=f"{bare[1].per_second:.0f}/s, p99 {bare[1].p99:.0f} ms",
            ratio=f"{looked.per_second / bare[1].per_second:.2f} ×",
            goal=f"{LOOK_UPS}/s, p99 < 500 ms",
            met=not looked.failed and looked.p99 < 500 and looked.per_second > LOOK_UPS * 0.97,
        ),
    ]


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
    ctx = _context(hall)
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
    await asyncio.gather(*(register(ctx, SYSTEM, _intake(KNOWN + number), historic=True) for number in range(60)))
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
