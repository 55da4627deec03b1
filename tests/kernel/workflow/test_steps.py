"""Steps in a real database: at the same time, many at once, with columns that follow, and by index."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from huitang_kernel.workflow import store
from huitang_kernel.workflow.statements import DUE
from huitang_sdk.contracts import Begin, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict
from huitang_sdk.workflow import Mark, Mirror, State
from huitang_sdk.workflow.store import BEFORE_ALL
from tests.sdk.demo_plugin import CASE, Demo

DUE_DAY = date(2026, 5, 31)


async def test_of_two_at_once_one_wins_and_the_other_is_told(office):
    begun = await office.begin()
    clicks = [office.move(begun.subject, "take", version=begun.version) for _ in range(4)]
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Conflict", "Conflict", "Process"]
    assert len(await office.workflow.history(begun.subject)) == 2
    again = await asyncio.gather(*(office.settle(begun.subject, "take") for _ in range(4)))
    assert {process.version for process in again} == {2}


async def test_what_fails_leaves_nothing_behind(office):
    begun = await office.begin()

    async def fail_later():
        async with office.ctx.db.write(SYSTEM) as write:
            await office.workflow.move(write, SYSTEM, begun.subject, "take")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_later()
    assert await office.workflow.process(begun.subject) == begun
    names = await office.ctx.db.fetch("SELECT name FROM kernel.outbox WHERE name LIKE 'workflow.%'")
    assert [row["name"] for row in names] == ["workflow.process.changed"]


async def test_a_step_is_in_the_audit_log_and_told_to_others(office):
    begun = await office.begin()
    await office.move(begun.subject, "take")
    await office.move(begun.subject, "finish", note="办结")
    found = await office.ctx.db.fetch("SELECT action, reason FROM kernel.audit_record WHERE action LIKE 'demo.case.%'")
    assert [(row["action"], row["reason"]) for row in found] == [
        ("demo.case.started", ""),
        ("demo.case.moved", ""),
        ("demo.case.finished", "办结"),
    ]
    rows = await office.ctx.db.fetch("SELECT payload FROM kernel.outbox WHERE name = 'workflow.process.changed'")
    assert [json.loads(row["payload"])["change"] for row in rows] == ["started", "take", "finish"]


async def test_thousands_begin_at_once_and_what_is_due_is_found_by_index(office):
    unit = office.units["东江区"].id
    begins = [
        Begin(Ref("demo.case", new_id()), unit, since=date(2026, 4, 1) + timedelta(number % 200))
        for number in range(6000)
    ]
    async with office.ctx.db.write(SYSTEM) as write:
        assert await office.workflow.start_many(write, SYSTEM, [*begins, begins[0]]) == 6000
    for table in ("deadline", "history"):
        assert (await office.ctx.db.fetch(f"SELECT count(*) AS n FROM workflow.{table}"))[0]["n"] == 6000
    await office.ctx.db.execute("ANALYZE workflow.deadline")
    plan = await office.ctx.db.fetch(f"EXPLAIN {DUE}", "demo.case", date(2026, 5, 30), *BEFORE_ALL, 500)
    assert "deadline_next" in str(plan)
    assert await office.workflow.watch(date(2026, 5, 29)) == 30 * 2
    assert await office.workflow.watch(date(2026, 5, 29)) == 0


async def test_one_that_fails_holds_up_no_other(office, monkeypatch):
    one, two = [await office.begin(since=date(2026, 4, 1)) for _ in range(2)]
    facts = CASE.facts

    async def failing(ctx, subjects):
        if one.subject in subjects:
            raise LookupError("nothing is known of it")
        return await facts(ctx, subjects)

    person = await office.grant("lin")
    for process in (one, two):
        async with office.ctx.db.write(SYSTEM) as write:
            await office.workflow.assign(write, SYSTEM, process.subject, person)
    engine = office.hall.services.workflow.scoped("demo")
    monkeypatch.setattr(engine, "_workflows", {CASE.id: replace(CASE, facts=failing)})
    assert await engine.watch(DUE_DAY) == 1
    assert await office.workflow.watch(DUE_DAY) == 1


async def test_other_marks_count_from_the_next_morning_on(office, monkeypatch):
    """An operator changed the days of reminders; what was seen to stays so. Counted in parts, none is left out."""
    monkeypatch.setattr(store, "MARKS_AT_ONCE", 2)
    await office.begin(since=date(2026, 4, 1))
    for _ in range(5):
        await office.begin(since=date(2026, 5, 1))
    assert await office.workflow.watch(DUE_DAY - timedelta(3)) == 1

    async def sooner(_ctx):
        return [Mark("early", -20), Mark("soon", -3), Mark("tomorrow", -1)]

    engine = office.hall.services.workflow.scoped("demo")
    other = replace(CASE, deadlines=(replace(CASE.deadlines[0], marks=sooner), CASE.deadlines[1]))
    monkeypatch.setattr(engine, "_workflows", {CASE.id: other})
    assert [await engine.watch(DUE_DAY - timedelta(days)) for days in (2, 1, 0)] == [0, 1, 0]
    days = await office.ctx.db.fetch("SELECT next_on, count(*) AS n FROM workflow.deadline GROUP BY 1 ORDER BY 1")
    assert [(row["next_on"], row["n"]) for row in days] == [(date(2026, 6, 10), 5), (None, 1)]


async def test_columns_of_the_plugin_follow(office, monkeypatch):
    """In the same transaction, whoever takes the step."""
    await office.ctx.db.execute("CREATE TABLE demo.case_row (id uuid, state text, person uuid, due date)")
    begun = await office.begin(since=date(2026, 4, 1))
    await office.ctx.db.execute("INSERT INTO demo.case_row (id) VALUES ($1)", begun.subject.id)
    mirror = Mirror(table="case_row", state="state", assignee="person", due="due", deadline="handle")
    engine = office.hall.services.workflow.scoped("demo")
    monkeypatch.setattr(engine, "_workflows", {CASE.id: replace(CASE, mirror=mirror)})
    person = await office.grant("lin")
    async with office.ctx.db.write(SYSTEM) as write:
        await engine.assign(write, SYSTEM, begun.subject, person, due=office.ctx.clock.today() + timedelta(9))
    row = (await office.ctx.db.fetch("SELECT state, person, due FROM demo.case_row"))[0]
    assert dict(row) == {"state": "working", "person": person, "due": office.ctx.clock.today() + timedelta(9)}

    async def finish_twice():
        async with office.ctx.db.write(SYSTEM) as write:
            for _ in range(2):
                await engine.move(write, SYSTEM, begun.subject, "finish", note="x")

    with pytest.raises(Conflict):
        await finish_twice()
    assert (await office.ctx.db.fetch("SELECT state FROM demo.case_row"))[0]["state"] == "working"


async def test_a_workflow_with_a_mistake_fails_its_plugin_by_name(open_hall):
    class Broken(Demo):
        def workflows(self):
            states = (*CASE.states[:2], State("lost", "Lost"))
            return [replace(CASE, states=states, read="demo.nothing")]

    from huitang_sdk import hookimpl

    Broken.workflows = hookimpl(Broken.workflows)
    hall = await open_hall(Broken())
    cause = hall.registry.get("demo").cause
    for said in ("'done', which is not declared", "demo.nothing", "'lost' cannot be reached", "'lost' is not final"):
        assert said in cause


async def test_the_operator_s_years_count(open_hall, tmp_path):
    path = tmp_path / "years.toml"
    path.write_text('[2098]\nholidays = ["2098-01-01"]\n', encoding="utf-8")
    hall = await open_hall(Demo(), plugins={"workflow": {"calendar_file": str(path)}})
    calendar = hall.registry.get("demo").context.workflow.calendar
    assert calendar.add_working_days(date(2098, 1, 2), 1) == date(2098, 1, 3)
