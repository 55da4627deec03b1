"""What lists of to-dos must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from huitang_sdk.contracts import Actor, NewTodo, Ref, Todo, Todos
from huitang_sdk.db import new_id
from huitang_sdk.testing.people import actor

Write = Callable[[], AbstractAsyncContextManager[Any]]
MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


class TodosContract:
    """Give `todos` of a plugin that declares the to-do kinds demo.task and demo.call, and `write`."""

    person: Actor
    subject: Ref

    @pytest.fixture
    def todos(self) -> Todos:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    @pytest.fixture
    def add(self, todos: Todos, write: Write) -> Callable[..., Awaitable[UUID]]:
        """Open a to-do of `person` about `subject`, both new for every test."""
        self.person, self.subject = actor("林秀英"), Ref("demo.thing", new_id())

        async def add(kind: str = "demo.task", **more: Any) -> UUID:
            values = {"subject": self.subject, "assignee": self.person.account_id, "title": "审查", "url": "/demo/1"}
            async with write():
                return await todos.open(kind, **{**values, **more})

        return add

    async def one(self, todos: Todos) -> Todo:
        """The only to-do of the person."""
        (todo,) = await todos.mine(self.person)
        return todo

    async def test_an_open_one_is_on_the_list(self, todos: Todos, add: Any) -> None:
        """Of that person alone."""
        identifier = await add(due=MAY)
        todo = await self.one(todos)
        assert (todo.id, todo.kind, todo.subject, todo.due) == (identifier, "demo.task", self.subject, MAY)
        assert (todo.title, todo.url, todo.urged, todo.closed_at) == ("审查", "/demo/1", 0, None)
        assert list(await todos.mine(actor("别人"))) == list(await todos.mine(Actor())) == []

    async def test_opened_again_it_is_updated(self, todos: Todos, add: Any) -> None:
        """The same kind, subject and person are the same to-do."""
        assert await add(due=MAY) == await add(title="复审", url="/demo/2", due=JUNE)
        todo = await self.one(todos)
        assert (todo.title, todo.url, todo.due) == ("复审", "/demo/2", JUNE)

    async def test_many_are_opened_at_once(self, todos: Todos, write: Write, add: Any) -> None:
        """As one after the other: in their order, and the last one counts where one is named twice."""
        known, other = await add(due=MAY), actor("周明")
        assert other.account_id
        assert self.person.account_id
        new = [
            NewTodo(self.subject, other.account_id, "复审", "/demo/1"),
            NewTodo(self.subject, self.person.account_id, "复审", "/demo/1"),
            NewTodo(self.subject, self.person.account_id, "终审", "/demo/2", JUNE),
        ]
        async with write():
            first, second, third = await todos.open_many("demo.task", new)
            assert list(await todos.open_many("demo.task", [])) == []
        assert (second, third) == (known, known) != (first, first)
        todo = await self.one(todos)
        assert (todo.title, todo.url, todo.due) == ("终审", "/demo/2", JUNE)
        assert [todo.id for todo in await todos.mine(other)] == [first]

    async def test_closed_it_can_be_opened_anew(self, todos: Todos, write: Write, add: Any) -> None:
        """As another to-do."""
        first = await add()
        async with write():
            assert await todos.close(self.subject) == 1
            assert await todos.close(self.subject) == 0
        assert list(await todos.mine(self.person)) == []
        assert await add() != first

    async def test_closing_of_one_kind_or_person(self, todos: Todos, write: Write, add: Any) -> None:
        """The others stay."""
        other = actor("周明")
        await add()
        await add("demo.call")
        await add(assignee=other.account_id)
        async with write():
            assert await todos.close(Ref("demo.thing", new_id())) == 0
            assert await todos.close(self.subject, kind="demo.call") == 1
            assert await todos.close(self.subject, assignee=other.account_id) == 1
        assert (await self.one(todos)).kind == "demo.task"

    async def test_a_subject_s_are_everybody_s(self, todos: Todos, write: Write, add: Any) -> None:
        """The open ones."""
        other = actor("周明")
        await add()
        await add(assignee=other.account_id)
        await add(subject=Ref("demo.thing", new_id()))
        assert {todo.assignee_id for todo in await todos.of(self.subject)} == {
            self.person.account_id,
            other.account_id,
        }
        async with write():
            await todos.close(self.subject, assignee=other.account_id)
        assert [todo.assignee_id for todo in await todos.of(self.subject)] == [self.person.account_id]

    async def test_reminders_are_counted(self, todos: Todos, write: Write, add: Any) -> None:
        """One by one."""
        identifier = await add()
        for _ in range(2):
            async with write():
                await todos.urge(identifier)
        assert (await self.one(todos)).urged == 2

    async def test_the_list_is_in_the_order_of_due_dates(self, todos: Todos, add: Any) -> None:
        """Those without one last; at most as many as asked for."""
        for due in (None, JUNE, MAY):
            await add(subject=Ref("demo.thing", new_id()), due=due)
        assert [todo.due for todo in await todos.mine(self.person)] == [MAY, JUNE, None]
        assert [todo.due for todo in await todos.mine(self.person, limit=1)] == [MAY]

    async def test_due_before_a_date(self, todos: Todos, write: Write, add: Any) -> None:
        """Open ones of the kind; due on the date is not before it."""
        wanted = await add(due=MAY)
        await add("demo.call", due=MAY)
        await add(subject=Ref("demo.thing", new_id()), due=JUNE)
        await add(subject=Ref("demo.thing", new_id()))
        assert [todo.id for todo in await todos.due("demo.task", before=JUNE)] == [wanted]
        async with write():
            await todos.close(self.subject)
        assert list(await todos.due("demo.task", before=JUNE)) == []

    async def test_mistakes_are_said(self, todos: Todos, add: Any) -> None:
        """Kinds that are no to-dos, and addresses of other sites."""
        for wrong in ({"kind": "demo.published"}, {"kind": "demo.undeclared"}, {"url": "//elsewhere.example"}):
            with pytest.raises(ValueError):
                await add(**wrong)
