"""Whoever must stay away from a matter does not reach it, whatever they may do elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from huitang_petitions.services import access
from huitang_petitions.tables import Accused, Recusal
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from tests.plugins.petitions.register.matters import put

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


async def seen(town, name: str, permission: str = access.READ) -> set[UUID]:
    sql = Sql()
    condition = await access.visible(town.ctx, town.actors[name], permission, sql)
    return {
        row["id"] for row in await town.fetch(f"SELECT m.id FROM petitions.matter m WHERE {condition}", *sql.values)
    }


async def test_rows_are_the_office_s_and_shared_with_whoever_handles_them(town):
    mine = await put(town)
    theirs = await put(town, handler_id=town.units["committee"].id)
    assert await seen(town, "officer") == {mine, theirs}
    assert await seen(town, "receptionist") == {mine, theirs}
    assert await seen(town, "handler") == {theirs}
    assert await seen(town, "county") == set()
    assert await seen(town, "plain") == set()
    assert await seen(town, "analyst") == set()
    assert await seen(town, "system") == {mine, theirs}


@pytest.mark.parametrize("name", ["bureaucrat", "officer"])
async def test_a_person_complained_of_does_not_reach_the_matter(town, name):
    matter = await put(town, handler_id=town.units["bureau"].id)
    assert matter in await seen(town, name)
    await Accused(matter_id=matter, account_id=town.actors[name].account_id, marked_at=NOW).save()
    assert await seen(town, name) == set()
    with pytest.raises(NotFound):
        await access.matter_for(town.ctx, town.actors[name], matter, access.READ)
    assert matter in await seen(town, "head")


async def test_a_unit_complained_of_is_everybody_in_it_and_below(town):
    matter = await put(town, handler_id=town.units["bureau"].id)
    assert await seen(town, "county") == {matter}
    await Accused(matter_id=matter, organisation_id=town.units["east"].id, marked_at=NOW).save()
    assert await seen(town, "county") == set()
    assert await seen(town, "bureaucrat") == set()
    assert await seen(town, "officer") == {matter}


async def test_a_role_held_in_the_unit_is_enough_to_be_kept_away(town):
    matter = await put(town)
    await town.add_person("lent", "office", "petitions.officer", "city")
    await town.hall.services.permissions.grant(
        town.actors["system"],
        "petitions.handler",
        town.units["bureau"].id,
        "unit",
        account_id=town.actors["lent"].account_id,
    )
    grants, allowed, denied = await town.hall.services.permissions.grants_of(town.actors["lent"].account_id)
    town.actors["lent"] = type(town.actors["lent"])(
        account_id=town.actors["lent"].account_id,
        organisation_id=town.units["office"].id,
        grants=grants,
        allowed=allowed,
        denied=denied,
    )
    assert await seen(town, "lent") == {matter}
    await Accused(matter_id=matter, organisation_id=town.units["bureau"].id, marked_at=NOW).save()
    assert await seen(town, "lent") == set()


async def test_whoever_is_recused_is_kept_away(town):
    matter = await put(town)
    await Recusal(matter_id=matter, account_id=town.actors["officer"].account_id, decided_at=NOW).save()
    assert await seen(town, "officer") == set()
    assert await seen(town, "head") == {matter}


async def test_a_whistle_blower_s_report_is_for_those_who_may_read_such(town):
    matter = await put(town, whistle=True)
    assert await seen(town, "officer") == set()
    assert await seen(town, "head") == {matter}


async def test_an_act_asks_for_its_permission_and_for_the_newest_state(town):
    matter = await put(town)
    with pytest.raises(Forbidden):
        await access.matter_for(town.ctx, town.actors["receptionist"], matter, access.DECIDE)
    with pytest.raises(NotFound):
        await access.matter_for(town.ctx, town.actors["county"], matter, access.DECIDE)
    with pytest.raises(Conflict):
        await access.matter_for(town.ctx, town.actors["officer"], matter, access.DECIDE, version=7)
    assert (await access.matter_for(town.ctx, town.actors["officer"], matter, access.DECIDE, version=1))["id"] == matter
