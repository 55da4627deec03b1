"""Whatever comes in: it is registered whole or refused with its fields, and reads back as it was sent."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_petitions.pages.common import people_in
from huitang_petitions.services import sheets
from huitang_petitions.services.papers import clean_name, neutral_name
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import CHANNELS, KINDS, Intake, Person
from huitang_petitions.services.validating import check, is_id_number
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
PERSONS = st.builds(
    Person,
    name=TEXT,
    phone=st.one_of(st.just(""), st.from_regex(r"\A1[3-9][0-9]{9}\Z"), TEXT),
    id_number=st.one_of(st.just(""), st.just("11010519491231002X"), TEXT),
    address=TEXT,
    role=st.sampled_from(["petitioner", "representative", "agent"]),
)
INTAKES = st.builds(
    Intake,
    channel=st.sampled_from(CHANNELS),
    subject=TEXT,
    body=TEXT,
    kind=st.sampled_from(["", *KINDS]),
    place=TEXT,
    people=st.integers(-2, 2_000_000),
    persons=st.lists(PERSONS, max_size=7).map(tuple),
    anonymous=st.booleans(),
    whistle=st.booleans(),
    came_from=TEXT,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(intake=INTAKES)
async def test_an_intake_is_registered_whole_or_refused_at_its_fields(town, intake):
    count = "SELECT count(*) FROM petitions.matter"
    before, refused = await town.one(count), None
    try:
        done = await register(town.ctx, SYSTEM, intake)
    except Invalid as error:
        refused = error
    assert await town.one(count) == before + (refused is None)
    if refused:
        assert refused.fields
        return
    (row,) = await town.fetch("SELECT * FROM petitions.matter WHERE id = $1", done.id)
    unsealed = {
        name: town.ctx.personal.unseal(f"matter.{name}", done.id, row[name]) for name in ("subject", "body", "place")
    }
    assert unsealed == {name: getattr(intake, name).strip() for name in unsealed}
    named = [person for person in intake.persons if not person.is_empty]
    assert row["people"] == max(intake.people, len(named), 1)
    people = await town.fetch(
        "SELECT t.* FROM petitions.party p JOIN petitions.petitioner t ON t.id = p.petitioner_id"
        " WHERE p.matter_id = $1 ORDER BY p.position",
        done.id,
    )
    names = [town.ctx.personal.unseal("petitioner.name", person["id"], person["name"]) for person in people]
    assert names == [person.name.strip() for person in named]
    again = await register(town.ctx, SYSTEM, intake)
    assert again.code != done.code


def check_digit(first: str) -> str:
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


@given(
    area=st.text(string.digits, min_size=6, max_size=6),
    born=st.dates(),
    order=st.text(string.digits, min_size=3, max_size=3),
    place=st.integers(0, 17),
    change=st.integers(1, 9),
)
def test_every_single_slip_in_an_id_number_is_noticed(area, born, order, place, change):
    first = area + f"{born.year:04}{born.month:02}{born.day:02}" + order
    number = first + check_digit(first)
    assert is_id_number(number)
    old = number[place]
    new = str((int(old) + change) % 10) if old != "X" else str(change)
    assert not is_id_number(number[:place] + new + number[place + 1 :])


@given(TEXT)
def test_the_file_store_is_told_nothing_of_a_name(name):
    assert neutral_name(name).rpartition(".")[0] in ("", "paper")
    assert neutral_name(name).startswith("paper")
    assert "/" not in clean_name(name)
    assert clean_name(name).strip()


@given(st.lists(st.tuples(st.sampled_from(["王样例", "李示范"]), st.from_regex(r"\A1[3-9][0-9]{9}\Z")), max_size=9))
def test_people_are_read_from_lines_as_they_were_written(people):
    for mark in ("，", ",", "\t", "；", " , "):
        lines = "\n".join(f"{name}{mark}{phone}" for name, phone in people)
        found = people_in(lines, "petitioner")
        assert [(person.name, person.phone) for person in found] == people


@given(st.binary(max_size=400))
def test_what_is_no_workbook_is_refused_and_nothing_else_happens(data):
    with pytest.raises(Invalid) as refused:
        sheets.read_rows(data)
    assert set(refused.value.fields) == {"file"}


def test_a_check_without_mistakes_says_nothing(town):
    check(Intake(channel="phone", subject="a", body="b", persons=(Person(name="c"),)), town.ctx.clock.now(), 5)
