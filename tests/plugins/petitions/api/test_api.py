"""What other systems of the house do with the API: register once, read masked, page without a gap, take steps."""

from __future__ import annotations

from typing import Any

from huitang_kernel.testing import client_of
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.services.registering import register
from huitang_sdk.codes import new_code
from huitang_sdk.contracts import NewDevice
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.intake.letters import BODY, ID_NUMBER, NAME, PHONE, SUBJECT, intake
from tests.plugins.petitions.register.matters import at, received
from tests.town import settle

MATTERS = "/api/petitions/matters"


def call(**changes: Any) -> dict[str, Any]:
    """A call that the hotline took."""
    person = {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER}
    body = {"key": "hotline-2026-000123", "channel": "phone", "subject": SUBJECT, "body": BODY, "persons": [person]}
    return body | changes


async def system(town: Any, role: str = "petitions.receptionist", unit: str = "office") -> Any:
    """Another system, enrolled as a device with a role."""
    office = town.units[unit].id
    (invited,) = await town.ctx.devices.invite([NewDevice("热线", "机房", role)], organisation_id=office, actor=SYSTEM)
    client = client_of(town.hall)
    answer = await client.post("/api/identity/devices/enrol", json={"code": invited.code})
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


async def test_a_system_registers_each_call_once_and_nobody_elses_key_is_the_same(town):
    office = str(town.units["office"].id)
    hotline, other = await system(town), await system(town)
    first = await hotline.post(MATTERS, json=call(organisation_id=office))
    assert first.status_code == 201, first.text
    again = await hotline.post(MATTERS, json=call(organisation_id=office))
    assert again.json() == first.json() | {"repeated": True}
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1
    changed = await hotline.post(MATTERS, json=call(organisation_id=office, body="另一件事"))
    assert (changed.status_code, changed.json()["type"]) == (409, "urn:huitang:problem:conflict")
    assert first.json()["code"] not in changed.text
    same_key = await other.post(MATTERS, json=call(organisation_id=office))
    assert same_key.json()["code"] != first.json()["code"]
    assert not same_key.json()["repeated"]


async def test_mistakes_stand_at_their_fields(town):
    client = await town.sign_in("receptionist")
    client.headers["Accept-Language"] = "en"
    wrong = await client.post(
        MATTERS, json=call(persons=[{"name": NAME, "phone": "x"}], received_at="2099-01-01T00:00:00Z")
    )
    assert wrong.status_code == 422
    assert wrong.headers["content-type"] == "application/problem+json"
    assert set(wrong.json()["fields"]) == {"persons.0.phone", "received_at"}
    for body in (call(received_at="0001-01-01T00:00:00+14:00"), call(organisation_id=str(new_id()))):
        assert (await client.post(MATTERS, json=body)).status_code in (403, 422)
    misspelt = await client.post(MATTERS, json=call(reported_at="2026-01-01T00:00:00Z"))
    assert misspelt.status_code == 400
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0


async def test_one_matter_is_masked_and_carries_its_limits_with_their_articles(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id, kind="appeal"))
    client = await town.sign_in("head")
    matter = await client.get(f"{MATTERS}/{done.id}")
    assert matter.status_code == 200
    for private in (NAME, PHONE, ID_NUMBER):
        assert private not in matter.text
    found = matter.json()
    assert found["parties"][0]["name"] == "王**"
    assert found["subject"] == SUBJECT
    assert {fact["kind"] for fact in found["facts"]} == {"registered", "received"}
    (tell,) = [limit for limit in found["limits"] if limit["id"] == "tell"]
    assert tell["article"]
    assert {step["step"] for step in found["steps"]} >= {"accept", "refuse", "assign"}
    listed = (await client.get(MATTERS, params={"kind": "appeal"})).json()
    assert [line["number"] for line in listed["lines"]] == [done.number]
    assert listed["lines"][0]["petitioner"] == "王**"
    assert (await (await town.sign_in("county")).get(f"{MATTERS}/{done.id}")).status_code == 404


async def test_pages_follow_one_another_without_gap_or_repeat(town):
    ctx, clock = at(town)
    for _day in range(4):
        for _number in range(3):
            await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
        clock.forward(days=1)
    client = await town.sign_in("officer")
    seen, after, pages = [], "", 0
    while pages == 0 or after:
        answer = await client.get(MATTERS, params={"size": 5, "after": after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [line["id"] for line in page["lines"]]
        after, pages = page["after"], pages + 1
    assert (len(seen), len(set(seen)), pages) == (12, 12, 3)
    for nonsense in ("x", "bm9uc2Vuc2U"):
        wrong = await client.get(MATTERS, params={"after": nonsense})
        assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"after"})
    one_day = await client.get(MATTERS, params={"since": "2026-03-03", "until": "2026-03-03"})
    assert one_day.json()["total"] == 3


