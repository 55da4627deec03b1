"""A telephone number that was given to somebody else does not open the letters of whoever had it before."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio

from huitang_kernel.identity.testing import sign_in_resident
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.services import codes
from tests.kernel.identity.people import identity_settings
from tests.kernel.identity.residents import Town as Residents
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.intake.letters import SUBJECT, code_in, form
from tests.town import settle

PHONE, OTHER = "13800000001", "13800000002"
MINE = "/petitions/mine"
HINT = "此前的信件须凭查询码打开"
AGE = (
    "UPDATE identity.resident SET signed_in_at = signed_in_at - $1::interval, held_since = held_since - $1::interval",
    "UPDATE petitions.petitioner SET created_at = created_at - $1::interval",
    "UPDATE petitions.proven SET proven_at = proven_at - $1::interval",
)


@pytest_asyncio.fixture
async def town(open_hall):
    """The town, where a number may be sent one code after another."""
    often = identity_settings(resident_code_pause_seconds=0)
    return await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, plugins=often)


async def writes(town, phone: str):
    """Somebody signs in and writes: (browser, id of the matter, code)."""
    client = await town.sign_in("")
    await sign_in_resident(town.hall, client, phone)
    answer = await client.post("/petitions/write", data=await form(client))
    assert answer.status_code == 200, answer.text
    (row,) = await town.fetch("SELECT id FROM petitions.matter ORDER BY number DESC LIMIT 1")
    return client, row["id"], code_in(answer.text)


async def signs_in_after(town, days: int):
    """So many days go by, and somebody signs in with a code that is sent to the phone: his or her browser."""
    for sql in AGE:
        await town.hall.core.database.execute(sql, timedelta(days=days))
    town.hall.services.identity.residents.sessions.forget()
    client = await town.sign_in("")
    assert (await Residents(town.hall).enter(client, PHONE)).status_code == 303
    return client


async def passes_on(town):
    """The number is somebody else's."""
    return await signs_in_after(town, 200)


async def test_letters_of_before_show_number_day_and_state_alone(town):
    _first, matter, _code = await writes(town, PHONE)
    number = await town.one("SELECT number FROM petitions.matter")
    second = await passes_on(town)
    page = (await second.get(MINE)).text
    assert number in page
    assert HINT in page
    assert SUBJECT not in page
    assert str(matter) not in page
    refused = await second.post(f"{MINE}/{matter}", follow_redirects=True)
    assert refused.status_code == 403
    assert SUBJECT not in refused.text
    assert not second.cookies.get("huitang_matter")


async def test_the_code_opens_a_letter_once_and_for_all(town):
    _first, matter, code = await writes(town, PHONE)
    second = await passes_on(town)
    assert (await second.post(f"{MINE}/code", data={"code": code})).status_code == 303
    page = (await second.get(MINE)).text
    assert SUBJECT in page
    assert HINT not in page
    opened = await second.post(f"{MINE}/{matter}", follow_redirects=True)
    assert opened.status_code == 200
    third = await passes_on(town)  # and again somebody else: what the one before has proven does not count
    assert SUBJECT not in (await third.get(MINE)).text
    assert (await third.post(f"{MINE}/{matter}")).status_code == 403


async def test_what_is_written_from_then_on_needs_no_code(town):
    await writes(town, PHONE)
    second = await passes_on(town)
    await second.post("/petitions/write", data=await form(second, subject="新的来信"))
    page = (await second.get(MINE)).text
    assert "新的来信" in page
    assert SUBJECT not in page
    assert page.count('action="/petitions/mine/') == 2  # of the code, and of the new letter


async def test_a_code_of_anothers_letter_is_as_wrong_as_one_of_nobodys(town, monkeypatch):
    await writes(town, PHONE)
    _other, _matter, theirs = await writes(town, OTHER)
    second = await passes_on(town)
    nobodys = codes.code_of(town.ctx, "nobody's")
    database = town.hall.core.database
    answers, asked = [], []
    fetch = database.fetch

    async def watched(sql, *values):
        if "petitions." in sql:  # sessions are read from memory most of the time
            asked.append(sql)
        return await fetch(sql, *values)

    monkeypatch.setattr(database, "fetch", watched)
    for code in (theirs, nobodys):
        asked.clear()
        answer = await second.post(f"{MINE}/code", data={"code": code})
        answers.append((answer.status_code, re.sub(rf'{code}|value="[^"]*"', "", answer.text), list(asked)))
    assert answers[0][0] == 422
    assert answers[0][1:] == answers[1][1:]
    assert "没有使用该查询码的" in answers[0][1]
    slip = await second.post(f"{MINE}/code", data={"code": "7K3M"})
    assert slip.status_code == 422
    assert await town.fetch("SELECT id FROM petitions.proven") == []


async def test_how_often_one_may_try_is_limited_as_for_everybody(town):
    await writes(town, PHONE)
    second = await passes_on(town)
    limit, nobodys = town.ctx.settings.look_ups_per_minute, codes.code_of(town.ctx, "nobody's")
    for _try in range(limit):
        assert (await second.post(f"{MINE}/code", data={"code": nobodys})).status_code == 422
    answer = await second.post(f"{MINE}/code", data={"code": nobodys})
    assert answer.status_code == 429


@pytest.mark.parametrize(("days", "is_theirs"), [(89, True), (91, False)])
async def test_only_a_long_silence_takes_letters_away(town, days, is_theirs):
    client, _matter, _code = await writes(town, PHONE)
    fresh = await signs_in_after(town, days)
    assert (SUBJECT in (await fresh.get(MINE)).text) is is_theirs
    assert (await client.get(MINE)).status_code == (200 if is_theirs else 303)  # nobody shares the other's session
