"""The situation page: figures within the reader's reach, traceable to their rows, silent on what stays hidden."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from python_calamine import load_workbook

from huitang_kernel.testing import client_of
from huitang_petitions.services import situation, situation_signals
from huitang_petitions.services.situation import Wanted
from huitang_petitions.tables import Accused, Matter
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import at, put

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
WEEK = timedelta(days=7)


async def fill(town, weeks: int = 40, burst: int = 20) -> None:
    """Five noise matters a week in one county and four on wages in another, and a burst of wages in the last week."""
    for number in range(1, weeks + 1):
        for _count in range(4 + number % 2):
            await put(town, NOW - number * WEEK, category="environment.pollution.noise", district="望月县")
            await put(town, NOW - number * WEEK, category="labour.work.wages", district="云溪区", channel="visit")
    for _count in range(burst):
        await put(town, NOW - WEEK, category="labour.work.wages", district="云溪区", people=6)


@pytest.fixture
def ctx(town):
    ctx, _clock = at(town, NOW)
    return ctx


async def test_figures_count_the_period_beside_the_one_before(town, ctx):
    await fill(town)
    wanted = Wanted(period=situation.period_of(ctx, 4))
    found = {
        figure.value: figure for figure in await situation.figures(ctx, town.actors["analyst"], "category", wanted)
    }
    assert (found["labour"].count, found["labour"].before) == (38, 18)
    assert (found["labour"].people, found["labour"].joint) == (18 + 120, 20)
    assert found["environment"].count == 18
    channels = await situation.figures(
        ctx, town.actors["analyst"], "channel", Wanted(period=wanted.period, category="labour")
    )
    assert {figure.value: figure.count for figure in channels} == {"letter": 20, "visit": 18}


async def test_every_figure_has_as_many_rows_as_it_says(town, ctx):
    await fill(town, weeks=10)
    actor, period = town.actors["analyst"], situation.period_of(ctx, 12)
    for dimension in ("category", "district", "channel", "handler"):
        for figure in await situation.figures(ctx, actor, dimension, Wanted(period=period)):
            wanted = Wanted(period=period, **{dimension: figure.value or "-"})
            rows, total = await situation.lines(ctx, actor, wanted)
            assert (len(rows), total) == (figure.count, figure.count)


async def test_a_burst_is_told_and_suggested_as_a_topic(town, ctx):
    await fill(town)
    actor = town.actors["analyst"]
    found = await situation_signals.unusual(await situation.week_counts(ctx, actor))
    assert {(burst.category, burst.district) for burst in found} == {("labour", ""), ("labour", "云溪区")}
    figures = await situation.figures(ctx, actor, "category", Wanted(period=situation.period_of(ctx, 4)))
    unusual = await situation_signals.unusual(await situation.week_counts(ctx, actor, situation.SHOWN_YEARS))
    (topic, *_others) = situation_signals.suggested(figures, unusual)
    assert topic.figure.value == "labour"
    assert {"burst", "risen", "joint"} <= set(topic.reasons)


async def test_whoever_is_complained_of_finds_the_matter_in_no_figure(town, ctx):
    await fill(town, weeks=3, burst=0)
    hidden = await put(town, NOW - WEEK, category="discipline.office.bribery", district="秘密区", channel="fax")
    await Accused(matter_id=hidden, account_id=town.actors["analyst"].account_id, marked_at=NOW).save()
    wanted = Wanted(period=situation.period_of(ctx, 4))
    seen = {}
    for name in ("analyst", "head"):
        actor = town.actors[name]
        tables = [await situation.figures(ctx, actor, one, wanted) for one in ("category", "district", "channel")]
        series = await situation.week_counts(ctx, actor)
        told = await situation_signals.expected(series)
        rows, total = await situation.lines(ctx, actor, wanted)
        said = repr((tables, series, told, rows))
        seen[name] = ("discipline" in said, "秘密区" in said, "fax" in said, total)
    assert seen["analyst"][:3] == (False, False, False)
    assert seen["head"][:3] == (True, True, True)
    assert seen["head"][3] == seen["analyst"][3] + 1


async def test_reports_of_whistle_blowers_count_only_for_those_who_may_read_them(town, ctx):
    await put(town, NOW - WEEK, whistle=True)
    wanted = Wanted(period=situation.period_of(ctx, 4))
    assert await situation.figures(ctx, town.actors["analyst"], "channel", wanted) == []
    (figure,) = await situation.figures(ctx, town.actors["head"], "channel", wanted)
    assert figure.count == 1


async def test_words_rise_from_sealed_texts(town, ctx, monkeypatch):
    for number in range(60):
        matter_id = new_id()
        recent = number >= 45
        text = "云顶花园停水三天没有人管" if recent else f"路灯坏了没有人修第{number}次"
        moment = NOW - (WEEK if recent else 8 * WEEK)
        sealed = {
            "subject": ctx.personal.seal("matter.subject", matter_id, "反映问题"),
            "body": ctx.personal.seal("matter.body", matter_id, text),
        }
        values = {"organisation_id": town.units["office"].id, "channel": "web", "state": "registered", **sealed}
        key = str(matter_id)
        await Matter(
            id=matter_id, number=key, code_hash=key.encode(), received_at=moment, updated_at=moment, **values
        ).save()
    found = await situation_signals.rising(ctx, town.actors["analyst"])
    assert any("云顶花园" in topic.word for topic in found.topics)
    assert (found.recent.whole, found.before.whole, found.is_sample) == (15, 45, False)
    assert (await situation_signals.rising(ctx, town.actors["county"])).topics == []
    # Of very many an even choice is read, and the page says so.
    monkeypatch.setattr(situation, "MOST_TEXTS", 10)
    found = await situation_signals.rising(ctx, town.actors["analyst"])
    assert (len(found.before.letters), found.before.whole, found.is_sample) == (10, 45, True)
    client = await town.sign_in("analyst")
    assert "45 件中的 10 件" in (await client.get("/petitions/situation/words")).text


async def test_the_page_its_parts_and_the_export_for_each_role(town, ctx):
    await put(town, NOW - WEEK, category="labour.work.wages", district="云溪区")
    async with client_of(town.hall) as client:
        assert (await client.get("/petitions/situation")).status_code in (303, 401)
    client = await town.sign_in("analyst")
    page = await client.get("/petitions/situation?weeks=4")
    assert page.status_code == 200
    assert "劳动和社会保障" in page.text
    for part in ("words", "forecast"):
        assert (await client.get(f"/petitions/situation/{part}")).status_code == 200
    rows = await client.get("/petitions/situation/rows?category=labour&weeks=4")
    assert "云溪区" in rows.text
    export = await client.get("/petitions/situation/rows.xlsx?category=labour&weeks=4")
    sheet = load_workbook(io.BytesIO(export.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 2
    audited = "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.situation.exported'"
    assert await town.one(audited) == 1
    handler = await town.sign_in("handler")
    for address in ("", "/words", "/forecast", "/rows", "/rows.xlsx"):
        assert (await handler.get(f"/petitions/situation{address}")).status_code == 403
