"""Random walks over a workflow: only declared states, every step on record, to-dos and deadlines as they must be."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitang_sdk.contracts import ProcessChanged, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, HuitangError
from huitang_sdk.testing import FakeWrite, fake_context
from tests.sdk.demo_plugin import CASE, CASE_HANDLE, Demo, city

STATES = {state.id for state in CASE.states}
STEPS = st.one_of(
    st.tuples(st.sampled_from([transition.id for transition in CASE.transitions])),
    st.tuples(st.just("assign"), st.sampled_from(["lin", "chen", ""])),
    st.tuples(st.sampled_from(["pause", "resume"]), st.sampled_from(["", "handle", "answer"])),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("extend"), st.integers(0, 35)),
)


class Walk:
    """One process, and the steps that were taken on it."""

    def __init__(self):
        plugin = Demo()
        self.ctx = fake_context(plugin, db=None)
        identity, units, people = city()
        self.ctx.identity = self.ctx.permissions.identity = identity
        self.people = {name: people[name].id for name in ("lin", "chen")}
        for person in self.people.values():
            self.ctx.permissions.grant(person, "demo.handler", units["云江市"].id, "all")
        self.subject, self.unit, self.write = Ref("demo.case", new_id()), units["东江区"].id, FakeWrite()

    async def start(self):
        return await self.ctx.workflow.start(self.write, SYSTEM, self.subject, self.unit)

    async def step(self, what, *values):
        workflow, write, subject = self.ctx.workflow, self.write, self.subject
        match what:
            case "assign":
                await workflow.assign(write, SYSTEM, subject, self.people.get(values[0]))
            case "pause":
                await workflow.pause(write, SYSTEM, subject, reason="听证", deadline=values[0])
            case "resume":
                await workflow.resume(write, SYSTEM, subject, deadline=values[0])
            case "extend":
                asked = await workflow.ask_extension(write, SYSTEM, subject, "handle", values[0], reason="复杂")
                await workflow.approve_extension(write, SYSTEM, asked)
            case "wait":
                self.ctx.clock.forward(days=values[0])
                await workflow.watch(self.ctx.clock.today())
            case _:
                await workflow.move(write, SYSTEM, subject, what, note="理由")

    async def check(self, before, refused):
        """What holds after every step, whatever it was."""
        process = await self.ctx.workflow.process(self.subject)
        history = await self.ctx.workflow.history(self.subject)
        assert process.state in STATES
        assert (process.finished_at is not None) == (process.state == "done")
        open_names = [limit.name for limit in process.limits if limit.done_on is None]
        assert len(open_names) == len(set(open_names))
        if process.state == "done":
            assert open_names == []
        if refused:
            assert process == before
        todos = [todo for person in self.people.values() for todo in self.ctx.todos.all if todo.assignee_id == person]
        wanted = {process.assignee_id} if process.state == "working" and process.assignee_id else set()
        assert {todo.assignee_id for todo in todos if todo.closed_at is None} == wanted
        states = [step.state for step in reversed(history)]
        assert states[0] == "new"
        assert states[-1] == process.state
        for step, earlier in itertools.pairwise(history):
            assert step.before == earlier.state
        return process


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=15))
async def test_a_walk_stays_on_the_declared_ways_and_on_record(steps):
    walk = Walk()
    process = await walk.start()
    moved = 0
    for step in steps:
        before, refused = process, False
        try:
            await walk.step(*step)
        except HuitangError:
            refused = step[0] != "extend"
        process = await walk.check(before, refused)
        moved += before.state != process.state
    history = await walk.ctx.workflow.history(walk.subject)
    assert sum(step.before not in ("", step.state) for step in history) == moved
    changes = [event for event in walk.write.emitted if isinstance(event, ProcessChanged)]
    assert sum(event.before not in ("", event.state) for event in changes) == moved
    assert len(walk.write.audited) + len(walk.ctx.workflow.watched.audited) >= len(history)


async def test_the_second_of_two_clicks_is_told_that_it_is_stale():
    walk = Walk()
    begun = await walk.start()
    assert begun.version == 1
    await walk.ctx.workflow.move(walk.write, SYSTEM, walk.subject, "take", version=1)
    with pytest.raises(Conflict, match=r"Somebody changed|已有他人"):
        await walk.ctx.workflow.move(walk.write, SYSTEM, walk.subject, "take", version=1)
    again = await walk.ctx.workflow.move(walk.write, SYSTEM, walk.subject, "take", settled=True)
    assert again.version == 2
    assert CASE.transition("take").permission == CASE_HANDLE


async def test_a_clock_of_the_plugin_decides_all_limits():
    """It is asked after every step, and keeps the marks that were seen to."""
    from msgspec.structs import replace

    from huitang_sdk.contracts import TimeLimit
    from huitang_sdk.testing import FakeWorkflow

    asked = []

    async def clock(_ctx, processes, today):
        (process,) = processes
        asked.append(process.state)
        due = today + timedelta(7 if process.state == "new" else 30)
        return {process.subject: [TimeLimit(name="handle", starts=today, first_due=due, due=due, article="第二十三条")]}

    walk = Walk()
    workflow = FakeWorkflow([replace(CASE, clock=clock)])
    workflow.context = walk.ctx
    walk.ctx.workflow = workflow
    begun = await walk.start()
    assert [(limit.name, limit.article) for limit in begun.limits] == [("handle", "第二十三条")]
    moved = await workflow.move(walk.write, SYSTEM, walk.subject, "take")
    assert (moved.due - begun.due, asked) == (timedelta(23), ["new", "working"])
    assert await workflow.recount(walk.write, walk.subject) == moved
