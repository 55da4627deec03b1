"""Keys change while people write and search; nothing is lost, missed or left behind."""

from __future__ import annotations

import asyncio
import random
import time

import asyncpg
import pytest

from huitang_kernel.personal.keeper import WrongMasterKey
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, SealBroken
from tests.kernel.personal.conftest import QUICK
from tests.kernel.personal.contacts import add, add_many, all_open, columns_of, find, keys_of, phone_of
from tests.sdk.demo_plugin import Demo

UPDATE = "UPDATE demo.contact SET phone = $2, phone_index = $3, name = $4, name_index = $5 WHERE id = $1"


async def test_a_new_hall_has_one_key_and_nothing_behind(ctx, states):
    (key,) = await states.keys()
    assert (key.id, key.used_from is not None) == (1, True)
    tables = {table.name: table for table in await states.tables()}
    assert {"demo.contact", "identity.account"} <= tables.keys()
    assert {(table.complete, table.missing) for table in tables.values()} == {(1, ())}
    assert not await states.is_unfinished()


async def test_everything_is_under_the_new_key(hall, ctx, rotation, states):
    rows = await add_many(ctx, 230)
    before = await ctx.db.fetch("SELECT * FROM demo.contact ORDER BY id")
    assert await rotation.begin(SYSTEM, "每年更换") == 2
    assert ctx.personal.seal("contact.phone", new_id(), "1")[:3] == b"\x01\x00\x01", "not used before all know it"
    told: list[tuple[str, int, int]] = []
    assert await rotation.finish(SYSTEM, lambda *step: told.append(step)) == 230
    assert await keys_of(ctx) == {(2, 2)}
    assert await all_open(ctx) == rows
    assert ("demo.contact", 230, 230) in told
    for phone, row in list(rows.items())[::23]:
        assert await find(ctx, phone) == [row]
    after = await ctx.db.fetch("SELECT * FROM demo.contact ORDER BY id")
    assert all(old["phone_index"] != new["phone_index"] for old, new in zip(before, after, strict=True))
    assert len(ctx.personal.matches("contact.phone", phone_of(1))) == 1
    for row in before:  # what a backup holds still opens
        assert ctx.personal.unseal("contact.phone", row["id"], row["phone"]) in rows
    tables = await states.tables()
    assert {table.complete for table in tables} == {2}
    actions = [entry.action for entry in await hall.audit.entries(action="personal.", limit=20)]
    assert sorted(actions) == ["personal.key.made", "personal.key.used", *["personal.table.resealed"] * len(tables)]


async def test_rows_without_a_value_or_an_index_stay_without(ctx, rotation):
    bare, unindexed = new_id(), new_id()
    await ctx.db.execute("INSERT INTO demo.contact (id) VALUES ($1)", bare)
    sealed = ctx.personal.seal("contact.mobile", unindexed, "13900000000")
    await ctx.db.execute("INSERT INTO demo.contact (id, mobile) VALUES ($1, $2)", unindexed, sealed)
    await rotation.begin(SYSTEM)
    assert await rotation.finish(SYSTEM) == 1
    rows = {row["id"]: row for row in await ctx.db.fetch("SELECT * FROM demo.contact")}
    assert set(rows[bare].values()) == {bare, None}
    assert rows[unindexed]["mobile_index"] is None
    assert rows[unindexed]["mobile"][:3] == b"\x01\x00\x02"


async def test_columns_of_no_bytes_are_as_good_as_null(ctx, rotation, states):
    bare, named = new_id(), new_id()
    columns = ("name", "name_index", "phone", "phone_index", "mobile", "mobile_index")
    insert = f"INSERT INTO demo.contact (id, {', '.join(columns)}) VALUES ($1, {', '.join(['$2'] * 6)})"
    for row in (bare, named):
        await ctx.db.execute(insert, row, b"")
    sealed = ctx.personal.seal("contact.name", named, "林秀英")
    await ctx.db.execute("UPDATE demo.contact SET name = $2 WHERE id = $1", named, sealed)
    assert await rotation.finish(SYSTEM) == 0
    await rotation.begin(SYSTEM)
    assert await rotation.finish(SYSTEM) == 1
    rows = {row["id"]: row for row in await ctx.db.fetch("SELECT * FROM demo.contact")}
    assert set(rows[bare].values()) == {bare, b""}
    assert set(rows[named].values()) == {named, b"", rows[named]["name"]}
    assert ctx.personal.unseal("contact.name", named, rows[named]["name"]) == "林秀英"
    assert {table.broken for table in await states.tables()} == {0}


