"""Whoever is complained of or recused loses the matter at once, and it never goes into their hands."""

from __future__ import annotations

import pytest

from huitang_petitions.events import MatterSupplemented
from huitang_petitions.services import access, alerting, protecting, supervision
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.register.matters import at, reads, received
from tests.plugins.petitions.register.test_way import opened
from tests.town import PASSWORD

TODOS = "SELECT assignee_id FROM notifications.todo WHERE closed_at IS NULL"


async def on_lists(town) -> set[str]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {names[row["assignee_id"]] for row in await town.fetch(TODOS)}


async def test_a_unit_complained_of_does_not_get_the_matter(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    officer, east = town.actors["officer"], town.units["east"].id
    await protecting.accuse(ctx, officer, matter, organisation_id=east)
    for unit in ("east", "bureau"):
        with pytest.raises(Invalid) as refused:
            await take(ctx, officer, matter, "assign", Wanted(organisation_id=town.units[unit].id))
        assert "organisation" in refused.value.fields
    await take(ctx, officer, matter, "assign", Wanted(organisation_id=town.units["committee"].id))
    assert await on_lists(town) & {"county", "bureaucrat"} == set()


async def test_whoever_has_it_in_hand_gives_it_away_before_they_are_marked(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "assign", Wanted(organisation_id=town.units["bureau"].id))
    for unit in ("bureau", "east", "city"):
        with pytest.raises(Conflict):
            await protecting.accuse(ctx, officer, matter, organisation_id=town.units[unit].id)
    with pytest.raises(Invalid):
        await protecting.accuse(ctx, officer, matter, name=" ")
    with pytest.raises(Forbidden):
        await protecting.accuse(ctx, town.actors["receptionist"], matter, name="某某")


async def test_a_person_complained_of_loses_to_dos_and_notices_nothing(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    officer, head = town.actors["officer"], town.actors["head"]
    await take(ctx, officer, matter, "assign", Wanted(organisation_id=town.units["committee"].id))
    await supervision.act(ctx, town.actors["supervisor"], matter, "urge", "请尽快办理")
    assert "handler" in await on_lists(town)
    accused = await protecting.accuse(ctx, head, matter, account_id=town.actors["handler"].account_id)
    assert "handler" not in await on_lists(town)
    with pytest.raises(NotFound):
        await access.matter_for(ctx, town.actors["handler"], matter, access.READ)
    shown, _recused = await protecting.kept_away(ctx, head, matter)
    assert [one.name for one in shown] == [town.actors["handler"].name]
    assert await protecting.kept_away(ctx, town.actors["receptionist"], matter) == ([], [])
    with pytest.raises(Invalid):
        await protecting.acquit(ctx, head, matter, accused, " ")
    await protecting.acquit(ctx, head, matter, accused, "同名，核实有误")
    await access.matter_for(ctx, town.actors["handler"], matter, access.READ)
    kept = await town.fetch(
        "SELECT detail::text AS detail, reason FROM kernel.audit_record WHERE action LIKE 'petitions.%'"
    )
    assert not any(town.actors["handler"].name in row["detail"] for row in kept)


async def unread(town, name: str) -> int:
    reading = town.hall.services.notifications.reading
    return (await reading.counts(town.actors[name].account_id, [])).notices


async def test_what_somebody_was_told_goes_with_the_matter(town):
    """Also what went out before: its number and that its petitioner wrote say enough."""
    ctx, _clock = at(town)
    matter, other = await received(town, ctx, 2)
    officer, head, handler = (town.actors[name] for name in ("officer", "head", "handler"))
    for one in (matter, other):
        await take(ctx, officer, one, "assign", Wanted(organisation_id=town.units["committee"].id))
        await alerting.on_supplement(ctx, MatterSupplemented(one), Delivery(new_id(), 1, None))
    assert await unread(town, "handler") == 2
    await protecting.accuse(ctx, head, matter, account_id=handler.account_id)
    assert await unread(town, "handler") == 1
    client = await town.sign_in("handler")
    page = (await client.get("/notifications/")).text
    assert str(other) in page
    assert str(matter) not in page


async def test_everybody_may_stay_away_by_themselves_and_others_by_decision(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    receptionist, officer, head = (town.actors[name] for name in ("receptionist", "officer", "head"))
    with pytest.raises(Invalid):
        await protecting.recuse(ctx, receptionist, matter, receptionist.account_id, "")
    await protecting.recuse(ctx, receptionist, matter, receptionist.account_id, "信访人是亲属")
    with pytest.raises(NotFound):
        await access.matter_for(ctx, receptionist, matter, access.READ)
    with pytest.raises(Forbidden):
        await protecting.recuse(ctx, town.actors["supervisor"], matter, officer.account_id, "利益冲突")
    await protecting.recuse(ctx, head, matter, officer.account_id, "利益冲突")
    with pytest.raises(Conflict):
        await protecting.recuse(ctx, head, matter, officer.account_id, "利益冲突")
    with pytest.raises(NotFound):
        await take(ctx, officer, matter, "accept", Wanted())
    _accused, recused = await protecting.kept_away(ctx, head, matter)
    assert [one.reason for one in recused] == ["信访人是亲属", "利益冲突"]


async def test_somebody_is_marked_by_the_name_that_everybody_knows_them_by(town):
    page, matter = await opened(town)
    head = await town.sign_in("head")
    assert await reads(town, "receptionist", matter)
    assert (await head.post(f"{page}/accused", data={"accused": "receptionist 员"})).status_code == 303
    assert not await reads(town, "receptionist", matter)
    assert "仅为姓名" not in (await head.get(page)).text
    assert (await head.post(f"{page}/accused", data={"accused": "某某局长"})).status_code == 303
    shown = (await head.get(page)).text
    assert "仅为姓名：未使任何人回避" in shown.split("某某局长")[1].split("</li>")[0]
    assert shown.count("仅为姓名：未使任何人回避") == 1
    assert "receptionist (云江市人大常委会信访办)" in shown
    assert (await head.post(f"{page}/accused", data={"accused": "望月县住建局"})).status_code == 303
    marked = await town.fetch("SELECT organisation_id FROM petitions.accused WHERE organisation_id IS NOT NULL")
    assert [row["organisation_id"] for row in marked] == [town.units["bureau"].id]


async def test_of_several_people_with_one_name_somebody_chooses(town):
    page, _matter = await opened(town)
    identity = town.hall.services.identity
    namesake = await identity.create_account(SYSTEM, "namesake", "receptionist员", PASSWORD, town.units["east"].id)
    head = await town.sign_in("head")
    refused = await head.post(f"{page}/accused", data={"accused": "receptionist员"})
    assert refused.status_code == 422
    for known_as in ("receptionist (云江市人大常委会信访办)", "namesake (望月县)"):
        assert known_as in refused.text
    assert await town.fetch("SELECT id FROM petitions.accused") == []
    assert (await head.post(f"{page}/accused", data={"accused": "namesake"})).status_code == 303
    assert await town.one("SELECT account_id FROM petitions.accused") == namesake.id
