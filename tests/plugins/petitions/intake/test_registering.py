"""One door: what comes in is registered once, complete, sealed, and with every mistake at its field."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec import structs

from huitang_petitions.services import codes
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Person
from huitang_sdk.codes import parse_code
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.errors import Forbidden, Invalid
from tests.plugins.petitions.intake.letters import ADDRESS, BODY, NAME, PHONE, SUBJECT, intake


async def test_a_matter_is_registered_with_people_events_limits_and_an_audit_record(town):
    done = await register(town.ctx, town.actors["receptionist"], intake())
    (matter,) = await town.fetch("SELECT * FROM petitions.matter")
    assert (matter["id"], matter["number"]) == (done.id, done.number)
    assert matter["organisation_id"] == town.units["office"].id
    assert matter["code_hash"] == codes.hash_of(town.ctx, parse_code(done.code))
    assert town.ctx.personal.unseal("matter.body", done.id, matter["body"]) == BODY
    (person,) = await town.fetch("SELECT * FROM petitions.petitioner")
    clear = [town.ctx.personal.unseal(f"petitioner.{c}", person["id"], person[c]) for c in ("name", "phone", "address")]
    assert clear == [NAME, PHONE, ADDRESS]
    assert person["phone_index"] in town.ctx.personal.matches("petitioner.phone", "+86 138-0000-1234")
    events = await town.fetch("SELECT kind, shown FROM petitions.event ORDER BY kind")
    assert [(event["kind"], event["shown"]) for event in events] == [("received", True), ("registered", True)]
    limits = await town.fetch("SELECT * FROM petitions.deadline WHERE duty AND state = 'running' ORDER BY due")
    assert matter["due"] == limits[0]["due"]
    assert matter["due_limit"] == limits[0]["limit_id"]
    (record,) = await town.fetch("SELECT * FROM kernel.audit_record WHERE action = 'petitions.matter.registered'")
    assert NAME not in str(record)
    assert PHONE not in str(record)
    assert SUBJECT not in str(record)


async def test_a_row_that_was_left_empty_is_nobody(town):
    rows = (Person(name=NAME, phone=PHONE), Person(), Person())
    await register(town.ctx, town.actors["receptionist"], intake(persons=rows))
    assert await town.one("SELECT people FROM petitions.matter") == 1
    assert await town.one("SELECT count(*) FROM petitions.party") == 1


async def test_limits_are_what_the_clock_makes_of_the_same_events(town):
    from huitang_petitions.services import limits

    received = town.ctx.clock.now() - timedelta(days=9)
    done = await register(town.ctx, SYSTEM, intake(kind="appeal", received_at=received))
    fields = "limit_id, round, organ, state, starts, due, ended_on, mark, duty, yellow_on, red_on"
    query = f"SELECT {fields} FROM petitions.deadline ORDER BY limit_id, round, organ"
    copied = "SELECT id, organisation_id, kind, received_at, due, due_limit, mark FROM petitions.matter"
    first, (matter,) = await town.fetch(query), await town.fetch(copied)
    async with town.ctx.db.write(SYSTEM) as write:
        await limits.renew(town.ctx, matter)
        await write.audit("petitions.test.renewed", limits.REF)
    assert first == await town.fetch(query)
    assert first
    assert [matter] == await town.fetch(copied)
    assert done.number.startswith(str(received.year))


async def test_the_same_form_is_registered_once_and_gives_the_same_code(town):
    one = await register(town.ctx, SYSTEM, intake(key="desk:a"))
    two = await register(town.ctx, SYSTEM, intake(key="desk:a"))
    assert structs.replace(two, repeated="") == one
    assert two.repeated == "same"
    three = await register(town.ctx, SYSTEM, intake(key="desk:a", body="另一件事"))
    assert (three.code, three.repeated) == (one.code, "different")
    for table, rows in (("matter", 1), ("petitioner", 1), ("party", 1), ("event", 2)):
        assert await town.one(f"SELECT count(*) FROM petitions.{table}") == rows


async def test_a_double_click_at_one_instant_registers_once(town):
    done = await asyncio.gather(*(register(town.ctx, SYSTEM, intake(key="desk:b")) for _click in range(5)))
    assert len({(one.id, one.number, one.code) for one in done}) == 1
    assert sorted(one.repeated for one in done) == ["", "same", "same", "same", "same"]
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_different_forms_have_different_codes(town):
    done = [await register(town.ctx, SYSTEM, intake()) for _number in range(3)]
    assert len({one.code for one in done}) == len({one.number for one in done}) == 3


async def test_staff_register_for_their_own_office_only(town):
    with pytest.raises(Forbidden):
        await register(town.ctx, town.actors["handler"], intake())
    with pytest.raises(Forbidden):
        await register(town.ctx, town.actors["receptionist"], intake(organisation_id=town.units["east"].id))
    with pytest.raises(Forbidden):
        await register(town.ctx, town.actors["plain"], intake())


async def test_what_residents_send_goes_to_the_office_of_the_settings(open_hall, town):
    named = structs.replace(town.ctx, settings=structs.replace(town.ctx.settings, office=town.units["office"].name))
    await register(named, ANONYMOUS, intake(channel="web"))
    assert await town.one("SELECT organisation_id FROM petitions.matter") == town.units["office"].id


async def test_a_report_in_confidence_leaves_no_trace_of_its_author(town):
    actor = structs.replace(town.actors["officer"], address="10.1.2.3", request_id="r-1")
    done = await register(town.ctx, actor, intake(channel="web", persons=(), whistle=True))
    (record,) = await town.fetch("SELECT * FROM kernel.audit_record WHERE action = 'petitions.matter.registered'")
    assert (record["actor_id"], record["address"], record["request_id"]) == (None, "", "")
    (matter,) = await town.fetch("SELECT * FROM petitions.matter WHERE id = $1", done.id)
    assert matter["whistle"]
    assert matter["anonymous"]
    assert matter["registered_by"] is None
    assert await town.fetch("SELECT 1 FROM petitions.petitioner") == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"subject": " "}, {"subject"}),
        ({"subject": "", "body": "", "persons": ()}, {"subject", "body", "persons"}),
        ({"channel": "letter", "body": ""}, {"body"}),
        ({"channel": "transferred"}, {"came_from"}),
        ({"channel": "pigeon"}, {"channel"}),
        ({"kind": "gossip"}, {"kind"}),
        ({"people": 1, "persons": (Person(name="甲"), Person(name="乙"))}, {"people"}),
        ({"persons": (Person(name="甲", phone="12"), Person(name="乙", id_number="110105194912310021"))},
         {"persons.0.phone", "persons.1.id_number"}),
        ({"anonymous": True}, {"anonymous"}),
        ({"body": "a\0b"}, {"body"}),
        ({"channel": "visit", "people": 9}, {"representatives"}),
    ],
)  # fmt: skip
async def test_every_mistake_is_told_at_its_field(town, changes, fields):
    with pytest.raises(Invalid) as caught:
        await register(town.ctx, SYSTEM, intake(**changes))
    assert set(caught.value.fields) == fields
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0


def come(count: int) -> tuple[Person, ...]:
    return tuple(Person(name=f"代表{number}", role="representative") for number in range(count))


async def test_at_most_five_representatives_come_for_a_joint_matter(town):
    with pytest.raises(Invalid) as caught:
        await register(town.ctx, SYSTEM, intake(channel="visit", people=40, persons=come(6)))
    assert set(caught.value.fields) == {"representatives"}
    signed = tuple(Person(name=f"居民{number}") for number in range(40))
    done = await register(town.ctx, SYSTEM, intake(channel="visit", persons=(*come(5), *signed)))
    (matter,) = await town.fetch("SELECT people FROM petitions.matter WHERE id = $1", done.id)
    roles = await town.fetch("SELECT role, count(*) AS n FROM petitions.party GROUP BY role ORDER BY role")
    assert matter["people"] == 45
    assert [(row["role"], row["n"]) for row in roles] == [("petitioner", 40), ("representative", 5)]
