"""Notices and to-dos: told once, words that never cost the notice, one list over all plugins."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from notifying import REF, tell

from huitang_kernel.plugins.registry import State
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM


async def notices(hall):
    return await hall.core.database.fetch("SELECT * FROM notifications.notice ORDER BY created_at, id")


async def test_the_same_key_tells_once_and_another_again(open_town):
    hall, people = await open_town(background=False)
    await tell(hall, [people["lin"]])
    await tell(hall, [people["lin"], people["ada"]])
    await tell(hall, [people["lin"]], key="2")
    found = [(row["recipient_id"], row["key"]) for row in await notices(hall)]
    assert found == [(people["lin"], "1"), (people["ada"], "1"), (people["lin"], "2")]


async def test_words_that_fail_never_cost_the_notice(open_town):
    hall, people = await open_town(background=False)
    await tell(hall, [people["lin"]], kind="town.broken")
    (row,) = await notices(hall)
    assert (row["title"], row["body"], row["url"]) == ("Words are missing", "", "/town/7")
    assert "notice:town.broken" in hall.registry.get("town").troubles


async def test_missing_words_fail_the_plugin_by_name(open_town):
    hall, _people = await open_town(background=False, missing="alarm/en.body.txt")
    record = hall.registry.get("town")
    assert record.state is State.FAILED
    assert record.cause == "notification kind town.alarm: templates/town/notices/alarm/en.body.txt is missing"


async def test_an_unknown_recipient_is_named_and_stops_nobody(open_town):
    hall, people = await open_town(background=False)
    await tell(hall, [uuid.UUID(int=404), people["lin"]])
    assert len(await notices(hall)) == 1
    assert "no account" in hall.registry.get("town").troubles["notice:town.published"].message


async def test_misuse_is_answered_clearly(open_town):
    hall, people = await open_town(background=False)
    ctx = hall.registry.get("town").context
    more = {"key": "1", "url": "/town/", "data": {}}
    with pytest.raises(RuntimeError, match="belongs inside"):
        await ctx.notifications.send("town.published", [people["lin"]], **more)
    with pytest.raises(ValueError, match="declares no notification kind"):
        await tell(hall, [people["lin"]], kind="other.kind")
    async with ctx.db.write(SYSTEM) as write:
        for url in ("https://elsewhere.example/", "//elsewhere.example/", "town", "/\\elsewhere.example"):
            with pytest.raises(ValueError, match="not an address"):
                await ctx.notifications.send("town.published", [people["lin"]], **(more | {"url": url}))
        with pytest.raises(ValueError, match="with todo=True"):
            await ctx.todos.open("town.published", subject=REF, assignee=people["lin"], title="x", url="/town/")
        await write.audit("town.paper.published", REF)


async def open_todo(hall, assignee, title, due=None, subject=REF):
    ctx = hall.registry.get("town").context
    async with ctx.db.write(SYSTEM) as write:
        more = {"title": title, "url": "/town/7", "due": due}
        found = await ctx.todos.open("town.task", subject=subject, assignee=assignee, **more)
        await write.audit("town.task.given", subject)
    return found


async def test_to_dos_come_overdue_first_and_open_once(open_town):
    hall, people = await open_town(background=False)
    ctx, today = hall.registry.get("town").context, date.today()
    lin = Actor(account_id=people["lin"])
    subjects = [Ref("town.paper", uuid.UUID(int=number)) for number in range(3)]
    await open_todo(hall, people["lin"], "no date", subject=subjects[0])
    await open_todo(hall, people["lin"], "later", today + timedelta(days=3), subjects[1])
    first = await open_todo(hall, people["lin"], "overdue", today - timedelta(days=1), subjects[2])
    again = await open_todo(hall, people["lin"], "overdue, renamed", today - timedelta(days=2), subjects[2])
    await open_todo(hall, people["ada"], "hers", today, subjects[0])
    assert again == first
    assert [todo.title for todo in await ctx.todos.mine(lin)] == ["overdue, renamed", "later", "no date"]
    assert [todo.title for todo in await ctx.todos.mine(lin, limit=1)] == ["overdue, renamed"]
    assert [todo.title for todo in await ctx.todos.due("town.task", before=today)] == ["overdue, renamed"]
    assert await ctx.todos.mine(Actor()) == []


async def test_to_dos_are_closed_by_subject_kind_and_person(open_town):
    hall, people = await open_town(background=False)
    ctx = hall.registry.get("town").context
    for name in ("lin", "ada", "zhou"):
        await open_todo(hall, people[name], name)
    async with ctx.db.write(SYSTEM) as write:
        assert await ctx.todos.close(REF, kind="town.other") == 0
        assert await ctx.todos.close(REF, assignee=people["lin"]) == 1
        assert await ctx.todos.close(REF, kind="town.task") == 2
        assert await ctx.todos.close(REF) == 0
        await write.audit("town.task.done", REF)
    reopened = await open_todo(hall, people["lin"], "again")
    assert [todo.id for todo in await ctx.todos.mine(Actor(account_id=people["lin"]))] == [reopened]


async def test_urging_counts(open_town):
    hall, people = await open_town(background=False)
    ctx = hall.registry.get("town").context
    todo = await open_todo(hall, people["lin"], "x", date.today())
    async with ctx.db.write(SYSTEM) as write:
        await ctx.todos.urge(todo)
        await ctx.todos.urge(todo)
        await write.audit("town.task.urged", REF)
    assert [t.urged for t in await ctx.todos.mine(Actor(account_id=people["lin"]))] == [2]


async def test_to_dos_of_a_disabled_plugin_rest(open_town):
    hall, people = await open_town(background=False)
    record = hall.registry.get("town")
    await open_todo(hall, people["lin"], "x")
    record.state = State.DISABLED
    assert await record.context.todos.mine(Actor(account_id=people["lin"])) == []
    record.state = State.ENABLED
    assert len(await record.context.todos.mine(Actor(account_id=people["lin"]))) == 1
