"""A scope in SQL and in memory: the same rows, whatever it holds, with an owner column and without."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piccolo.columns import UUID

from huitang_sdk.contracts import Scope
from huitang_sdk.db import PluginTable

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
