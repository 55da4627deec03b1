"""A scope in SQL and in memory: the same rows, whatever it holds, with an owner column and without."""

from __future__ import annotations

import uuid
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piccolo.columns import UUID

from huitang_sdk.contracts import Scope
from huitang_sdk.db import PluginTable, Sql

UNITS, OWNERS = ([uuid.UUID(int=start + n) for n in range(3)] for start in (20, 30))


class ScopedThing(PluginTable, tablename="scoped_thing", schema="public"):
    id = UUID(primary_key=True)
    organisation_id = UUID(null=True, default=None)
    owner_id = UUID(null=True, default=None)


def some(values: list[uuid.UUID]) -> st.SearchStrategy[tuple[uuid.UUID, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


ROWS = [
    ScopedThing(id=uuid.UUID(int=100 + n), organisation_id=unit, owner_id=owner)
    for n, (unit, owner) in enumerate((unit, owner) for unit in [*UNITS, None] for owner in [*OWNERS, None])
]
IDS = [row.id for row in ROWS]
SCOPES = st.builds(
    Scope,
    permission=st.just("demo.thing.read"),
    everything=st.booleans(),
    organisations=some(UNITS),
    owner=st.sampled_from([*OWNERS, None]),
    allowed=some(IDS),
    denied=some(IDS),
)


@pytest.fixture
async def table(hall):
    await hall.core.database.execute(
        "CREATE TABLE public.scoped_thing (id uuid PRIMARY KEY, organisation_id uuid, owner_id uuid)"
    )
    await ScopedThing.insert(*ROWS)
    return ScopedThing


@given(scope=SCOPES, by_owner=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_where_and_includes_agree(table, scope, by_owner):
    owner = {"owner": table.owner_id} if by_owner else {}
    condition = scope.where(organisation=table.organisation_id, key=table.id, **owner)
    found = {row["id"] for row in await table.select(table.id).where(condition)}
    assert found == {
        row.id
        for row in ROWS
        if scope.includes(key=row.id, organisation=row.organisation_id, owner=row.owner_id if by_owner else None)
    }
    if scope.is_empty:
        assert found == set()


EVERY_KIND = product(
    (False, True), ((), UNITS[:1], UNITS[:2]), (None, OWNERS[0]), ((), IDS[5:6], IDS[5:8]), ((), IDS[:1], IDS[4:6])
)
SHAPES = [
    Scope(
        permission="demo.thing.read",
        everything=everything,
        organisations=tuple(units),
        owner=owner,
        allowed=tuple(allowed),
        denied=tuple(denied),
    )
    for everything, units, owner, allowed, denied in EVERY_KIND
]


@pytest.mark.parametrize("by_owner", [True, False])
async def test_where_sql_and_where_agree_and_it_is_never_null(hall, table, by_owner):
    for scope in SHAPES:
        sql = Sql()
        condition = scope.where_sql(
            sql, organisation="t.organisation_id", key="t.id", owner="t.owner_id" if by_owner else None
        )
        rows = await hall.core.database.fetch(
            f"SELECT t.id, {condition} AS inside FROM public.scoped_thing t", *sql.values
        )
        owner = {"owner": table.owner_id} if by_owner else {}
        same = scope.where(organisation=table.organisation_id, key=table.id, **owner)
        found = {row["id"] for row in await table.select(table.id).where(same)}
        assert {row["id"]: row["inside"] for row in rows} == {key: key in found for key in IDS}, scope


async def test_another_way_to_a_row_opens_nothing_without_the_permission_and_nothing_refused(hall, table):
    for scope in SHAPES:
        sql = Sql()
        more = f"t.owner_id IS NOT DISTINCT FROM {sql.put(OWNERS[1], '::uuid')} OR FALSE"
        condition = scope.where_sql(sql, organisation="t.organisation_id", key="t.id", owner="t.owner_id", more=more)
        rows = await hall.core.database.fetch(
            f"SELECT t.id FROM public.scoped_thing t WHERE {condition} ORDER BY t.id", *sql.values
        )
        assert [row["id"] for row in rows] == [
            row.id
            for row in ROWS
            if scope.includes(key=row.id, organisation=row.organisation_id, owner=row.owner_id)
            or (row.owner_id == OWNERS[1] and row.id not in scope.denied and not scope.is_empty)
        ], scope
