"""Both offices are rated with the code or through staff, once per round; what staff got wrong is an error."""

from __future__ import annotations

import pytest

from huitang_petitions.services.closing.rating import Opinion, collect, invalidate, rate_with, sheet_with
from huitang_petitions.services.protecting import accuse, recuse
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.closing.matters import BAD, FAIR, GOOD, answered, pass_for, rated, written
from tests.plugins.petitions.register.matters import at, received, wanted

ROWS = "SELECT * FROM petitions.rating ORDER BY office"


async def test_the_petitioner_rates_both_offices_with_the_code_and_may_change_it_for_a_while(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    token = await pass_for(town, matter)
    with pytest.raises(Conflict):
        await rate_with(ctx, token, {"office": Opinion(GOOD)})
    await take(ctx, town.actors["officer"], matter, "assign", Wanted(organisation_id=town.units["committee"].id))
    await take(ctx, town.actors["handler"], matter, "take_up", Wanted())
    await take(ctx, town.actors["handler"], matter, "answer", wanted("answer"))
    sheet = await sheet_with(ctx, token)
    assert [(question.office, question.body) for question in sheet.questions] == [
        ("office", "云江市人大常委会信访办"),
        ("unit", "云江市人大城建环资委"),
    ]
    for wrong in ({}, {"office": Opinion("splendid")}, {"office": Opinion(GOOD, "长" * 1001)}):
        with pytest.raises(Invalid) as refused:
            await rate_with(ctx, token, wrong)
        assert refused.value.fields
    comment = "接待热情，办理拖延"
    await rate_with(ctx, token, {"office": Opinion(GOOD), "unit": Opinion(FAIR, comment)})
    await rate_with(ctx, token, {"unit": Opinion(BAD, comment)})
    office, unit = await town.fetch(ROWS)
    assert (office["grade"], unit["grade"], unit["corrected"]) == (GOOD, BAD, False)
    assert comment.encode() not in unit["comment"]
    assert ctx.personal.unseal("rating.comment", unit["id"], unit["comment"]) == comment
    shown = await town.fetch("SELECT shown FROM petitions.event WHERE kind = 'rated'")
    assert [row["shown"] for row in shown] == [True, True]
    clock.forward(days=16)
    token = await pass_for(town, matter)
    with pytest.raises(Conflict):
        await rate_with(ctx, token, {"unit": Opinion(GOOD)})
    assert not any(question.may_change for question in (await sheet_with(ctx, token)).questions)


async def test_each_round_is_rated_anew_and_not_for_ever(town):
    ctx, clock, (matter,) = await answered(town)
    await rated(town, matter, FAIR)
    await take(ctx, town.actors["officer"], matter, "reopen", Wanted(note="尚有遗漏"))
    with pytest.raises(Conflict):
        await rated(town, matter, GOOD)
    clock.forward(days=1)
    await take(ctx, town.actors["officer"], matter, "answer", wanted("answer"))
    await rated(town, matter, GOOD)
    assert [(row["round"], row["grade"]) for row in await town.fetch(ROWS + ", round")] == [(1, FAIR), (2, GOOD)]
    clock.forward(days=91)
    with pytest.raises(Conflict):
        await rate_with(ctx, await pass_for(town, matter), {"office": Opinion(BAD)})


async def test_staff_take_ratings_down_and_what_they_got_wrong_is_counted(town):
    ctx, _clock, (matter,) = await answered(town)
    head = town.actors["head"]
    with pytest.raises(Invalid):
        await collect(ctx, head, matter, "web", {"office": Opinion(GOOD)})
    with pytest.raises(Forbidden):
        await rated(town, matter, GOOD, by="officer")
    await rated(town, matter, GOOD, channel="desk")
    await rated(town, matter, GOOD, channel="phone")
    (row,) = await town.fetch(ROWS)
    assert (row["channel"], row["entered_by"], row["corrected"], row["own"]) == ("desk", head.account_id, False, False)
    await rate_with(ctx, await pass_for(town, matter), {"office": Opinion(FAIR)})
    (row,) = await town.fetch(ROWS)
    assert (row["grade"], row["corrected"], row["own"]) == (FAIR, True, True)
    with pytest.raises(Conflict):
        await rated(town, matter, GOOD)
    with pytest.raises(Invalid):
        await invalidate(ctx, head, matter, row["id"], " ")
    await invalidate(ctx, head, matter, row["id"], "串号，非本人评价")
    with pytest.raises(NotFound):
        await invalidate(ctx, head, matter, row["id"], "再次")
    await rated(town, matter, BAD)
    assert await town.one("SELECT count(*) FROM petitions.rating WHERE invalid_at IS NULL") == 1


async def test_whoever_must_stay_away_collects_nothing(town):
    ctx, _clock, (matter, whistle) = await answered(town, 2)
    await ctx.db.execute("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1", whistle)
    officer = town.actors["officer"]
    await accuse(ctx, officer, matter, account_id=town.actors["supervisor"].account_id)
    for name in ("supervisor", "analyst", "county", "plain"):
        with pytest.raises((NotFound, Forbidden)):
            await rated(town, matter, GOOD, by=name)
    with pytest.raises(NotFound):
        await rated(town, whistle, GOOD, by="supervisor")
    await rated(town, whistle, GOOD, by="head")
    await recuse(ctx, officer, matter, town.actors["head"].account_id, "近亲属")
    with pytest.raises(NotFound):
        await rated(town, matter, GOOD, by="head")


async def test_a_made_up_pass_rates_nothing(town):
    ctx, _clock, matter, token = await written(town)
    for wrong in ("", "A" * 70, token[:-2] + ("AA" if token[-2:] != "AA" else "BB")):
        with pytest.raises(NotFound):
            await rate_with(ctx, wrong, {"office": Opinion(GOOD)})
    await rate_with(ctx, token, {"office": Opinion(GOOD)})
    assert await town.one("SELECT matter_id FROM petitions.rating") == matter
