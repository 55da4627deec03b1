"""Every figure of the page is about the matters its reader may reach, and counts what its definition says."""

from __future__ import annotations

import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from huitang_petitions.pages.satisfaction import targets
from huitang_petitions.services.closing.rating import Opinion, invalidate, rate_with
from huitang_petitions.services.closing.satisfaction import Satisfaction, Tally, percent, satisfaction_of
from huitang_petitions.services.protecting import accuse, recuse
from huitang_petitions.settings import PetitionsSettings
from tests.plugins.petitions.closing.matters import BAD, GOOD, answered, pass_for, rated


async def test_figures_count_as_they_say(town):
    ctx, _clock, matters = await answered(town, 4, handler_id=town.units["committee"].id)
    head = town.actors["head"]
    one, two, three, _four = matters
    await rate_with(ctx, await pass_for(town, one), {"office": Opinion(GOOD), "unit": Opinion(BAD)})
    await rated(town, two, BAD)
    await rated(town, two, GOOD)
    await rated(town, three, GOOD, channel="desk")
    wrong = await town.one("SELECT id FROM petitions.rating WHERE matter_id = $1", three)
    await invalidate(ctx, head, three, wrong, "串号")
    found = await satisfaction_of(ctx, head)
    assert (found.matters, found.collected) == (4, 2)
    assert found.total == Tally(entries=4, grades=3, satisfied=2, wrong=2)
    assert [(line.name, line.tally.grades) for line in found.offices] == [("云江市人大常委会信访办", 2)]
    assert [(line.name, line.tally.share) for line in found.units] == [("云江市人大城建环资委", 0.0)]
    assert [(line.name, line.tally.entries) for line in found.channels] == [("desk", 1), ("phone", 1), ("web", 2)]
    assert [line.name for line in found.months] == ["2026-03"]
    assert (await satisfaction_of(ctx, head, since=date(2026, 3, 4))).total == Tally()
    assert (await satisfaction_of(ctx, head, until=date(2026, 3, 3))).collected == 2
    assert (await satisfaction_of(ctx, head, until=date(2026, 3, 2))).collected == 0


async def test_nobody_counts_what_they_must_not_know_of(town):
    ctx, _clock, (plain, accused, recused, whistle) = await answered(town, 4)
    supervisor, officer = town.actors["supervisor"], town.actors["officer"]
    for matter in (plain, accused, recused, whistle):
        await rated(town, matter, GOOD)
    await accuse(ctx, officer, accused, account_id=supervisor.account_id)
    await recuse(ctx, officer, recused, supervisor.account_id, "近亲属")
    await ctx.db.execute("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1", whistle)
    for name, count in (("head", 4), ("supervisor", 1), ("analyst", 3), ("county", 0), ("plain", 0)):
        found = await satisfaction_of(ctx, town.actors[name])
        assert (found.matters, found.collected, found.total.entries) == (count, count, count), name
        for lines in (found.offices, found.channels, found.months):
            assert sum(line.tally.entries for line in lines) == count, name


@given(st.integers(0, 3000), st.data())
def test_targets_are_met_exactly_when_the_figures_reach_them(grades, data):
    satisfied = data.draw(st.integers(0, grades))
    wrong = data.draw(st.integers(0, grades))
    tally = Tally(entries=grades, grades=grades, satisfied=satisfied, wrong=wrong)
    found = Satisfaction(matters=grades, collected=grades, total=tally, offices=[], units=[], channels=[], months=[])
    matters, ratings, errors, share = targets(found, PetitionsSettings())
    assert matters["met"] == ratings["met"] == (grades >= 1000)
    if not grades:
        assert errors["met"] is None
        assert share["met"] is None
    else:
        assert errors["met"] == (wrong * 100 <= 3 * grades)
        assert share["met"] == (satisfied * 100 >= 90 * grades)
        assert float(percent(tally.share).removesuffix(" %")) <= 100 * satisfied / grades + 1e-6


async def test_the_page_and_its_workbook_are_for_those_who_may(town):
    _ctx, _clock, (matter,) = await answered(town)
    await rated(town, matter, GOOD)
    for name, status in (("analyst", 200), ("supervisor", 200), ("officer", 403), ("plain", 403)):
        client = await town.sign_in(name)
        for address in ("/petitions/satisfaction", "/petitions/satisfaction/export.xlsx", "/petitions/visits"):
            assert (await client.get(address)).status_code == status, (name, address)
    client = await town.sign_in("analyst")
    page = await client.get("/petitions/satisfaction?since=nonsense&until=2030-01-01")
    assert "100.0 %" in page.text
    assert "云江市人大常委会信访办" in page.text
    answer = await client.get("/petitions/satisfaction/export.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert len(book.sheet_names) == 5
    assert book.get_sheet_by_index(1).to_python()[1][:3] == ["云江市人大常委会信访办", 1.0, 1.0]
