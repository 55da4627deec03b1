"""An organ's objection counts from the day it sent the matter back, whenever somebody puts it on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.services.merging import join
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import TIMEZONE
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at
from tests.plugins.petitions.register.test_steps import state

LIMIT = "SELECT state, ended_on FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'object'"


async def assigned(town):
    ctx, clock = at(town)
    matter = (await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id))).id
    clock.forward(minutes=1)
    await take(ctx, town.actors["officer"], matter, "assign", Wanted(organisation_id=town.units["committee"].id))
    return ctx, clock, matter


async def test_a_letter_of_the_third_day_is_in_time_when_it_is_put_on_record_on_the_twelfth(town):
    ctx, clock, matter = await assigned(town)
    sent = clock.today() + timedelta(days=3)
    clock.forward(days=12)
    await take(ctx, town.actors["officer"], matter, "object", Wanted(note="属住建局职责", asked_on=sent))
    assert await state(town, matter) == "objected"
    assert await town.fetch(LIMIT, matter) == [{"state": "met", "ended_on": sent}]
    audited = "SELECT detail::text FROM kernel.audit_record WHERE action = 'petitions.matter.objected'"
    assert str(sent) in await town.one(audited)


async def test_without_a_day_it_is_today_and_late(town):
    ctx, clock, matter = await assigned(town)
    clock.forward(days=12)
    await take(ctx, town.actors["handler"], matter, "object", Wanted(note="属住建局职责"))
    (limit,) = await town.fetch(LIMIT, matter)
    assert limit["state"] != "met"


@pytest.mark.parametrize("days", [-1, 13])
async def test_no_day_before_the_transfer_and_none_to_come(town, days):
    ctx, clock, matter = await assigned(town)
    day = clock.today() + timedelta(days=days)
    clock.forward(days=12)
    with pytest.raises(Invalid) as refused:
        await take(ctx, town.actors["officer"], matter, "object", Wanted(note="不属", asked_on=day))
    assert set(refused.value.fields) == {"asked_on"}
    assert await state(town, matter) == "assigned"


async def test_another_organ_objects_on_a_day_after_it_was_given_the_matter(town):
    ctx, clock, matter = await assigned(town)
    officer, first = town.actors["officer"], clock.today()
    clock.forward(days=1)
    await take(ctx, officer, matter, "object", Wanted(note="不属"))
    clock.forward(days=1)
    await take(ctx, officer, matter, "take_back", Wanted())
    clock.forward(days=1)
    await take(ctx, officer, matter, "assign", Wanted(organisation_id=town.units["bureau"].id))
    clock.forward(days=5)
    with pytest.raises(Invalid):
        await take(ctx, officer, matter, "object", Wanted(note="也不属", asked_on=first + timedelta(days=2)))
    await take(ctx, officer, matter, "object", Wanted(note="也不属", asked_on=first + timedelta(days=4)))
    assert await state(town, matter) == "objected"


async def test_a_matter_that_joined_after_that_day_has_the_objection_when_it_is_put_on_record(town):
    ctx, clock, matter = await assigned(town)
    officer = town.actors["officer"]
    sent = clock.today() + timedelta(days=2)
    clock.forward(days=4)
    other = (await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id, key="later"))).id
    await join(ctx, officer, other, matter)
    clock.forward(days=1)
    await take(ctx, officer, matter, "object", Wanted(note="属住建局职责", asked_on=sent))
    objected = "SELECT at FROM petitions.event WHERE matter_id = $1 AND kind = 'objected'"
    (first,), (second,) = await town.fetch(objected, matter), await town.fetch(objected, other)
    assert first["at"].astimezone(TIMEZONE).date() == sent
    assert second["at"] == clock.now()


async def test_the_day_is_given_by_form_and_by_api(town):
    _ctx, clock, matter = await assigned(town)
    sent = clock.today() + timedelta(days=1)
    clock.forward(days=12)
    client = await town.sign_in("officer")
    address = f"/petitions/matters/{matter}/way"
    assert 'id="object-asked_on"' in (await client.get(address)).text
    form = {"step_id": "object", "note": "不属", "asked_on": str(clock.today() + timedelta(days=1))}
    wrong = await client.post(f"{address}/steps/object", data=form)
    assert (wrong.status_code, "object-asked_on-error" in wrong.text) == (422, True)
    body = {"step": "object", "note": "不属", "asked_on": str(sent)}
    assert (await client.post(f"/api/petitions/matters/{matter}/steps", json=body)).status_code == 200
    assert (await town.fetch(LIMIT, matter))[0]["ended_on"] == sent
