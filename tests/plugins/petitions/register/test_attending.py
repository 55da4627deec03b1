"""Somebody is left who may look after a matter: in the office, above it, or an operator hears of it."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import attending, protecting, steps
from huitang_petitions.services.registering import register
from huitang_petitions.tables import Recusal
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, reads, received

BOTH = ("officer员", "head员")
TODOS = "SELECT assignee_id, kind, title, url FROM notifications.todo WHERE closed_at IS NULL"


@pytest_asyncio.fixture
async def operated(town):
    """The town with two operators, one of whom is the officer."""
    at(town)
    await town.add_person("operator", "city", "permissions.operator", "city", "all")
    await town.hall.services.permissions.grant(
        SYSTEM, "permissions.operator", town.units["city"].id, "all", account_id=town.actors["officer"].account_id
    )
    return town


async def comes(town, **more):
    """A letter comes in by the web, and its event is delivered."""
    done = await register(town.ctx, SYSTEM, intake(channel="web", organisation_id=town.units["office"].id, **more))
    await steps.begin(town.ctx, [(MatterRegistered(matter_id=done.id, channel="web"), Delivery(new_id(), 1, None))])
    return done


async def lists(town, kind: str) -> set[str]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {names[row["assignee_id"]] for row in await town.fetch(TODOS) if row["kind"] == kind}


async def test_a_letter_about_everybody_in_the_office_goes_to_the_organisation_above(operated):
    town = operated
    await town.add_person("above", "city", "petitions.head", "city", "unit")
    done = await comes(town, accused=BOTH)
    assert await town.one("SELECT organisation_id FROM petitions.matter") == town.units["city"].id
    assert {name for name in ("officer", "head", "above") if await reads(town, name, done.id)} == {"above"}
    assert await lists(town, "petitions.to_decide") == {"above"}
    assert await lists(town, attending.UNATTENDED) == set()
    other = await comes(town, accused=BOTH[:1])
    offices = {row["id"]: row["organisation_id"] for row in await town.fetch("SELECT * FROM petitions.matter")}
    assert offices[other.id] == town.units["office"].id


async def test_where_nobody_is_left_operators_learn_the_number_alone(operated):
    town = operated
    done = await comes(town, accused=BOTH)
    assert await town.one("SELECT organisation_id FROM petitions.matter") == town.units["office"].id
    assert await lists(town, attending.UNATTENDED) == {"operator"}
    (todo,) = [row for row in await town.fetch(TODOS) if row["kind"] == attending.UNATTENDED]
    assert done.number in todo["title"]
    assert (str(done.id) in todo["url"], todo["url"]) == (False, "/permissions/grants")
    page = (await (await town.sign_in("operator")).get("/notifications/todos")).text
    assert done.number in page
    assert str(done.id) not in page
    assert done.number not in (await (await town.sign_in("officer")).get("/notifications/todos")).text
    assert (await attending.check(town.ctx)).ok
    await town.add_person("helper", "city", "petitions.head", "city")
    assert await attending.see_to(town.ctx) == 0
    assert await lists(town, attending.UNATTENDED) == set()
    assert await lists(town, "petitions.to_decide") == {"helper"}
    accused, _recused = await protecting.kept_away(town.ctx, town.actors["helper"], done.id)
    await protecting.acquit(town.ctx, town.actors["helper"], done.id, accused[0].id, "与此事无关")
    assert await reads(town, "officer", done.id)


async def test_a_report_goes_to_whoever_may_read_it(operated):
    town = operated
    await town.add_person("plainly", "city", "petitions.officer", "city", "unit")
    await comes(town, accused=("head员",), whistle=True, persons=(), anonymous=True)
    assert await town.one("SELECT organisation_id FROM petitions.matter") == town.units["office"].id
    assert await lists(town, attending.UNATTENDED) == {"operator", "officer"}
    await town.add_person("above", "city", "petitions.head", "city", "unit")
    second = await comes(town, accused=("head员",), whistle=True, persons=(), anonymous=True)
    found = {row["id"]: row["organisation_id"] for row in await town.fetch("SELECT * FROM petitions.matter")}
    assert found[second.id] == town.units["city"].id
    assert {name for name in town.actors if name != "system" and await reads(town, name, second.id)} == {"above"}


@pytest.mark.parametrize("way", ["accused", "recused", "switched off"])
async def test_the_last_one_may_go_later(operated, way):
    town = operated
    ctx = town.ctx
    matter, other = await received(town, ctx, 2)
    head, officer = town.actors["head"], town.actors["officer"]
    await protecting.accuse(ctx, head, matter, account_id=officer.account_id)
    assert await lists(town, attending.UNATTENDED) == set()
    if way == "accused":
        await protecting.accuse(ctx, head, matter, account_id=head.account_id)
    elif way == "recused":
        await protecting.recuse(ctx, head, matter, head.account_id, "信访人是亲属")
    else:
        await town.hall.services.identity.update_account(SYSTEM, head.account_id, is_active=False)
        assert await attending.see_to(ctx) == 1
    assert await lists(town, attending.UNATTENDED) == {"operator"}
    await ctx.db.execute("UPDATE petitions.matter SET state = 'closed' WHERE id = $1", matter)
    assert await attending.see_to(ctx) == 0
    assert await lists(town, attending.UNATTENDED) == set()
    assert await reads(town, "officer", other)


async def test_whoever_it_is_about_is_never_told_and_health_says_it_when_nobody_could_be(town):
    at(town)
    for name in ("officer", "head"):
        await town.hall.services.permissions.grant(
            SYSTEM, "permissions.operator", town.units["city"].id, "all", account_id=town.actors[name].account_id
        )
    done = await comes(town, accused=BOTH)
    assert await lists(town, attending.UNATTENDED) == set()
    answer = await attending.check(town.ctx)
    assert not answer.ok
    assert done.number not in answer.message + answer.remedy
    await town.add_person("operator", "city", "permissions.operator", "city", "all")
    assert await attending.see_to(town.ctx) == 1
    assert await lists(town, attending.UNATTENDED) == {"operator"}
    assert (await attending.check(town.ctx)).ok


async def test_seen_to_by_several_processes_at_once_it_is_noted_once(operated):
    town = operated
    ctx = town.ctx
    matters = await received(town, ctx, 3)
    for one in matters:
        for name in ("officer", "head"):
            await Recusal(matter_id=one, account_id=town.actors[name].account_id, decided_at=ctx.clock.now()).save()
    noted = "SELECT count(*) FROM kernel.audit_record WHERE action = $1"
    assert await asyncio.gather(*(attending.see_to(ctx) for _one in range(6))) == [3] * 6
    assert await lists(town, attending.UNATTENDED) == {"operator"}
    assert await town.one(noted, "petitions.matter.unattended") == 3
    await ctx.db.execute("DELETE FROM petitions.recusal")
    assert await asyncio.gather(*(attending.see_to(ctx) for _one in range(6))) == [0] * 6
    assert await lists(town, attending.UNATTENDED) == set()
    assert await town.one(noted, "petitions.matter.attended") == 3
