"""Whoever is complained of by a letter's own words is kept away before anybody is told of it, on every channel."""

from __future__ import annotations

from typing import Any

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import codes, steps
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import names_in
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid
from tests.plugins.petitions.intake.letters import BODY, SUBJECT, form, intake
from tests.plugins.petitions.register.matters import at, reads
from tests.town import PASSWORD

TODOS = "SELECT assignee_id FROM notifications.todo WHERE closed_at IS NULL"
OFFICER, NOBODY, BUREAU = "officer员", "某某局长", "望月县住建局"
ALL = f"{OFFICER}、{NOBODY}\n{BUREAU}"


async def marks(town) -> set[tuple[Any, Any]]:
    rows = await town.fetch("SELECT account_id, organisation_id FROM petitions.accused")
    return {(row["account_id"], row["organisation_id"]) for row in rows}


async def told_of(town, matter) -> set[str]:
    """Who has a to-do once the event of the registration was delivered."""
    await steps.begin(town.ctx, [(MatterRegistered(matter_id=matter, channel="web"), Delivery(new_id(), 1, None))])
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {names[row["assignee_id"]] for row in await town.fetch(TODOS)}


async def by_page(town, address: str, name: str, **more: str) -> None:
    client = await town.sign_in(name)
    answer = await client.post(address, data=await form(client, address, accused=ALL, **more))
    assert answer.status_code == 200, answer.text


async def written(town) -> None:
    await by_page(town, "/petitions/write", "")


async def entered_at_the_desk(town) -> None:
    await by_page(town, "/petitions/desk", "receptionist", channel="phone")


async def sent_by_api(town) -> None:
    client, token = await town.sign_in(""), codes.new_token(town.ctx)
    letter = {"token": token, "subject": SUBJECT, "body": BODY, "anonymous": True, "accused": list(names_in(ALL))}
    assert (await client.post("/api/petitions/letters", json=letter)).status_code == 201


async def registered_by_api(town) -> None:
    client = await town.sign_in("receptionist")
    matter = {"key": "other-system:1", "channel": "letter", "subject": SUBJECT, "body": BODY, "anonymous": True}
    answer = await client.post("/api/petitions/matters", json=matter | {"accused": list(names_in(ALL))})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("comes", [written, entered_at_the_desk, sent_by_api, registered_by_api])
async def test_whoever_is_named_is_kept_away_from_the_first_moment(town, comes):
    at(town)
    await comes(town)
    matter = await town.one("SELECT id FROM petitions.matter")
    officer, bureau = town.actors["officer"].account_id, town.units["bureau"].id
    assert await marks(town) == {(officer, None), (None, bureau), (None, None)}
    names = await town.fetch("SELECT name FROM petitions.accused")
    assert not any(word.encode() in row["name"] for row in names for word in (OFFICER, NOBODY, BUREAU))
    assert await told_of(town, matter) == {"head"}
    assert (await reads(town, "officer", matter), await reads(town, "head", matter)) == (False, True)
    page = (await (await town.sign_in("head")).get(f"/petitions/matters/{matter}/way")).text
    assert "仅为姓名" in page.split(NOBODY)[1].split("</li>")[0]
    assert page.count("仅为姓名") == 1


async def test_a_whistle_blower_names_whoever_must_not_read_it(town):
    at(town)
    await by_page(town, "/petitions/report", "")
    (row,) = await town.fetch("SELECT id, whistle FROM petitions.matter")
    assert row["whistle"]
    assert (town.actors["officer"].account_id, None) in await marks(town)
    client = await town.sign_in("")
    await client.post("/petitions/report", data=await form(client, "/petitions/report", accused="head员"))
    report = await town.one("SELECT id FROM petitions.matter ORDER BY number DESC LIMIT 1")
    assert not await reads(town, "head", report)
    assert await reads(town, "head", row["id"])


async def test_all_who_have_the_name_are_kept_away_and_the_office_itself_is_a_name_only(town):
    at(town)
    await town.hall.services.identity.create_account(SYSTEM, "namesake", OFFICER, PASSWORD, town.units["east"].id)
    office = town.units["office"]
    city = town.units["city"].name
    came = intake(accused=(f" {OFFICER} ", office.name, city), organisation_id=office.id)
    done = await register(town.ctx, town.actors["receptionist"], came)
    found = await marks(town)
    assert len(found - {(None, None)}) == 2
    assert all(unit is None for _account, unit in found)
    assert await town.one("SELECT count(*) FROM petitions.accused") == 4
    assert not await reads(town, "officer", done.id)
    assert await reads(town, "head", done.id)


async def test_too_many_and_too_long_names_are_said_at_the_field(town):
    for wrong in (tuple(f"某{number}" for number in range(21)), ("某" * 101,), (" ",)):
        with pytest.raises(Invalid) as refused:
            await register(town.ctx, town.actors["receptionist"], intake(accused=wrong))
        assert set(refused.value.fields) == {"accused"}


async def test_a_form_with_other_names_is_another_form(town):
    at(town)
    receptionist = town.actors["receptionist"]
    first = await register(town.ctx, receptionist, intake(key="one", accused=(NOBODY,)))
    again = await register(town.ctx, receptionist, intake(key="one", accused=(NOBODY,)))
    other = await register(town.ctx, receptionist, intake(key="one"))
    assert (first.repeated, again.repeated, other.repeated) == ("", "same", "different")
    assert await town.one("SELECT count(*) FROM petitions.accused") == 1
