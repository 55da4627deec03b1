"""The inbox speaks when something comes or goes, to whom it concerns, after the commit."""

from __future__ import annotations

from notifying import REF

from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.kernel.live.talking import until


async def test_notices_todos_and_reading_are_told(open_town):
    hall, people = await open_town(background=False)
    ctx = hall.registry.get("town").context
    (lin, lin_heard), (other, other_heard) = [(person, []) for person in list(people.values())[:2]]
    for person, heard in ((lin, lin_heard), (other, other_heard)):
        hall.services.live.scoped("town").subscribe("notifications.inbox", str(person), heard.append)

    async def change(act):
        async with ctx.db.write(SYSTEM) as write:
            await act()
            await write.audit("town.paper.changed", REF)

    async def tell():
        await ctx.notifications.send("town.published", [lin], key="1", url="/town/1", data={"title": "公报"})

    task = Ref("town.paper", new_id())
    await change(tell)
    await until(lambda: len(lin_heard) == 1)
    await change(tell)  # told already: nothing new
    await change(lambda: ctx.todos.open("town.task", subject=task, assignee=lin, title="办理", url="/town/1"))
    await change(lambda: ctx.todos.close(task))
    await until(lambda: len(lin_heard) == 3)
    assert [(message.sequence, message.data) for message in lin_heard] == [(1, {}), (2, {}), (3, {})]
    await hall.services.notifications.reading.mark_all_read(lin)
    await until(lambda: len(lin_heard) == 4)
    assert lin_heard[3].is_hint
    assert other_heard == []
