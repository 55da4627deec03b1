"""Only what the law allows is published, a person decides with a second look, and nothing leads to anybody."""

from __future__ import annotations

import pytest
from msgspec import structs

from huitang_petitions.services.closing.published import Published, published
from huitang_petitions.services.closing.publishing import draft_of, preview, propose, publish, withdraw
from huitang_petitions.services.closing.satisfaction import FEWEST, public_figures
from huitang_petitions.services.protecting import accuse
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.closing.matters import BAD, GOOD, agreed, answered, rated, written
from tests.plugins.petitions.intake.letters import ADDRESS, ID_NUMBER, NAME, PHONE
from tests.plugins.petitions.register.matters import wanted

NOTHING = Published([], "", 0)
WORDS = "2026-03-02 反映路灯损坏，已由管理单位修复 12 盏。"


async def test_it_is_looked_at_published_changed_and_taken_back(town):
    ctx, _clock, (matter,) = await answered(town, publish=True, district="高新区", category="land")
    officer = town.actors["officer"]
    looked = await preview(ctx, officer, matter, WORDS)
    assert looked.summary == WORDS
    assert await published(ctx) == NOTHING
    await agreed(town, matter, WORDS, 0)
    await rated(town, matter, GOOD)
    shown = await published(ctx)
    (one,), total = shown.matters, shown.total
    number = await town.one("SELECT number FROM petitions.matter")
    assert (total, one.summary, one.district, one.result) == (1, WORDS, "高新区", "answered")
    assert number not in str(one)
    assert one.number == number[:-4] + "****"
    assert one.office == one.handler == "云江市人大常委会信访办"
    assert [step.kind for step in one.steps] == ["accepted", "answered"]
    assert [body for body, _grade in one.ratings] == ["云江市人大常委会信访办"]
    with pytest.raises(Conflict):
        await agreed(town, matter, "另一段", 0)
    await agreed(town, matter, "另一段", 1)
    await withdraw(ctx, officer, matter)
    assert await published(ctx) == NOTHING
    with pytest.raises(Conflict):
        await withdraw(ctx, officer, matter)
    with pytest.raises((Forbidden, NotFound)):
        await publish(ctx, town.actors["supervisor"], matter, WORDS, 3)


@pytest.mark.parametrize(
    "bar",
    [
        "publish = FALSE",
        "whistle = TRUE",
        "kind = 'accusation'",
        "kind = ''",
        "state = 'handling'",
        "merged_into = (SELECT o.id FROM petitions.matter o WHERE o.id <> $1 LIMIT 1)",
    ],
)
async def test_what_may_not_be_published_is_not_and_goes_when_it_becomes_so(town, bar):
    ctx, _clock, (matter, _other) = await answered(town, 2, publish=True)
    head = town.actors["head"]
    await agreed(town, matter, WORDS, 0)
    assert (await published(ctx)).total == 1
    await ctx.db.execute(f"UPDATE petitions.matter SET {bar} WHERE id = $1", matter)
    assert await published(ctx) == NOTHING
    with pytest.raises(Conflict):
        await agreed(town, matter, WORDS, 1)
    await withdraw(ctx, head, matter)


async def test_a_matter_in_which_somebody_is_complained_of_is_on_no_public_page_or_count(town):
    ctx, _clock, matters = await answered(town, FEWEST, publish=True)
    for matter in matters:
        await agreed(town, matter, WORDS, 0)
        await rated(town, matter, GOOD)
    assert [(line.tally.grades, line.tally.share) for line in await public_figures(ctx)] == [(FEWEST, 100.0)]
    await accuse(ctx, town.actors["officer"], matters[0], name="赵某")
    first = await published(ctx, limit=3)
    rest = await published(ctx, first.after, limit=3)
    assert (first.total, len(first.matters), len(rest.matters), rest.after) == (FEWEST - 1, 3, FEWEST - 4, "")
    assert not {one.number for one in first.matters} & {one.number for one in rest.matters}
    assert await public_figures(ctx) == []
    (row,) = await town.fetch("SELECT * FROM petitions.matter WHERE id = $1", matters[0])
    assert (await draft_of(ctx, row)).refused


async def test_words_that_name_a_person_are_refused(town):
    _ctx, _clock, matter, _token = await written(town, publish=True)
    for text in (NAME, PHONE, ID_NUMBER, ADDRESS, "王 样例 反映", "电话 139 1234 5678", "", " ", "长" * 2001):
        with pytest.raises(Invalid) as refused:
            await agreed(town, matter, text, 0)
        assert "summary" in refused.value.fields, text
    await agreed(town, matter, WORDS, 0)


async def test_each_round_shows_its_own_rating(town):
    ctx, clock, (matter,) = await answered(town, publish=True)
    officer = town.actors["officer"]
    await rated(town, matter, BAD)
    await agreed(town, matter, WORDS, 0)
    await take(ctx, officer, matter, "reopen", Wanted(note="尚有遗漏"))
    assert (await published(ctx)).total == 0
    clock.forward(days=1)
    await take(ctx, officer, matter, "answer", wanted("answer"))
    (one,) = (await published(ctx)).matters
    assert one.ratings == []


async def test_who_wrote_the_words_may_not_publish_them(town):
    ctx, _clock, (matter,) = await answered(town, publish=True)
    officer, head = town.actors["officer"], town.actors["head"]
    for actor in (officer, head):
        with pytest.raises(Conflict):
            await publish(ctx, actor, matter, WORDS, 0)
    await propose(ctx, officer, matter, WORDS, 0)
    with pytest.raises(Conflict):
        await publish(ctx, officer, matter, WORDS, 0)
    with pytest.raises(Conflict):
        await publish(ctx, head, matter, WORDS + "另加一句。", 0)
    assert await published(ctx) == NOTHING
    # Other words make their writer the one who may not publish.
    await propose(ctx, head, matter, "改写", 0)
    with pytest.raises(Conflict):
        await publish(ctx, head, matter, "改写", 0)
    await publish(ctx, officer, matter, "改写", 0)
    assert (await published(ctx)).matters[0].summary == "改写"
    with pytest.raises(Conflict):
        await publish(ctx, officer, matter, "改写", 1)
    with pytest.raises((Forbidden, NotFound)):
        await propose(ctx, town.actors["supervisor"], matter, WORDS, 1)
    actions = "SELECT action FROM kernel.audit_record WHERE action LIKE 'petitions.publication.%' ORDER BY sequence"
    assert [row["action"].rpartition(".")[2] for row in await town.fetch(actions)] == [
        "drafted",
        "drafted",
        "published",
    ]


async def test_an_office_of_one_may_be_let_publish_alone(town):
    ctx, _clock, (matter,) = await answered(town, publish=True)
    ctx.settings = structs.replace(ctx.settings, publish_alone=True)
    await publish(ctx, town.actors["officer"], matter, WORDS, 0)
    assert (await published(ctx)).total == 1
