"""The register with a million matters: pages as people of different reach ask for them, whole, through the application.

Beside each the bare query for what it shows: no reach, nobody kept away, nothing opened, no page.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from msgspec import Struct

from huitang_kernel.app import Hall, build_app
from huitang_kernel.identity.testing import sign_in
from huitang_kernel.testing import client_of
from huitang_petitions.services import similar
from huitang_petitions.services.reporting.spans import last_month
from tests.bench import deadlines, old_register
from tests.bench.letters import context_of
from tests.bench.table import Row

PHONE = "13900000017"
TIMES, FEW = 30, 8
SET_UP = "ALTER DATABASE bench SET work_mem = '64MB'"
"""As docs/operate says of a large register."""
NEWEST = "SELECT * FROM petitions.matter {} ORDER BY received_at DESC, id DESC LIMIT 51"


class Asked(Struct, frozen=True):
    """A page, by whom, the bare query beside it (`values` name what the scene knows), and within how many
    milliseconds it should be there. `typed` are fields that are posted with a caller's number, another one every
    time."""

    work: str
    who: str
    path: str
    bare: str
    goal: int = 200
    typed: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


ASKED = (
    Asked("the register, its newest page", "officer", "/petitions/", NEWEST.format("")),
    Asked(
        "the register of one county",
        "county",
        "/petitions/",
        NEWEST.format("WHERE organisation_id = $1"),
        values=("county",),
    ),
    Asked("what came by fax, of a bureau", "bureau", "/petitions/?channel=fax", NEWEST.format("WHERE channel = 'fax'")),
    Asked(
        "a caller's letters by phone",
        "receptionist",
        "/petitions/find",
        "SELECT m.* FROM petitions.petitioner t JOIN petitions.party p ON p.petitioner_id = t.id"
        " JOIN petitions.matter m ON m.id = p.matter_id WHERE t.phone_index = $1",
        typed=("who",),
        values=("phone",),
    ),
    Asked(
        "the board of what is late",
        "supervisor",
        "/petitions/board",
        "SELECT * FROM petitions.matter WHERE mark IN ('late', 'red', 'yellow') AND due IS NOT NULL"
        " ORDER BY due, id LIMIT 100",
    ),
    Asked(
        "the handling of one matter",
        "head",
        "/petitions/matters/{matter}/way",
        "SELECT m.*, e.* FROM petitions.matter m JOIN petitions.event e ON e.matter_id = m.id WHERE m.id = $1",
        values=("matter",),
    ),
    Asked(
        "the situation of twelve weeks",
        "analyst",
        "/petitions/situation",
        "SELECT split_part(category, '.', 1), district, date_trunc('week', received_at), count(*)"
        " FROM petitions.matter WHERE received_at > now() - interval '2 years' GROUP BY 1, 2, 3",
        goal=1000,
    ),
    Asked(
        "satisfaction since ever",
        "analyst",
        "/petitions/satisfaction",
        "SELECT r.body_id, r.grade, count(*) FROM petitions.rating r JOIN petitions.matter m ON m.id = r.matter_id"
        " WHERE m.organisation_id IS NOT NULL GROUP BY 1, 2",
        goal=2000,
    ),
    Asked(
        "what is published, for everybody",
        "",
        "/petitions/public/published",
        "SELECT p.*, m.* FROM petitions.publication p JOIN petitions.matter m ON m.id = p.matter_id"
        " WHERE m.publish ORDER BY p.published_at DESC LIMIT 20",
        goal=1000,
    ),
    Asked(
        "the report of last month",
        "analyst",
        "/petitions/reports?period={month}",
        "SELECT category, channel, kind, district, count(*) FROM petitions.matter"
        " WHERE received_at > now() - interval '92 days' GROUP BY 1, 2, 3, 4",
        goal=5000,
    ),
)


def measure(hall_with: Any, dsn: str, count: int) -> list[Row]:
    """`hall_with(work)` runs work in a hall of this process; `count` matters are put into the register, unless they are
    there."""
    rows: list[Row] = asyncio.run(hall_with(lambda hall: _measure(hall, dsn, count)))
    return rows


async def _measure(hall: Hall, dsn: str, count: int) -> list[Row]:
    ctx = context_of(hall)
    city = await old_register.settle(hall, ctx)
    connection = await asyncpg.connect(dsn)
    await connection.execute(SET_UP)
    await hall.core.database.pool.expire_connections()
    there = await connection.fetchval(
        "SELECT count(*) FROM petitions.matter WHERE organisation_id = ANY($1)", city.offices
    )
    if there < count:
        await old_register.fill(ctx, dsn, city, count)
    limits = [await _first(ctx, connection, count), *await deadlines.measure(ctx, connection, count)]
    hall.app = build_app(hall, dsn)  # type: ignore[attr-defined]
    scene = await _scene(ctx, connection, city)
    rows = [await _row(hall, connection, asked, scene, count) for asked in ASKED]
    await connection.close()
    return rows + limits


async def _first(ctx: Any, connection: asyncpg.Connection, count: int) -> Row:
    """What reading all features takes, once in the life of a process."""
    kept = await connection.fetchrow("SELECT id, features FROM petitions.feature ORDER BY sequence DESC LIMIT 1")
    began = time.perf_counter()
    await similar.query(ctx, await similar.opened(ctx, kept), ())
    ours = time.perf_counter() - began
    began = time.perf_counter()
    async with connection.transaction():
        read = [
            row["id"] async for row in connection.cursor("SELECT id, features FROM petitions.feature", prefetch=20_000)
        ]
    bare = time.perf_counter() - began
    return Row(
        work=f"the first comparison after a start, with {len(read):,} letters",
        against="reading the same rows",
        ours=f"{ours:.0f} s",
        bare=f"{bare:.1f} s",
        ratio=f"{ours / bare:.1f} × as long",
        goal="< 90 s",
        met=ours < 90,
        note="opened, and put into the index of the process; pages are served meanwhile",
    )


async def _scene(ctx: Any, connection: asyncpg.Connection, city: old_register.City) -> dict[str, Any]:
    matter = await connection.fetchval(
        "SELECT id FROM petitions.matter m WHERE state = 'handling' AND remit <> '' AND handler_id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM petitions.accused x WHERE x.matter_id = m.id) AND NOT whistle"
        " ORDER BY received_at DESC LIMIT 1"
    )
    month = str(last_month(ctx.clock.today()))
    phone = ctx.personal.index("petitioner.phone", PHONE)
    return {"matter": matter, "month": month, "phone": phone, "county": city.offices[1]}


async def _row(hall: Hall, connection: asyncpg.Connection, asked: Asked, scene: dict[str, Any], count: int) -> Row:
    path, values = asked.path.format(**scene), [scene[name] for name in asked.values]
    async with client_of(hall, timeout=600) as client:
        if asked.who:
            await sign_in(hall, client, f"bench-{asked.who}", old_register.PASSWORD)

        # Nobody asks for the same caller again and again.
        callers = itertools.count(17, 997)

        async def ask() -> None:
            typed = {name: f"139{next(callers) % count:08}" for name in asked.typed}
            answer = await (client.post(path, data=typed) if typed else client.get(path))
            assert answer.status_code == 200, answer.text[:2000]

        times = TIMES if asked.goal == 200 else FEW
        ours = await _p95(ask, times)
        bare = await _p95(lambda: connection.fetch(asked.bare, *values), times)
    return Row(
        work=f"{asked.work}, among {count:,} matters",
        against="the bare query",
        ours=f"p95 {ours:.0f} ms",
        bare=f"p95 {bare:.1f} ms",
        ratio=f"{ours / bare:.1f} × as long",
        goal=f"p95 < {asked.goal} ms",
        met=ours < asked.goal,
        note=f"the whole answer, as {asked.who or 'anybody'}, with everything that keeps people away from matters",
    )


async def _p95(ask: Callable[[], Awaitable[Any]], times: int) -> float:
    # The first ones read what every later one finds read, and five are what PostgreSQL takes to settle on a plan.
    for _time in range(6 if times == TIMES else 1):
        await ask()
    found = []
    for _time in range(times):
        began = time.perf_counter()
        await ask()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)[times * 95 // 100]
