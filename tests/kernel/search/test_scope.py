"""Nobody finds, counts or infers what is not in scope: search and SQL give the same answer."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from piccolo import columns
from search_things import EVERYTHING, READER, TABLE, Things, give, put, titles

from huitang_kernel.plugins.registry import State
from huitang_sdk.contracts import Scope
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.db import PluginTable

ORGANISATIONS = [UUID(int=number) for number in range(1, 8)]
OWNERS = [UUID(int=number) for number in range(100, 104)]
WORDS = ["预算", "审查", "报告", "会议", "档案"]


class Thing(PluginTable, tablename="thing", schema="public"):
    id = columns.UUID(primary_key=True)
    kind = columns.Text()
    title = columns.Text()
    organisation_id = columns.UUID(null=True)
    owner_id = columns.UUID(null=True)


async def fill(hall, chance, count):
    for _ in range(count):
        await put(
            hall,
            "".join(chance.sample(WORDS, 3)),
            kind=chance.choice(["thing", "report"]),
            organisation=chance.choice([*ORGANISATIONS, None]),
            owner=chance.choice([*OWNERS, None]),
            year=chance.choice(["2024", "2025", ""]),
        )


def any_scope(chance, noun, ids):
    return Scope(
        permission=f"things.{noun}.read",
        everything=chance.random() < 0.15,
        organisations=tuple(chance.sample(ORGANISATIONS, chance.randint(0, 4))),
        owner=chance.choice([*OWNERS, None, None]),
        allowed=tuple(chance.sample(ids, chance.choice([0, 0, 3]))),
        denied=tuple(chance.sample(ids, chance.choice([0, 0, 5]))),
    )


async def in_sql(kind, scope, word):
    condition = scope.where(organisation=Thing.organisation_id, owner=Thing.owner_id, key=Thing.id)
    rows = await Thing.select(Thing.id).where(Thing.kind == kind, Thing.title.like(f"%{word}%"), condition)
    return {row["id"] for row in rows}


@pytest.mark.parametrize("seed", range(6))
async def test_search_finds_exactly_the_rows_of_the_sql_scope(hall, seed):
    chance = random.Random(seed)
    await fill(hall, chance, 60)
    await hall.services.search.rebuild()
    ids = [row["id"] for row in await hall.core.database.fetch("SELECT id FROM thing ORDER BY id")]
    for _ in range(25):
        scopes = {"thing": any_scope(chance, "thing", ids), "report": any_scope(chance, "report", ids)}
        give(hall, **scopes)
        word = chance.choice([*WORDS, ""])
        rows = {noun: await in_sql(noun, scope, word) for noun, scope in scopes.items()}
        page = await hall.services.search.query(READER, word, size=200)
        assert {hit.id for hit in page.hits} == rows["thing"] | rows["report"]
        assert page.total == len(page.hits)
        counted = {f"things.{noun}": len(found) for noun, found in rows.items() if found}
        assert dict(page.facets["kind"]) == counted


async def test_counts_and_pages_know_only_what_is_in_scope(hall):
    own, other = ORGANISATIONS[:2]
    for number in range(30):
        await put(hall, f"预算 {number}", organisation=own if number % 3 == 0 else other, year=str(2020 + number % 5))
    await hall.services.search.rebuild()
    give(hall, thing=Scope(permission="things.thing.read", organisations=(own,)))
    pages = [await hall.services.search.query(READER, "预算", page=number, size=4) for number in (1, 2, 3, 4)]
    assert [len(page.hits) for page in pages] == [4, 4, 2, 0]
    assert {page.total for page in pages} == {10}
    assert sum(pages[0].facets["year"].values()) == 10
    assert len({hit.id for page in pages for hit in page.hits}) == 10
    one_year = await hall.services.search.query(READER, "预算", facets={"year": "2020"})
    assert one_year.total == pages[0].facets["year"]["2020"]
    assert one_year.facets["year"] == pages[0].facets["year"]
    assert sum(one_year.facets["kind"].values()) == one_year.total


async def test_who_may_read_nothing_finds_nothing(hall):
    await put(hall, "预算")
    await hall.services.search.rebuild()
    for scopes in ({}, {"thing": Scope(permission="things.thing.read")}):
        give(hall, **scopes)
        page = await hall.services.search.query(READER, "预算", kinds=["things.thing"])
        assert (page.hits, page.total) == ((), 0)
        assert not any(page.facets.values())
        assert await hall.services.search.suggest(READER, "预算") == []


async def test_relaxed_queries_keep_to_the_scope(hall):
    own, other = ORGANISATIONS[:2]
    await put(hall, "预算审查", organisation=other)
    await put(hall, "会议纪要", organisation=own)
    await hall.services.search.rebuild()
    give(hall, thing=Scope(permission="things.thing.read", organisations=(own,)))
    assert await titles(hall, "预蒜") == []
    assert await titles(hall, "预算 会议") == ["会议纪要"]


async def test_a_disabled_plugin_is_not_found_at_once(hall):
    await put(hall, "预算")
    await hall.services.search.rebuild()
    assert await titles(hall, "预算") == ["预算"]
    record = hall.registry.get("things")
    record.state = State.DISABLED
    page = await hall.services.search.query(READER, "预算")
    assert (page.hits, page.total, dict(page.facets["kind"])) == ((), 0, {})
    record.state = State.ENABLED
    assert await titles(hall, "预算") == ["预算"]


async def test_hundreds_of_organisations(hall):
    organisations = [UUID(int=1000 + number) for number in range(600)]
    for number in range(0, 600, 20):
        await put(hall, f"预算 {number}", organisation=organisations[number])
    await hall.services.search.rebuild()
    give(hall, thing=Scope(permission="things.thing.read", organisations=tuple(organisations[:300])))
    assert (await hall.services.search.query(READER, "预算")).total == 15
    give(hall, thing=EVERYTHING)
    assert (await hall.services.search.query(READER, "预算")).total == 30


async def test_with_the_real_permissions(open_hall):
    """The platform itself sees everything, an account that was granted nothing sees nothing."""
    hall = await open_hall(Things())
    await hall.core.database.execute(TABLE)
    await put(hall, "预算", organisation=ORGANISATIONS[0])
    await hall.services.search.rebuild()
    assert (await hall.services.search.query(SYSTEM, "预算")).total == 1
    assert (await hall.services.search.query(READER, "预算")).total == 0
    assert (await hall.services.search.query(ANONYMOUS, "")).total == 0
