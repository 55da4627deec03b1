"""Scopes in SQL and in memory: the same rows, for any tree, grants and rules about single rows."""

from __future__ import annotations

import random
import uuid

import pytest
from piccolo.columns import UUID

from huitang_kernel.permissions.scopes import scope_of
from huitang_sdk.contracts import Actor, Grant
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.db import PluginTable
from huitang_sdk.errors import Forbidden, NotSignedIn
from tests.kernel.identity.people import build_city, identity_settings


class Thing(PluginTable, tablename="thing", schema="public"):
    id = UUID(primary_key=True)
    organisation_id = UUID(null=True, default=None)
    owner_id = UUID(null=True, default=None)


PERMISSION = "identity.account.read"


@pytest.fixture
async def city(open_hall):
    return await build_city(await open_hall(plugins=identity_settings()))


async def test_sql_and_memory_agree_on_every_row(city):
    """Two hundred random actors over a random tree; each row is asked both ways."""
    choose = random.Random(20261123)
    permissions, database = city.permissions, city.hall.core.database
    units = [city.city, city.east, city.west, city.office]
    for n in range(12):
        units.append((await city.identity.create_organisation(SYSTEM, f"单位{n}", choose.choice(units))).id)
    for name, more in (("reads", {"allows": [PERMISSION]}), ("refuses", {"denies": [PERMISSION]}), ("other", {})):
        await permissions.create_role(SYSTEM, name, name, **more)
    await database.execute("CREATE TABLE thing (id uuid PRIMARY KEY, organisation_id uuid, owner_id uuid)")
    people = [uuid.UUID(int=n) for n in range(1, 5)]
    rows = [
        Thing(
            id=uuid.UUID(int=n), organisation_id=choose.choice([*units, None]), owner_id=choose.choice([*people, None])
        )
        for n in range(100, 220)
    ]
    await Thing.insert(*rows)
    reached = 0
    for _ in range(200):
        grants = tuple(
            Grant(
                choose.choice(["custom.reads", "custom.reads", "custom.refuses", "custom.other"]),
                choose.choice(units),
                choose.choice(["own", "unit", "below", "all"]),
            )
            for _ in range(choose.randrange(4))
        )
        actor = Actor(
            account_id=choose.choice(people),
            grants=grants,
            allowed={PERMISSION: tuple(row.id for row in choose.sample(rows, choose.randrange(4)))},
            denied={PERMISSION: tuple(row.id for row in choose.sample(rows, choose.randrange(4)))},
        )
        scope = permissions.scope(actor, PERMISSION)
        found = await Thing.select(Thing.id).where(
            scope.where(organisation=Thing.organisation_id, key=Thing.id, owner=Thing.owner_id)
        )
        expected = {
            row.id for row in rows if scope.includes(key=row.id, organisation=row.organisation_id, owner=row.owner_id)
        }
        assert {row["id"] for row in found} == expected
        assert permissions.may(actor, PERMISSION) is not scope.is_empty
        reached += len(expected)
    assert 0 < reached < 200 * len(rows)


async def test_reaches(city):
    await city.permissions.create_role(SYSTEM, "reads", "Reads", allows=[PERMISSION])
    me = uuid.uuid4()

    def scope(reach, unit):
        actor = Actor(account_id=me, grants=(Grant("custom.reads", unit, reach),))
        return city.permissions.scope(actor, PERMISSION)

    assert scope("all", city.office).everything
    assert set(scope("below", city.east).organisations) == {city.east, city.office}
    assert scope("unit", city.east).organisations == (city.east,)
    assert scope("own", city.east).organisations == ()
    assert scope("own", city.east).owner == me


async def test_a_new_unit_is_in_scope_at_once_and_a_moved_one_changes_hands(city):
    await city.permissions.create_role(SYSTEM, "reads", "Reads", allows=[PERMISSION])
    actor = Actor(account_id=uuid.uuid4(), grants=(Grant("custom.reads", city.east, "below"),))
    new = await city.identity.create_organisation(SYSTEM, "新科室", city.office)
    assert new.id in city.permissions.scope(actor, PERMISSION).organisations
    await city.identity.tree.move(SYSTEM, city.office, city.west)
    assert city.permissions.scope(actor, PERMISSION).organisations == (city.east,)


