"""Letters that come at one moment share a transaction, and are told apart in everything else."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from huitang_petitions.services import codes, lookup, registering
from huitang_petitions.services.entering import enter
from huitang_petitions.services.registering import register, register_list
from huitang_petitions.services.submission import Person
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from tests.plugins.petitions.intake.letters import intake


@pytest.fixture
def lots(monkeypatch):
    """How many letters each transaction was asked to write."""
    sizes: list[int] = []

    async def counted(ctx, entries):
        sizes.append(len(entries))
        return await enter(ctx, entries)

    monkeypatch.setattr(registering, "enter", counted)
    return sizes


async def test_each_of_a_lot_has_its_own_number_code_record_event_and_message(town, lots):
    letters = [intake(channel="web", subject=f"letter {number}", key=f"web:{number}") for number in range(20)]
    done = await asyncio.gather(*(register(town.ctx, ANONYMOUS, letter) for letter in letters))
    assert len(lots) <= 3, lots
    assert len({one.number for one in done}) == len({one.code for one in done}) == 20
    for letter, one in zip(letters, done, strict=True):
        (matter,) = await town.fetch("SELECT * FROM petitions.matter WHERE id = $1", one.id)
        assert (matter["number"], matter["code_hash"]) == (one.number, codes.hash_of(town.ctx, one.code))
        assert town.ctx.personal.unseal("matter.subject", one.id, matter["subject"]) == letter.subject
        parties = "SELECT t.* FROM petitions.party p JOIN petitions.petitioner t ON t.id = p.petitioner_id"
        (person,) = await town.fetch(f"{parties} WHERE p.matter_id = $1", one.id)
        assert town.ctx.personal.unseal("petitioner.name", person["id"], person["name"]) == letter.persons[0].name
        assert len(await town.fetch("SELECT 1 FROM petitions.event WHERE matter_id = $1", one.id)) == 2
        assert await town.fetch("SELECT 1 FROM petitions.deadline WHERE matter_id = $1", one.id)
        records = "SELECT detail FROM kernel.audit_record WHERE action = 'petitions.matter.registered' AND subject = $1"
        (record,) = await town.fetch(records, f"petitions.matter:{one.id}")
        assert json.loads(record["detail"])["number"] == one.number
        assert len(await town.fetch("SELECT 1 FROM messages.message WHERE subject_id = $1", one.id)) == 1
    told = await town.fetch("SELECT payload FROM kernel.outbox WHERE name = 'petitions.matter.registered'")
    assert {json.loads(row["payload"])["matter_id"] for row in told} == {str(one.id) for one in done}


async def test_what_each_of_a_lot_did_is_on_record_in_his_or_her_own_name(town, lots):
    receptionist, officer = town.actors["receptionist"], town.actors["officer"]
    first, second, third = await asyncio.gather(
        register(town.ctx, receptionist, intake()),
        register(town.ctx, officer, intake(organisation_id=town.units["office"].id)),
        register(town.ctx, SYSTEM, intake()),
    )
    assert len(lots) < 3, lots
    rows = await town.fetch("SELECT * FROM kernel.audit_record WHERE action = 'petitions.matter.registered'")
    found = {row["subject"]: row["actor_id"] for row in rows}
    wanted = {first.id: receptionist.id, second.id: officer.id, third.id: SYSTEM.id}
    assert found == {f"petitions.matter:{matter}": actor for matter, actor in wanted.items()}


async def test_the_same_form_twice_in_one_lot_is_one_letter(town, lots):
    done = await asyncio.gather(*(register(town.ctx, ANONYMOUS, intake(channel="web", key="web:x")) for _ in range(6)))
    assert len(lots) < 6, lots
    assert len({(one.id, one.number, one.code) for one in done}) == 1
    assert sorted(one.repeated for one in done) == [""] + ["same"] * 5
    for table in ("petitions.matter", "petitions.petitioner", "petitions.party", "messages.message"):
        assert len(await town.fetch(f"SELECT 1 FROM {table}")) == 1, table


async def test_one_that_cannot_be_written_spoils_none_of_its_lot(town, lots):
    stranger = intake(persons=(Person(known_id=uuid4()),))
    letters = [intake(key=f"desk:{number}") for number in range(5)]
    letters.insert(3, stranger)
    work = (register(town.ctx, town.actors["receptionist"], letter) for letter in letters)
    done = await asyncio.gather(*work, return_exceptions=True)
    assert max(lots) > 1
    refused = [one for one in done if isinstance(one, Exception)]
    assert refused == [done[3]]
    assert len(await town.fetch("SELECT 1 FROM petitions.matter")) == 5
    assert len(await town.fetch("SELECT 1 FROM messages.message")) == 5


async def test_a_list_is_numbered_in_its_order_past_a_lot_and_all_or_none(town):
    await town.ctx.db.execute("SELECT setval('petitions.matter_number', 999950)")
    rows = [intake(subject=f"row {number}", key=f"import:{number}") for number in range(110)]
    done = await register_list(town.ctx, SYSTEM, rows)
    serials = [int(one.number.partition("-")[2]) for one in done]
    assert serials == list(range(999951, 1000061))
    broken = [intake(key="import:new"), intake(persons=(Person(known_id=uuid4()),))]
    with pytest.raises(Exception, match="foreign key"):
        await register_list(town.ctx, SYSTEM, broken)
    assert len(await town.fetch("SELECT 1 FROM petitions.matter")) == 110


async def test_codes_that_are_looked_up_at_one_moment_each_open_their_own_matter(town):
    done = [await register(town.ctx, SYSTEM, intake(key=f"desk:{number}")) for number in range(3)]
    unknown = codes.code_of(town.ctx, "nobody's")
    asked = [done[0].code, unknown, done[2].code, done[1].code, done[0].code]
    passes = await asyncio.gather(*(lookup.pass_for(town.ctx, code) for code in asked))
    assert [known for _token, known in passes] == [True, False, True, True, True]
    opened = [(await lookup.matter_of(town.ctx, token))["id"] for token, known in passes if known]
    assert opened == [done[0].id, done[2].id, done[1].id, done[0].id]
