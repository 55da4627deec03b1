"""One write = one transaction: rows, audit record and events together, or nothing."""

from __future__ import annotations

# ruff: noqa: PT012 - a transaction that fails is a block
import asyncio
import uuid

import pytest

from huitang_kernel.db import MigrationError, Migrator
from huitang_sdk.contracts import Event, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import UnauditedWrite


class ThingMade(Event, tag="core_test.thing.made"):
    number: int


REF = Ref("core_test.thing", uuid.UUID(int=1))


async def make_table(hall):
    await hall.core.database.execute("CREATE TABLE thing (number integer PRIMARY KEY)")


async def count(hall, table: str) -> int:
    return (await hall.core.database.fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"]


async def test_rows_audit_and_event_are_committed_together(open_hall):
    hall = await open_hall()
    await make_table(hall)
    before = await count(hall, "kernel.audit_record")
    async with hall.core.database.write(SYSTEM) as write:
        await hall.core.database.execute("INSERT INTO thing VALUES (1)")
        await write.audit("core_test.thing.made", REF, detail={"number": 1})
        await write.emit(ThingMade(number=1))
    assert await count(hall, "thing") == 1
    assert await count(hall, "kernel.audit_record") == before + 1
    assert await count(hall, "kernel.outbox WHERE name = 'core_test.thing.made'") == 1


async def test_a_write_that_fails_leaves_nothing(open_hall):
    hall = await open_hall()
    await make_table(hall)
    before = await count(hall, "kernel.audit_record")
    with pytest.raises(ZeroDivisionError):
        async with hall.core.database.write(SYSTEM) as write:
            await hall.core.database.execute("INSERT INTO thing VALUES (1)")
            await write.audit("core_test.thing.made", REF)
            await write.emit(ThingMade(number=1))
            raise ZeroDivisionError
    assert await count(hall, "thing") == 0
    assert await count(hall, "kernel.audit_record") == before
    assert await count(hall, "kernel.outbox WHERE name = 'core_test.thing.made'") == 0


async def test_a_write_without_audit_is_rolled_back(open_hall):
    hall = await open_hall()
    await make_table(hall)
    with pytest.raises(UnauditedWrite):
        async with hall.core.database.write(SYSTEM):
            await hall.core.database.execute("INSERT INTO thing VALUES (1)")
    assert await count(hall, "thing") == 0


async def test_an_inner_write_joins_the_outer(open_hall):
    hall = await open_hall()
    await make_table(hall)
    with pytest.raises(ZeroDivisionError):
        async with hall.core.database.write(SYSTEM) as outer:
            await outer.audit("core_test.thing.made", REF)
            async with hall.core.database.write(SYSTEM) as inner:
                assert inner is outer
                await hall.core.database.execute("INSERT INTO thing VALUES (1)")
            raise ZeroDivisionError
    assert await count(hall, "thing") == 0


async def test_parallel_writes_do_not_share_a_transaction(open_hall):
    hall = await open_hall()
    await make_table(hall)

    async def make(number: int) -> None:
        async with hall.core.database.write(SYSTEM) as write:
            await hall.core.database.execute("INSERT INTO thing VALUES ($1)", number)
            await write.audit("core_test.thing.made", REF)
            await asyncio.sleep(0.01)
            if number % 2:
                raise ZeroDivisionError

    results = await asyncio.gather(*(make(number) for number in range(20)), return_exceptions=True)
    assert sum(isinstance(result, ZeroDivisionError) for result in results) == 10
    assert await count(hall, "thing") == 10


async def test_two_plugins_may_use_the_same_migration_name(fresh_dsn, tmp_path):
    migrator = Migrator(fresh_dsn)
    for plugin in ("first", "second"):
        folder = tmp_path / plugin / "migrations"
        folder.mkdir(parents=True)
        (folder / "0001_tables.sql").write_text(f"CREATE TABLE thing (of_{plugin} integer);")
    assert await migrator.run("first", tmp_path / "first") == ["0001_tables.sql"]
    assert await migrator.run("second", tmp_path / "second") == ["0001_tables.sql"]
    assert await migrator.run("second", tmp_path / "second") == []


async def test_a_migration_that_fails_leaves_nothing_and_is_named(fresh_dsn, tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_tables.sql").write_text("CREATE TABLE thing (n integer); SELECT nonsense;")
    migrator = Migrator(fresh_dsn)
    with pytest.raises(MigrationError, match=r"bad: 0001_tables\.sql failed"):
        await migrator.run("bad", tmp_path)
    (folder / "0001_tables.sql").write_text("CREATE TABLE thing (n integer);")
    assert await migrator.run("bad", tmp_path) == ["0001_tables.sql"]


async def test_a_migration_changed_after_it_ran_is_refused(fresh_dsn, tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_tables.sql").write_text("CREATE TABLE thing (n integer);")
    migrator = Migrator(fresh_dsn)
    await migrator.run("changed", tmp_path)
    (folder / "0001_tables.sql").write_text("CREATE TABLE thing (n bigint);")
    with pytest.raises(MigrationError, match="has changed since it ran"):
        await migrator.run("changed", tmp_path)


async def test_migrations_started_together_run_once(fresh_dsn, tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_tables.sql").write_text("CREATE TABLE thing (n integer);")
    (folder / "0002_more.sql").write_text("ALTER TABLE thing ADD COLUMN m integer;")
    ran = await asyncio.gather(*(Migrator(fresh_dsn).run("many", tmp_path) for _ in range(5)))
    assert sorted(name for names in ran for name in names) == ["0001_tables.sql", "0002_more.sql"]


def test_data_that_the_server_user_cannot_reach_are_kept_elsewhere(tmp_path, monkeypatch):
    from huitang_kernel.db import embedded

    monkeypatch.setattr(embedded, "ELSEWHERE", tmp_path / "elsewhere")
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    real = embedded.reachable(closed / "data" / "postgres")
    assert real.parent == tmp_path / "elsewhere"
    assert (closed / "data" / "postgres").resolve() == real
    assert embedded.reachable(closed / "data" / "postgres") == real