async def test_a_refusing_role_takes_its_units_away(city):
    await city.permissions.create_role(SYSTEM, "reads", "Reads", allows=[PERMISSION])
    await city.permissions.create_role(SYSTEM, "refuses", "Refuses", denies=[PERMISSION])
    grants = (Grant("custom.reads", city.city, "all"), Grant("custom.refuses", city.east, "below"))
    actor = Actor(account_id=uuid.uuid4(), grants=grants)
    assert set(city.permissions.scope(actor, PERMISSION).organisations) == {city.city, city.west}
    everywhere = Actor(account_id=uuid.uuid4(), grants=(*grants, Grant("custom.refuses", city.city, "below")))
    assert city.permissions.scope(everywhere, PERMISSION).is_empty
    assert not city.permissions.may(everywhere, PERMISSION)


async def test_single_rows_open_the_door_and_a_refusal_wins(city):
    one, two = uuid.uuid4(), uuid.uuid4()
    actor = Actor(account_id=uuid.uuid4(), allowed={PERMISSION: (one, two)}, denied={PERMISSION: (two,)})
    assert city.permissions.may(actor, PERMISSION)
    scope = city.permissions.scope(actor, PERMISSION)
    assert scope.includes(key=one, organisation=None)
    assert not scope.includes(key=two, organisation=None)


async def test_the_platform_may_everything_and_nobody_nothing(city):
    assert city.permissions.may(SYSTEM, "no.such.thing")
    assert city.permissions.scope(SYSTEM, PERMISSION).everything
    assert not city.permissions.may(ANONYMOUS, PERMISSION)
    assert city.permissions.scope(ANONYMOUS, PERMISSION).is_empty
    with pytest.raises(NotSignedIn):
        city.permissions.require(ANONYMOUS, PERMISSION)
    with pytest.raises(Forbidden) as refused:
        city.permissions.require(Actor(account_id=uuid.uuid4()), PERMISSION)
    assert refused.value.permission == PERMISSION


async def test_permissions_of_a_switched_off_plugin_are_not_held(city, monkeypatch):
    await city.permissions.create_role(SYSTEM, "all", "All", allows=["*", "gone.thing.do"])
    actor = Actor(account_id=uuid.uuid4(), grants=(Grant("custom.all", city.city, "all"),))
    assert city.permissions.may(actor, PERMISSION)
    assert not city.permissions.may(actor, "gone.thing.do")
    record = city.hall.registry.get("identity")
    from huitang_kernel.plugins.registry import State

    monkeypatch.setattr(record, "state", State.DISABLED)
    assert not city.permissions.may(actor, PERMISSION)
    assert city.permissions.scope(actor, PERMISSION).is_empty


async def test_if_roles_cannot_be_read_nothing_is_allowed_until_they_can(city):
    operator = await city.operator()
    groups = ()
    grants, allowed, denied = await city.permissions.grants_of(operator, groups)
    actor = Actor(account_id=operator, grants=grants, allowed=allowed, denied=denied)
    assert city.permissions.may(actor, PERMISSION)
    database = city.hall.core.database
    await database.execute("ALTER TABLE permissions.role_parent RENAME TO hidden")
    await city.permissions.reload()
    assert not city.permissions.may(actor, PERMISSION)
    await database.execute("ALTER TABLE permissions.hidden RENAME TO role_parent")
    await city.permissions.grants_of(operator, groups)  # the next request
    assert city.permissions.may(actor, PERMISSION)


def test_scope_of_is_pure():
    from huitang_kernel.permissions.policy import NOTHING
    from huitang_kernel.permissions.scopes import Units

    actor = Actor(account_id=uuid.uuid4(), grants=(Grant("a.b", uuid.uuid4(), "all"),))
    assert scope_of(actor, "a.x.y", NOTHING, Units()).is_empty
