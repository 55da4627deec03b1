"""Reminders before the due date: one per declaration, reviewer, due date and threshold, however often the job runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from huitang_budget.services.access import Ctx, ref
from huitang_budget.services.history import record
from huitang_sdk.contracts import Todo
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

OVERDUE = -1
INSERT = """
INSERT INTO budget.reminder (id, declaration_id, assignee_id, due, days_left, sent_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT reminder_once DO NOTHING RETURNING id
"""


def threshold(days_left: int, thresholds: Sequence[int]) -> int | None:
    """Which reminder is due: the smallest threshold reached, OVERDUE past the date, None when it is too early.

    >>> threshold(5, (3, 1, 0)), threshold(2, (3, 1, 0)), threshold(0, (3, 1, 0)), threshold(-4, (3, 1, 0))
    (None, 3, 0, -1)
    """
    if days_left < 0:
        return OVERDUE
    return min((days for days in thresholds if days_left <= days), default=None)


async def send_reminders(ctx: Ctx, today: date) -> int:
    """Remind every reviewer whose open to-do reaches a threshold by `today`; returns how many were reminded."""
    furthest = max(ctx.settings.remind_days, default=0)
    todos = await ctx.todos.due("budget.assigned", before=today + timedelta(days=furthest + 1))
    sent = 0
    for todo in todos:
        if todo.due is not None:
            level = threshold((todo.due - today).days, ctx.settings.remind_days)
            if level is not None:
                sent += await _remind(ctx, todo, todo.due, level, (todo.due - today).days)
    return sent


async def _remind(ctx: Ctx, todo: Todo, due: date, level: int, days_left: int) -> int:
    rows = await ctx.db.fetch("SELECT project, unit FROM budget.declaration WHERE id = $1", todo.subject.id)
    if not rows:
        return 0
    key = (todo.subject.id, todo.assignee_id, due, level)
    seen = "SELECT 1 FROM budget.reminder WHERE (declaration_id, assignee_id, due, days_left) = ($1, $2, $3, $4)"
    if await ctx.db.fetch(seen, *key):
        return 0
    async with ctx.db.write(SYSTEM) as write:
        fresh = await ctx.db.fetch(INSERT, new_id(), *key, ctx.clock.now())
        detail = {"assignee_id": str(todo.assignee_id), "due": due, "days_left": days_left}
        if not fresh:
            await write.audit("budget.declaration.reminded_already", todo.subject, detail=detail)
            return 0
        await _send(ctx, todo, rows[0], due, level, days_left)
        await ctx.todos.urge(todo.id)
        await record(ctx, write, SYSTEM, todo.subject.id, "declaration.reminded", detail)
    return 1


async def _send(ctx: Ctx, todo: Todo, row: dict[str, Any], due: date, level: int, days_left: int) -> None:
    await ctx.notifications.send(
        "budget.due_soon",
        [todo.assignee_id],
        key=f"{todo.subject.id}:{due.isoformat()}:{level}",
        url=todo.url,
        data={
            "project": row["project"],
            "unit": row["unit"],
            "due": due.isoformat(),
            "days": str(abs(days_left)),
            "overdue": "yes" if days_left < 0 else "",
        },
        subject=ref(todo.subject.id),
    )
