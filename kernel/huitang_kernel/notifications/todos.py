"""To-dos: one list per person over all plugins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from huitang_kernel.core import Core
from huitang_kernel.db.database import inside_write
from huitang_kernel.notifications.inbox import Inbox
from huitang_kernel.notifications.telling import check_address
from huitang_sdk.contracts import Actor, NewTodo, Ref, Todo
from huitang_sdk.db import new_id

# In one order, so that two who open the same wait for one another.
OPEN = """
INSERT INTO notifications.todo
    (id, plugin, kind, subject_kind, subject_id, assignee_id, title, url, due, opened_at)
SELECT t.id, $1, $2, t.subject_kind, t.subject_id, t.assignee_id, t.title, t.url, t.due, $3
FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::date[])
    AS t (id, subject_kind, subject_id, assignee_id, title, url, due)
ORDER BY t.subject_kind, t.subject_id, t.assignee_id
ON CONFLICT (kind, subject_kind, subject_id, assignee_id) WHERE closed_at IS NULL
DO UPDATE SET title = excluded.title, url = excluded.url, due = excluded.due
RETURNING id, subject_kind, subject_id, assignee_id
"""
CLOSE = """
UPDATE notifications.todo SET closed_at = $1
WHERE plugin = $2 AND subject_kind = $3 AND subject_id = $4 AND closed_at IS NULL
AND ($5::text IS NULL OR kind = $5) AND ($6::uuid IS NULL OR assignee_id = $6)
RETURNING assignee_id
"""
COLUMNS = "id, kind, subject_kind, subject_id, title, url, assignee_id, due, opened_at, urged, closed_at"
MINE = f"""
SELECT {COLUMNS} FROM notifications.todo
WHERE assignee_id = $1 AND closed_at IS NULL AND plugin = ANY($2)
ORDER BY due NULLS LAST, opened_at, id LIMIT $3 OFFSET $4
"""
COUNT_MINE = """
SELECT plugin, count(*) AS count FROM notifications.todo
WHERE assignee_id = $1 AND closed_at IS NULL AND plugin = ANY($2) GROUP BY plugin
"""
OF = f"""
SELECT {COLUMNS} FROM notifications.todo
WHERE plugin = $1 AND subject_kind = $2 AND subject_id = $3 AND closed_at IS NULL
ORDER BY due NULLS LAST, opened_at, id
"""
DUE = f"""
SELECT {COLUMNS} FROM notifications.todo
WHERE plugin = $1 AND kind = $2 AND closed_at IS NULL AND due < $3 ORDER BY due, opened_at, id
"""


def todo_of(row: dict[str, Any]) -> Todo:
    """The contract's value of a row of COLUMNS."""
    return Todo(
        id=row["id"],
        kind=row["kind"],
        subject=Ref(row["subject_kind"], row["subject_id"]),
        title=row["title"],
        url=row["url"],
        assignee_id=row["assignee_id"],
        due=row["due"],
        created_at=row["opened_at"],
        urged=row["urged"],
        closed_at=row["closed_at"],
    )


class TodoList:
    """Reads and changes the table; which plugin asks is an argument."""

    def __init__(self, core: Core, inbox: Inbox) -> None:
        self._core = core
        self._database = core.database
        self.inbox = inbox

    def open_plugins(self) -> list[str]:
        """To-dos of a disabled plugin rest with it: their pages are shut."""
        return [record.id for record in self._core.registry.active()]

    async def mine(self, account: UUID, *, plugin: str = "", limit: int = 50, offset: int = 0) -> list[Todo]:
        plugins = [plugin] if plugin in self.open_plugins() else self.open_plugins()
        return [todo_of(row) for row in await self._database.fetch(MINE, account, plugins, limit, offset)]

    async def count_mine(self, account: UUID) -> dict[str, int]:
        """How many open to-dos a person has, by plugin."""
        rows = await self._database.fetch(COUNT_MINE, account, self.open_plugins())
        return {row["plugin"]: row["count"] for row in rows}


class PluginTodos:
    """One plugin's view; implements huitang_sdk.contracts.Todos."""

    def __init__(self, core: Core, todos: TodoList, plugin: str) -> None:
        self._core = core
        self._database = core.database
        self._todos = todos
        self._plugin = plugin

    async def open(
        self, kind: str, *, subject: Ref, assignee: UUID, title: str, url: str, due: date | None = None
    ) -> UUID:
        return (await self.open_many(kind, [NewTodo(subject, assignee, title, url, due)]))[0]

    async def open_many(self, kind: str, todos: Sequence[NewTodo]) -> Sequence[UUID]:
        self._check_kind(kind)
        inside_write("todos.open")
        for new in todos:
            check_address(new.url)
        last = {(new.subject, new.assignee): new for new in todos}
        if not last:
            return []
        rows = [(new_id(), s.subject.kind, s.subject.id, s.assignee, s.title, s.url, s.due) for s in last.values()]
        columns = map(list, zip(*rows, strict=True))
        opened = await self._database.fetch(OPEN, self._plugin, kind, self._core.clock.now(), *columns)
        await self._todos.inbox.changed(assignee for _subject, assignee in last)
        ids = {(Ref(row["subject_kind"], row["subject_id"]), row["assignee_id"]): row["id"] for row in opened}
        return [ids[new.subject, new.assignee] for new in todos]

    async def close(self, subject: Ref, *, kind: str | None = None, assignee: UUID | None = None) -> int:
        inside_write("todos.close")
        now = self._core.clock.now()
        closed = await self._database.fetch(CLOSE, now, self._plugin, subject.kind, subject.id, kind, assignee)
        await self._todos.inbox.changed(row["assignee_id"] for row in closed)
        return len(closed)

    async def of(self, subject: Ref) -> Sequence[Todo]:
        return [todo_of(row) for row in await self._database.fetch(OF, self._plugin, subject.kind, subject.id)]

    async def urge(self, todo_id: UUID) -> None:
        inside_write("todos.urge")
        sql = "UPDATE notifications.todo SET urged = urged + 1 WHERE id = $1 AND plugin = $2 AND closed_at IS NULL"
        await self._database.execute(sql, todo_id, self._plugin)

    async def mine(self, actor: Actor, *, limit: int = 50) -> Sequence[Todo]:
        return await self._todos.mine(actor.account_id, limit=limit) if actor.account_id else []

    async def due(self, kind: str, *, before: date) -> Sequence[Todo]:
        self._check_kind(kind)
        return [todo_of(row) for row in await self._database.fetch(DUE, self._plugin, kind, before)]

    def _check_kind(self, kind: str) -> None:
        record = self._core.registry.get(self._plugin)
        declared = record.declarations.notification_kinds if record else ()
        if not any(k.id == kind and k.todo for k in declared):
            raise ValueError(f"plugin {self._plugin} declares no notification kind {kind!r} with todo=True")