async def test_steps_are_taken_on_the_state_they_were_decided_on(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id, kind="appeal"))
    client = await town.sign_in("officer")
    version = (await client.get(f"{MATTERS}/{done.id}")).json()["version"]
    step = {"step": "accept", "version": version}
    assert (await client.post(f"{MATTERS}/{done.id}/notes", json={"kind": "told"})).status_code == 204
    moved = await client.post(f"{MATTERS}/{done.id}/steps", json=step)
    assert (moved.status_code, moved.json()["state"]) == (200, "handling")
    stale = await client.post(
        f"{MATTERS}/{done.id}/steps", json={"step": "answer", "version": version, "words": "样例"}
    )
    assert stale.status_code == 409
    no_reason = await client.post(f"{MATTERS}/{done.id}/steps", json={"step": "close"})
    assert (no_reason.status_code, set(no_reason.json()["fields"])) == (422, {"note"})
    facts = (await client.get(f"{MATTERS}/{done.id}")).json()["facts"]
    assert {fact["kind"] for fact in facts} == {"received", "registered", "told", "accepted"}


async def test_a_resident_sends_a_letter_once_and_looks_it_up(town):
    client = await town.sign_in("")
    token = (await client.get("/api/petitions/letters/token")).json()["token"]
    letter = {"token": token, "subject": SUBJECT, "body": BODY, "person": {"name": NAME, "phone": PHONE}}
    sent = await client.post("/api/petitions/letters", json=letter)
    assert sent.status_code == 201, sent.text
    assert (await client.post("/api/petitions/letters", json=letter)).json() == sent.json()
    other = await client.post("/api/petitions/letters", json=letter | {"body": "别的事"})
    assert other.status_code == 409
    assert sent.json()["number"] not in other.text
    guessed = await client.post("/api/petitions/letters", json=letter | {"token": "1"})
    assert (guessed.status_code, set(guessed.json()["fields"])) == (422, {"token"})
    nameless = await client.post("/api/petitions/letters", json=letter | {"person": {}})
    assert set(nameless.json()["fields"]) == {"persons.0.name"}
    found = await client.post("/api/petitions/look-ups", json={"code": sent.json()["code"]})
    letter_pass = found.json()["letter_pass"]
    seen = (await client.get("/api/petitions/my-letter", headers={"Letter-Pass": letter_pass})).json()
    assert seen["number"] == sent.json()["number"]
    assert len(seen["facts"]) == 2
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_a_code_that_is_nobodys_gets_the_same_answer(town):
    client = await town.sign_in("")
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    codes = (done.code, new_code())
    hit, miss = [(await client.post("/api/petitions/look-ups", json={"code": code})) for code in codes]
    assert (hit.status_code, miss.status_code) == (200, 200)
    assert hit.headers.keys() == miss.headers.keys()
    assert len(hit.content) == len(miss.content)
    passes = [answer.json()["letter_pass"] for answer in (hit, miss)]
    opened = [await client.get("/api/petitions/my-letter", headers={"Letter-Pass": one}) for one in passes]
    assert [answer.status_code for answer in opened] == [200, 404]


async def test_residents_wait_after_too_many_letters_and_look_ups(open_hall):
    few = {"letters_per_hour": 2, "look_ups_per_minute": 2}
    town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, plugins={"petitions": few})
    client = await town.sign_in("")
    for path, body in (
        ("/api/petitions/letters", {"token": "x", "subject": SUBJECT, "body": BODY}),
        ("/api/petitions/look-ups", {"code": new_code()}),
    ):
        statuses = [(await client.post(path, json=body)).status_code for _try in range(3)]
        assert statuses[2] == 429
        assert 429 not in statuses[:2]
        assert int((await client.post(path, json=body)).headers["retry-after"]) > 0


async def test_the_board_and_the_situation_count_what_is_within_reach(town):
    ctx, clock = at(town)
    await received(town, ctx, 3, kind="appeal", category="urban")
    await town.fetch("UPDATE petitions.matter SET mark = 'late', due = $1", clock.today())
    clock.forward(days=7)
    head, county = await town.sign_in("head"), await town.sign_in("county")
    board = (await head.get("/api/petitions/board")).json()
    assert (board["total"], len(board["rows"])) == (3, 3)
    assert (await county.get("/api/petitions/board")).status_code == 403
    figures = (await head.get("/api/petitions/situation", params={"weeks": 4})).json()
    assert [(one["value"], one["count"]) for one in figures["figures"]] == [("urban", 3)]
    analyst = await town.sign_in("analyst")
    assert (await analyst.get("/api/petitions/situation", params={"by": "channel"})).json()["figures"][0]["count"] == 3
