"""Figures of a report: counted by hand, and each as large as the list of rows behind it, whoever reads."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_petitions.judging.tree import default_tree
from huitang_petitions.services.access import SITUATION, visible
from huitang_petitions.services.naming import Names
from huitang_petitions.services.reporting import composing, marks
from huitang_petitions.services.reporting.making import report_of
from huitang_petitions.services.reporting.spans import Period, period_in
from huitang_sdk.db import Sql
from huitang_sdk.i18n import use_locale
from tests.plugins.petitions.register.matters import put
from tests.plugins.petitions.reporting.october import GOLDEN, MIDDLE, PEOPLE, WAGES, complain, october

OCTOBER = Period(2026, 10)
READERS = {
    # how many of the 22 matters of October each reaches
    **{"analyst": 21, "head": 22, "supervisor": 21, "county_analyst": 1, "accused": 20, "east_analyst": 20},
    "system": 22,
}


async def readers(town) -> None:
    """People of other reaches, and matters from which some of them must stay away."""
    await town.add_person("county_analyst", "east", "petitions.analyst")
    await town.add_person("accused", "office", "petitions.analyst", "city")
    await town.add_person("east_analyst", "east", "petitions.analyst", "city")
    hidden = {"category": "discipline.office.bribery", "district": "秘密区", "channel": "fax"}
    await complain(town, await put(town, MIDDLE, **hidden), account="accused")
    await complain(town, await put(town, MIDDLE, **hidden), unit="east")
    await put(town, MIDDLE, **{**hidden, "whistle": True})
    await put(town, MIDDLE, category=WAGES, district="望月县", organisation_id=town.units["east"].id)


async def test_the_figures_are_those_counted_by_hand(town):
    ctx = await october(town)
    counts = [await marks.count(ctx, town.actors["analyst"], span) for span in OCTOBER.spans().values()]
    found = {mark: tuple(one[mark].matters if mark in one else 0 for one in counts) for mark in GOLDEN}
    assert found == GOLDEN
    assert tuple(one["received"].people for one in counts) == PEOPLE


async def test_tables_by_channel_district_and_category_add_up_to_what_came(town):
    ctx = await october(town)
    content = await report_of(ctx, town.actors["analyst"], OCTOBER)
    tables = {table.id: table for part in content.parts for table in part.tables}
    for name in ("channel", "kind", "district", "category"):
        for place, span in enumerate(OCTOBER.spans()):
            assert sum(one.values[span] for one in tables[name].figures) == GOLDEN["received"][place]


async def test_a_year_adds_up_its_months_and_has_one_comparison(town):
    ctx = await october(town)
    actor = town.actors["analyst"]
    year = await marks.count(ctx, actor, Period(2026).span)
    by_month = [await marks.count(ctx, actor, Period(2026, month).span) for month in range(1, 13)]
    assert year["received"].matters == sum(one["received"].matters for one in by_month if "received" in one) == 24
    assert (await report_of(ctx, actor, Period(2026))).spans == ["now", "before"]


async def test_every_figure_has_the_rows_it_counts_and_no_others_whoever_reads(town):
    ctx = await october(town)
    await readers(town)
    for name, received in READERS.items():
        assert await counted(town, ctx, name) == received, name


async def counted(town, ctx, name: str) -> int | None:
    """Check every figure of a reader against its rows; how many matters the reader is told were received."""
    actor = town.actors[name]
    sql = Sql()
    reach = await visible(ctx, actor, SITUATION, sql)
    allowed = {row["id"] for row in await town.fetch(f"SELECT m.id FROM petitions.matter m WHERE {reach}", *sql.values)}
    content = await report_of(ctx, actor, OCTOBER)
    figures = list(content.figures())
    assert len({figure.number for figure in figures}) == len(figures) > 20
    for figure in figures:
        for span, value in figure.values.items():
            if value is not None:
                rows, total = await marks.lines(ctx, actor, OCTOBER.spans()[span], figure.mark, 500)
                assert {row.id for row in rows} <= allowed
                assert value == (sum(row.people for row in rows) if figure.people else total)
    return figures[0].values["now"]


async def test_an_organ_complained_of_does_not_find_itself_in_the_report(town):
    ctx = await october(town)
    await readers(town)
    for name, seen in (("head", True), ("analyst", True), ("east_analyst", False)):
        content = await report_of(ctx, town.actors[name], OCTOBER)
        found = [table.figures for part in content.parts for table in part.tables if table.id == "complained"]
        assert [(one.label, one.now) for figures in found for one in figures] == ([("望月县", 1)] if seen else [])


async def test_unusual_weeks_and_topics_are_counted_like_everything_else(town):
    ctx = await october(town)
    for week in range(30):
        await put(town, MIDDLE.replace(month=1 + week // 4, day=1 + week % 4 * 7), category=WAGES, district="云溪区")
    actor = town.actors["analyst"]
    content = await report_of(ctx, actor, OCTOBER)
    assert {(burst.figure.mark, burst.figure.now) for burst in content.bursts} == {
        ("burst:2026-10-12:labour:", 12),
        ("burst:2026-10-12:labour:云溪区", 12),
    }
    (topic,) = content.topics
    assert topic.category == "labour"
    assert {"burst", "risen", "joint"} <= set(topic.reasons)
    assert [figure.now for figure in topic.figures] == [12, 27, 3, 1]
    for burst in content.bursts:
        rows, total = await marks.lines(ctx, actor, OCTOBER.span, burst.figure.mark, 500)
        assert total == len(rows) == burst.figure.now
        assert burst.figure.values["before"] is None


@given(st.integers(1950, 2090), st.integers(0, 12))
def test_periods_follow_each_other_without_gap_and_are_read_back(year, month):
    period = Period(year, month)
    assert period_in(str(period)) == period
    spans = period.spans()
    assert spans["before"].end == spans["now"].first == period.moved(1).spans()["before"].first
    assert spans["now"].first.day == 1
    if month:
        assert spans["year_before"].first == date(year - 1, month, 1)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "202610", "٢٠٢٦", "2026-10-01", "'; --"])
def test_what_is_no_period_is_none(text):
    assert period_in(text) is None


@pytest.mark.parametrize("mark", ["burst", "burst:x:y:z", "burst:2026-10-05", "received", "category:labour"])
def test_only_a_week_is_a_week(mark):
    assert marks.burst_in(mark) is None


def test_texts_that_are_looked_up_by_code_are_translated(town):
    with use_locale("zh-CN"):
        said = [composing.title(code) for code in composing._TITLES] + [composing.reason(c) for c in composing._REASONS]
        named = Names({}, default_tree())
        said += [composing.label(code, named) for code in composing._FACTS if code != "people"]
        said += [composing.label(mark, named) for mark in ("step:urge", "event:closed", "category:labour", "kind:")]
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in said)