async def test_nothing_is_missed_or_lost_while_people_write(ctx, rotation):
    """Writers insert and change, a reader searches for every phone that is there, two changes of keys go on."""
    rows, stop = await add_many(ctx, 400), asyncio.Event()
    choose, searched = random.Random(4), 0

    async def write(start: int) -> None:
        number = start
        while not stop.is_set():
            number += 1
            rows[phone_of(number)] = await add(ctx, phone_of(number))
            moved = choose.choice([phone for phone in rows if int(phone[3:]) % 7 == start // 1000 % 7])
            row = rows.pop(moved)
            renewed = f"138{moved[3:]}" if moved.startswith("139") else f"139{moved[3:]}"
            await ctx.db.execute(UPDATE, *columns_of(ctx, row, renewed, "林秀英"))
            rows[renewed] = row
            await asyncio.sleep(0)

    async def search() -> None:
        nonlocal searched
        while not stop.is_set():
            phone = choose.choice(list(rows))
            row = rows[phone]
            found = await find(ctx, phone)
            assert found == [row] or rows.get(phone) != row, phone
            searched += 1

    work = [asyncio.create_task(one) for one in (write(1_001_000), write(2_002_000), search())]
    try:
        for expected in (2, 3):
            await rotation.begin(SYSTEM)
            await rotation.finish(SYSTEM)
            assert await keys_of(ctx) == {(expected, expected)}
    finally:
        stop.set()
        await asyncio.gather(*work)
    assert searched > 50
    assert await all_open(ctx) == rows
    assert len(rows) > 420


async def test_a_row_that_somebody_holds_is_waited_for_at_the_end(ctx, rotation, states):
    rows = await add_many(ctx, 120)
    held = rows[phone_of(7)]
    connection = await asyncpg.connect(ctx.db.dsn)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(UPDATE, *columns_of(ctx, held, "13700000000", "林"))  # under the old key
    await rotation.begin(SYSTEM)
    work = asyncio.create_task(rotation.finish(SYSTEM))
    while not any(s.is_behind and s.done >= 119 for s in await states.tables()):  # noqa: ASYNC110 - it is in the database
        await asyncio.sleep(0.02)
    await asyncio.sleep(1)
    assert not work.done()
    assert await states.is_unfinished()
    await transaction.commit()
    await connection.close()
    await work
    assert await keys_of(ctx) == {(2, 2)}
    assert await find(ctx, "13700000000") == [held]


async def test_what_does_not_open_stops_nothing_and_is_named(hall, ctx, rotation, states):
    rows = await add_many(ctx, 60)
    wrong = rows[phone_of(3)]
    other = (await ctx.db.fetch("SELECT name FROM demo.contact WHERE id = $1", rows[phone_of(4)]))[0]["name"]
    await ctx.db.execute("UPDATE demo.contact SET name = $2 WHERE id = $1", wrong, other)
    await rotation.begin(SYSTEM)
    await rotation.finish(SYSTEM)
    state = next(t for t in await states.tables() if t.name == "demo.contact")
    assert (state.broken, state.complete, state.is_behind) == (1, 2, False)
    assert await find(ctx, phone_of(3)) == [wrong], "its phone is whole and is found"
    (left,) = await ctx.db.fetch("SELECT name FROM demo.contact WHERE id = $1", wrong)
    assert left["name"] == other
    with pytest.raises(SealBroken):
        ctx.personal.unseal("contact.name", wrong, left["name"])
    checks = {check.id: check for check in hall.registry.get("personal").declarations.health_checks}
    status = await checks["personal.columns"].check(ctx)
    assert not status.ok
    assert "demo.contact: 1" in status.message
    assert (await checks["personal.keys"].check(ctx)).ok


async def test_two_changes_do_not_run_at_the_same_time(ctx, rotation, open_hall):
    await add_many(ctx, 10)
    other = (await open_hall(Demo(), plugins=QUICK)).services.personal.rotation
    await rotation.begin(SYSTEM)
    with pytest.raises(Conflict):
        await other.begin(SYSTEM)
    one = asyncio.create_task(rotation.finish(SYSTEM))
    await asyncio.sleep(0.1)
    with pytest.raises(Conflict):
        await other.finish(SYSTEM)
    await one
    assert await other.finish(SYSTEM) == 0


async def test_a_table_that_lost_its_column_is_named_and_holds_nobody_up(hall, ctx, rotation, states):
    rows = await add_many(ctx, 5)
    await ctx.db.execute("ALTER TABLE identity.account RENAME COLUMN phone TO telephone")
    await rotation.begin(SYSTEM)
    assert await rotation.finish(SYSTEM) == len(rows)
    missing = {state.name: state.missing for state in await states.tables() if state.missing}
    assert missing == {"identity.account": ("phone",)}
    checks = {check.id: check for check in hall.registry.get("personal").declarations.health_checks}
    status = await checks["personal.columns"].check(ctx)
    assert not status.ok
    assert "identity.account.phone" in status.message


async def test_a_process_whose_lease_is_over_reads_again_before_it_searches(ctx, hall):
    """Whoever was stopped, or lost the database for a while: the loop stands still, as in a stopped process."""
    await hall.services.personal.keeper.stop()
    await hall.core.listener.stop()
    await hall.services.personal.rotation.begin(SYSTEM)
    assert len(ctx.personal.matches("contact.phone", phone_of(1))) == 1
    time.sleep(0.4)  # noqa: ASYNC251 - nothing here may run meanwhile
    assert len(ctx.personal.matches("contact.phone", phone_of(1))) == 2


async def test_another_master_key_is_said_in_plain_words(hall, open_hall):
    await hall.close()
    stranger = await open_hall(Demo(), plugins=QUICK, key="a master key of another town, long enough")
    ctx, personal = stranger.registry.get("demo").context, stranger.services.personal
    for attempt in (
        lambda: ctx.personal.seal("contact.phone", new_id(), "1"),
        lambda: ctx.personal.matches("contact.phone", "1"),
    ):
        with pytest.raises(WrongMasterKey, match="HUITANG_KEY"):
            attempt()
    with pytest.raises(WrongMasterKey):
        await personal.rotation.begin(SYSTEM)
    assert len(await personal.states.keys()) == 1
    checks = {check.id: check for check in stranger.registry.get("personal").declarations.health_checks}
    status = await checks["personal.master"].check(ctx)
    assert not status.ok
    assert "master.key" in status.remedy
