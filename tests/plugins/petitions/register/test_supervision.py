"""The ladder: every rung once, nobody told twice, and never whoever must stay away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from huitang_petitions import jobs
from huitang_petitions.services import access, supervision
from huitang_petitions.tables import Accused
from huitang_sdk.contracts import Run
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, Invalid, NotFound
from huitang_sdk.i18n import use_locale
from tests.plugins.petitions.register.matters import at, happens, received

STEPS = "SELECT step FROM petitions.supervision WHERE matter_id = $1 ORDER BY at, id"
TOLD = "SELECT DISTINCT unnest(told) AS account FROM petitions.supervision WHERE matter_id = $1"
DUES = "SELECT DISTINCT due FROM notifications.todo WHERE closed_at IS NULL ORDER BY due NULLS LAST"
TODOS = "SELECT kind, assignee_id FROM notifications.todo WHERE closed_at IS NULL ORDER BY kind"


async def steps(town, matter) -> list[str]:
    return [row["step"] for row in await town.fetch(STEPS, matter)]


async def next_day(ctx, clock, days: int = 1) -> None:
    for _day in range(days):
        clock.forward(days=1)
        await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))


async def todos(town) -> set[tuple[str, str]]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {(row["kind"], names[row["assignee_id"]]) for row in await town.fetch(TODOS)}


async def test_the_ladder_is_climbed_rung_by_rung_and_each_rung_once(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, assignee_id=town.actors["officer"].account_id)
    await next_day(ctx, clock, 9)
    assert await steps(town, matter) == []
    await next_day(ctx, clock)
    assert await steps(town, matter) == ["yellow"]
    await next_day(ctx, clock, 5)
    assert await steps(town, matter) == ["yellow", "red"]
    await next_day(ctx, clock)
    assert await steps(town, matter) == ["yellow", "red", "urge"]
    assert await todos(town) == {("petitions.urged", "officer")}
    assert await town.fetch(DUES) == [{"due": clock.today() - timedelta(days=1)}]
    await next_day(ctx, clock, 40)
    assert await steps(town, matter) == ["yellow", "red", "urge", "supervise", "escalate", "inspect"]
    wanted = {("petitions.urged", "officer"), ("petitions.supervised", "officer"), ("petitions.supervised", "head")}
    wanted |= {("petitions.inspect", "supervisor"), ("petitions.inspect", "head")}
    assert await todos(town) == wanted
    await happens(town, ctx, matter, "told")
    await next_day(ctx, clock)
    assert await todos(town) == set()


async def test_a_ladder_found_late_is_recorded_whole_and_people_hear_of_the_highest(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, assignee_id=town.actors["officer"].account_id)
    clock.forward(days=30)
    await next_day(ctx, clock)
    assert await steps(town, matter) == ["yellow", "red", "urge", "supervise", "escalate"]
    assert await todos(town) == set()
    told = await town.fetch("SELECT told FROM petitions.supervision WHERE step = 'escalate'")
    assert told[0]["told"] == [town.actors["head"].account_id]
    assert await supervision.climb(ctx, clock.today()) == 0


async def test_an_extension_begins_the_ladder_anew(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    await happens(town, ctx, matter, "told")
    await happens(town, ctx, matter, "accepted")
    await next_day(ctx, clock, 45)
    assert await steps(town, matter) == ["yellow"]
    detail = {"days": 30, "approver": "周主任", "reason": "情况复杂"}
    await happens(town, ctx, matter, "extended", detail=detail)
    await next_day(ctx, clock, 17)
    assert await steps(town, matter) == ["yellow"]
    await next_day(ctx, clock, 10)
    assert await steps(town, matter) == ["yellow", "yellow"]


async def test_whoever_is_complained_of_is_told_nothing(town):
    ctx, clock = at(town)
    bureau, east = town.units["bureau"].id, town.units["east"].id
    matters = await received(town, ctx, 2, handler_id=bureau)
    await Accused(matter_id=matters[0], organisation_id=east, marked_at=clock.now()).save()
    await next_day(ctx, clock, 40)
    told = await town.fetch(
        "SELECT DISTINCT unnest(told) AS account FROM petitions.supervision WHERE matter_id = $1", matters[0]
    )
    hidden = {town.actors[name].account_id for name in ("bureaucrat", "county")}
    assert not {row["account"] for row in told} & hidden
    other = await town.fetch(
        "SELECT DISTINCT unnest(told) AS account FROM petitions.supervision WHERE matter_id = $1", matters[1]
    )
    assert {row["account"] for row in other} & hidden


async def test_by_hand_with_a_note_and_an_answer_that_only_the_sealed_columns_hold(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1, handler_id=town.units["committee"].id)
    supervisor, handler = town.actors["supervisor"], town.actors["handler"]
    with pytest.raises(Invalid):
        await supervision.act(ctx, supervisor, matter, "urge", " ")
    with pytest.raises(Invalid):
        await supervision.act(ctx, supervisor, matter, "shout", "快")
    with pytest.raises(Forbidden):
        await supervision.act(ctx, handler, matter, "urge", "快")
    with pytest.raises(NotFound):
        await supervision.act(ctx, town.actors["county"], matter, "urge", "快")
    with use_locale("en"):  # of the supervisor; the to-do is in the language of whoever has to answer
        act_id = await supervision.act(ctx, supervisor, matter, "urge", "群众再次来电询问进展")
    assert (await town.one("SELECT title FROM notifications.todo")).startswith("催办：说明 ")  # and it is not late
    assert await todos(town) == {("petitions.urged", "handler")}
    assert await town.fetch(DUES) == [{"due": date(2026, 3, 17)}]  # by when the petitioner is to be told
    with pytest.raises(Invalid):
        await supervision.act(ctx, supervisor, matter, "urge", "快", until=date(2026, 3, 1))
    soon = await supervision.act(ctx, supervisor, matter, "supervise", "快", until=date(2026, 3, 4))
    assert (await town.fetch(DUES))[0] == {"due": date(2026, 3, 4)}
    await supervision.answer(ctx, handler, soon, "已约谈")
    with pytest.raises(NotFound):
        await supervision.answer(ctx, town.actors["county"], act_id, "已约谈")
    await supervision.answer(ctx, handler, act_id, "已到现场核实")
    await supervision.answer(ctx, handler, act_id, "下周答复")
    assert await todos(town) == set()
    (row,) = await town.fetch("SELECT note, answer FROM petitions.supervision WHERE id = $1", act_id)
    assert ctx.personal.unseal("supervision.note", act_id, row["note"]) == "群众再次来电询问进展"
    assert ctx.personal.unseal("supervision.answer", act_id, row["answer"]) == "已到现场核实\n下周答复"
    audited = await town.fetch("SELECT detail::text AS detail FROM kernel.audit_record WHERE action LIKE 'petitions.%'")
    assert not any("现场" in row["detail"] or "来电" in row["detail"] for row in audited)
    assert (await town.one("SELECT at FROM petitions.supervision")) - ctx.clock.now() == timedelta(0)
    assert await access.reaching(ctx, [handler.account_id], matter) == [handler.account_id]
