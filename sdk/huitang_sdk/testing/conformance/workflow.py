"""What taking steps of processes must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from huitang_sdk.contracts import Account, Actor, Begin, Organisation, Process, Ref, TimeLimit, Todo, Workflows, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from huitang_sdk.testing.people import actor

KIND, HANDLER, READER = "demo.case", "demo.handler", "demo.case_reader"
OpenWrite = Callable[[], AbstractAsyncContextManager[Write]]
Grant = Callable[[UUID, str, UUID, str], Awaitable[Any]]
Lists = Callable[[UUID], Awaitable[list[Todo]]]
Told = Callable[[UUID], Awaitable[list[tuple[str, str]]]]
DAY = timedelta(1)


class WorkflowContract:
    """Give `workflow` of a plugin that declares demo.case, `open_write`, `units`, `people` and `grant` as
    `PermissionsContract` has them, `lists` (the open to-dos of an account) and `told` (kind and url of its notices).

    demo.case: new → (take) → working → (finish, with a reason) → done → (reopen) → working; (drop) from new to done.
    Handlers may everything, readers see. It is assigned with a notice demo.published, which takes it from new to
    working, and stands on the assignee's list as demo.task while it is working. The deadline `handle` is 60 natural
    days from new, with marks 3 days before, on the day and the day after that tell the assignee demo.published; it can
    be extended once by at most 30 days. `answer` is 5 working days from working. Both can be paused.
    """

    units: dict[str, Organisation]
    people: dict[str, Account]

    @pytest.fixture
    def workflow(self) -> Workflows:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def open_write(self) -> OpenWrite:
        """Opens the transaction that changes belong into, and gives it."""
        raise NotImplementedError

    @pytest.fixture
    def grant(self) -> Grant:
        """Gives an account a role."""
        raise NotImplementedError

    @pytest.fixture
    def lists(self) -> Lists:
        """What is on a person's list."""
        raise NotImplementedError

    @pytest.fixture
    def told(self) -> Told:
        """What a person was told."""
        raise NotImplementedError

    @pytest.fixture
    def east(self, units: dict[str, Organisation]) -> UUID:
        """Where the processes belong."""
        return units["东江区"].id

    @pytest.fixture
    def handler(self, east: UUID) -> Actor:
        """Somebody who may everything there."""
        return actor("办理人", (HANDLER, east, "below"))

    @pytest.fixture
    async def assignee(self, grant: Grant, people: dict[str, Account], east: UUID) -> UUID:
        """Somebody with an account who may have it."""
        await grant(people["lin"].id, HANDLER, east, "below")
        return people["lin"].id

    @pytest.fixture
    async def begun(self, workflow: Workflows, open_write: OpenWrite, handler: Actor, east: UUID) -> Process:
        """A process that has begun on 1 April 2026."""
        async with open_write() as write:
            return await workflow.start(write, handler, Ref(KIND, new_id()), east, since=date(2026, 4, 1))

    async def test_a_process_begins_with_its_deadlines_and_is_on_record(
        self, workflow: Workflows, begun: Process, handler: Actor
    ) -> None:
        """And is what is read afterwards."""
        assert await workflow.process(begun.subject) == begun
        assert (begun.state, begun.version, begun.starter_id) == ("new", 1, handler.account_id)
        assert [(limit.name, limit.due) for limit in begun.limits] == [("handle", date(2026, 5, 31))]
        assert begun.due == date(2026, 5, 31)
        history = await workflow.history(begun.subject)
        assert [(step.action, step.before, step.state) for step in history] == [("demo.case.started", "", "new")]
        assert await workflow.processes([begun.subject, Ref(KIND, new_id())]) == {begun.subject.id: begun}
        assert await workflow.process(Ref(KIND, new_id())) is None

    async def test_a_subject_has_one_process(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor, east: UUID
    ) -> None:
        """The second begins nothing."""
        with pytest.raises(Conflict):
            async with open_write() as write:
                await workflow.start(write, handler, begun.subject, east)
        assert len(await workflow.history(begun.subject)) == 1

    async def test_a_move_changes_the_state_and_ends_and_begins_deadlines(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor
    ) -> None:
        """With the day it counts from."""
        async with open_write() as write:
            moved = await workflow.move(write, handler, begun.subject, "take", on=date(2026, 4, 3))
        assert (moved.state, moved.version) == ("working", 2)
        answer = moved.limit("answer")
        assert answer is not None
        assert answer.due == date(2026, 4, 13)
        async with open_write() as write:
            done = await workflow.move(write, handler, begun.subject, "finish", note="已答复", on=date(2026, 4, 10))
        assert done.finished_at is not None
        assert {limit.name: limit.done_on for limit in done.limits} == {
            "handle": date(2026, 4, 10),
            "answer": date(2026, 4, 10),
        }
        assert done.due is None
        async with open_write() as write:
            again = await workflow.move(write, handler, begun.subject, "reopen", on=date(2026, 4, 20))
        handle = again.limit("handle")
        assert handle is not None
        assert (handle.due, handle.done_on, again.finished_at) == (date(2026, 5, 31), None, None)
        history = await workflow.history(begun.subject)
        assert [(step.transition, step.note) for step in history[:3]] == [
            ("reopen", ""), ("finish", "已答复"), ("take", ""),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("transition", "values", "error"),
        [
            ("finish", {"note": "x"}, Conflict),
            ("take", {"version": 7}, Conflict),
            ("drop", {"note": " "}, Invalid),
            ("fly", {}, ValueError),
        ],
    )
    async def test_what_is_not_possible_changes_nothing(
        self,
        workflow: Workflows,
        open_write: OpenWrite,
        begun: Process,
        handler: Actor,
        transition: str,
        values: dict[str, Any],
        error: type[Exception],
    ) -> None:
        """From another state, on an old version, without the reason, or not declared."""
        with pytest.raises(error):
            async with open_write() as write:
                await workflow.move(write, handler, begun.subject, transition, **values)
        assert await workflow.process(begun.subject) == begun
        assert len(await workflow.history(begun.subject)) == 1

    async def test_who_may_do_what(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, east: UUID, units: dict[str, Organisation]
    ) -> None:
        """Readers see and move nothing; whoever is elsewhere does not learn that it is there."""
        reader = actor("读者", (READER, east, "unit"))
        elsewhere = actor("别处", (HANDLER, units["西江区"].id, "unit"))
        assert await workflow.visible(reader, begun.subject) == begun
        assert list(await workflow.available(reader, begun)) == []
        with pytest.raises(Forbidden):
            async with open_write() as write:
                await workflow.move(write, reader, begun.subject, "take")
        with pytest.raises(NotFound):
            await workflow.visible(elsewhere, begun.subject)
        with pytest.raises(NotFound):
            async with open_write() as write:
                await workflow.move(write, elsewhere, begun.subject, "take")
        assert list(await workflow.available(elsewhere, begun)) == []

    async def test_it_can_go_into_another_organisation_s_hands(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor, units: dict[str, Organisation]
    ) -> None:
        """With a move: theirs from then on, and no longer of those who had it."""
        west = actor("西边", (HANDLER, units["西江区"].id, "unit"))
        async with open_write() as write:
            moved = await workflow.move(write, handler, begun.subject, "take", organisation=units["西江区"].id)
        assert (moved.organisation_id, moved.assignee_id) == (units["西江区"].id, None)
        assert await workflow.visible(west, begun.subject) == moved
        with pytest.raises(NotFound):
            await workflow.visible(handler, begun.subject)

    async def test_what_may_be_done_is_listed(self, workflow: Workflows, begun: Process, handler: Actor) -> None:
        """With whether it needs a reason."""
        acts = await workflow.available(handler, begun)
        assert [(act.transition, act.to, act.reason) for act in acts] == [
            ("take", "working", False),
            ("drop", "done", True),
        ]

    async def test_an_assigned_process_stands_on_one_list(
        self,
        workflow: Workflows,
        open_write: OpenWrite,
        begun: Process,
        handler: Actor,
        assignee: UUID,
        grant: Grant,
        people: dict[str, Account],
        east: UUID,
        lists: Lists,
        told: Told,
    ) -> None:
        """Until it goes to somebody else or is done."""
        assert assignee in await workflow.candidates(begun)
        due = workflow_today(workflow, begun) + 20 * DAY
        async with open_write() as write:
            taken = await workflow.assign(write, handler, begun.subject, assignee, due=due)
        assert (taken.state, taken.assignee_id) == ("working", assignee)
        assert [(todo.kind, todo.subject) for todo in await lists(assignee)] == [("demo.task", begun.subject)]
        assert [kind for kind, _url in await told(assignee)] == ["demo.published"]
        chen = people["chen"].id
        with pytest.raises(Invalid):
            async with open_write() as write:
                await workflow.assign(write, handler, begun.subject, chen)
        await grant(chen, HANDLER, east, "unit")
        async with open_write() as write:
            await workflow.assign(write, handler, begun.subject, chen)
        assert await lists(assignee) == []
        assert len(await lists(chen)) == 1
        async with open_write() as write:
            await workflow.move(write, handler, begun.subject, "finish", note="办结")
        assert await lists(chen) == []
        with pytest.raises(Conflict):
            async with open_write() as write:
                await workflow.assign(write, handler, begun.subject, assignee)

    async def test_a_pause_is_not_counted(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor
    ) -> None:
        """Twice over, and not while it is not paused."""
        for start, end in ((date(2026, 4, 10), date(2026, 4, 15)), (date(2026, 5, 1), date(2026, 5, 3))):
            async with open_write() as write:
                still = await workflow.pause(write, handler, begun.subject, reason="听证", on=start)
            assert still.due is None
            async with open_write() as write:
                ran = await workflow.resume(write, handler, begun.subject, on=end)
        assert ran.due == date(2026, 5, 31) + 7 * DAY
        with pytest.raises(Conflict):
            async with open_write() as write:
                await workflow.resume(write, handler, begun.subject)

    async def test_an_extension_is_granted_by_somebody_else_and_once(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor, east: UUID
    ) -> None:
        """And only as long as the rule allows."""
        head = actor("负责人", (HANDLER, east, "below"))
        with pytest.raises(Invalid):
            async with open_write() as write:
                await workflow.ask_extension(write, handler, begun.subject, "handle", 31, reason="复杂")
        async with open_write() as write:
            asked = await workflow.ask_extension(write, handler, begun.subject, "handle", 30, reason="复杂")
        assert [(one.days, one.granted) for one in await workflow.extensions(begun.subject)] == [(30, None)]
        with pytest.raises(Forbidden):
            async with open_write() as write:
                await workflow.approve_extension(write, handler, asked)
        async with open_write() as write:
            longer = await workflow.approve_extension(write, head, asked, note="同意")
        assert longer.due == date(2026, 5, 31) + 30 * DAY
        with pytest.raises(Conflict):
            async with open_write() as write:
                await workflow.approve_extension(write, head, asked)
        with pytest.raises(Conflict):
            async with open_write() as write:
                await workflow.ask_extension(write, handler, begun.subject, "handle", 5, reason="还要")

    async def test_a_refused_extension_leaves_the_due_date(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor
    ) -> None:
        """With the reason on record."""
        async with open_write() as write:
            asked = await workflow.ask_extension(write, handler, begun.subject, "handle", 3, reason="复杂")
        async with open_write() as write:
            same = await workflow.refuse_extension(write, SYSTEM, asked, reason="不复杂")
        assert same.due == begun.due
        assert [(one.granted, one.note) for one in await workflow.extensions(begun.subject)] == [(False, "不复杂")]

    async def test_marks_are_seen_to_once(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor, assignee: UUID, told: Told
    ) -> None:
        """On their day, or later when nobody looked before; again for another due date."""
        async with open_write() as write:
            await workflow.assign(write, handler, begun.subject, assignee)
        before = len(await told(assignee))
        due = date(2026, 5, 31)
        assert await workflow.watch(due - 4 * DAY) == 0
        assert await workflow.watch(due - 2 * DAY) == 1
        assert await workflow.watch(due - 2 * DAY) == 0
        assert await workflow.watch(due + 9 * DAY) == 1
        assert await workflow.watch(due + 99 * DAY) == 0
        assert len(await told(assignee)) == before + 2
        marks = [step.detail["mark"] for step in await workflow.history(begun.subject) if "mark" in step.detail]
        assert marks == ["late", "soon"]
        async with open_write() as write:
            await workflow.redate(write, handler, begun.subject, "handle", due + 200 * DAY)
        assert await workflow.watch(due + 200 * DAY) == 1

    async def test_many_begin_at_once(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor, east: UUID
    ) -> None:
        """Those that have begun are left alone."""
        fresh = [Ref(KIND, new_id()) for _ in range(3)]
        begins = [Begin(subject, east, since=date(2026, 4, 1)) for subject in (begun.subject, *fresh)]
        begins[1] = replace(begins[1], state="working")
        async with open_write() as write:
            assert await workflow.start_many(write, handler, begins) == 3
        found = await workflow.processes(fresh)
        assert [found[subject.id].state for subject in fresh] == ["working", "new", "new"]
        assert [limit.name for limit in found[fresh[0].id].limits] == ["answer"]
        assert len(await workflow.history(fresh[1])) == 1

    async def test_many_begin_at_once_as_if_each_began_alone(
        self, workflow: Workflows, open_write: OpenWrite, handler: Actor, east: UUID, assignee: UUID, lists: Lists
    ) -> None:
        """On somebody's list, each with its line of history."""
        fresh = [Ref(KIND, new_id()) for _ in range(2)]
        async with open_write() as write:
            begins = [Begin(subject, east, "working", assignee) for subject in fresh]
            assert await workflow.start_many(write, handler, begins, told=True) == 2
        assert {todo.subject for todo in await lists(assignee)} == set(fresh)
        for subject in fresh:
            assert [step.action for step in await workflow.history(subject)] == [f"{KIND}.started"]

    async def test_what_else_happens_is_on_record_too(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor
    ) -> None:
        """In the same history."""
        async with open_write() as write:
            await workflow.note(write, handler, begun.subject, "paper.added", detail={"pages": 3}, note="附件")
        step = (await workflow.history(begun.subject))[0]
        assert (step.action, step.detail, step.note) == ("demo.paper.added", {"pages": 3}, "附件")
        assert (step.before, step.state) == ("new", "new")

    async def test_a_year_without_data_is_named(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process, handler: Actor
    ) -> None:
        """And nothing is guessed."""
        with pytest.raises(Conflict, match="2099"):
            async with open_write() as write:
                await workflow.move(write, handler, begun.subject, "take", on=date(2099, 3, 2))
        assert await workflow.process(begun.subject) == begun

    async def test_limits_are_put_in_place_of_others(
        self, workflow: Workflows, open_write: OpenWrite, begun: Process
    ) -> None:
        """What was seen to on one that stays as it is is not seen to again."""
        due = date(2026, 5, 31)
        assert await workflow.watch(due - 3 * DAY) == 1
        same = TimeLimit(name="handle", starts=date(2026, 4, 1), first_due=due, due=due, article="第三十四条")
        other = TimeLimit(name="answer", starts=date(2026, 4, 2), first_due=due, due=due)
        async with open_write() as write:
            await workflow.set_limits(write, {begun.subject: [same, other]})
            await write.audit("demo.case.counted", begun.subject)
        assert await workflow.watch(due - 3 * DAY) == 0
        found = await workflow.process(begun.subject)
        assert found is not None
        assert [(limit.name, limit.article, limit.reached) for limit in found.limits] == [
            ("handle", "第三十四条", -3),
            ("answer", "", None),
        ]

    async def test_an_undeclared_workflow_is_a_mistake(
        self, workflow: Workflows, open_write: OpenWrite, handler: Actor, east: UUID
    ) -> None:
        """Of the plugin."""
        with pytest.raises(ValueError, match=r"demo\.other"):
            await workflow.process(Ref("demo.other", new_id()))
        with pytest.raises(ValueError, match=r"demo\.other"):
            async with open_write() as write:
                await workflow.start(write, handler, Ref("demo.other", new_id()), east)


def workflow_today(workflow: Workflows, process: Process) -> date:
    """A day that is not past on the clock that the process was started by."""
    del workflow
    return process.started_at.date() + DAY
