"""Reminders of requests for leave that nobody has decided: a meeting never begins with one by oversight."""

from __future__ import annotations

from datetime import date
from typing import Any

from huitang_conference.services.access import Ctx, ref
from huitang_conference.services.leave import ASKED
from huitang_sdk.contracts import Todo
from huitang_sdk.contracts.identity import SYSTEM

WAITS = "conference.leave_waits"
# Once it has waited some days, and again after as many; every day from the eve of the meeting on.
WAITING = """
SELECT l.id, l.created_at, a.name, m.id AS meeting_id, m.title AS meeting
FROM conference.leave_request l JOIN conference.attendee a ON a.id = l.attendee_id
JOIN conference.meeting m ON m.id = l.meeting_id
WHERE l.state = 'asked' AND m.state IN ('convened', 'open', 'adjourned') AND m.rehearsal_of IS NULL
  AND (l.created_at AT TIME ZONE 'Asia/Shanghai')::date < $1 AND l.reminded_on IS DISTINCT FROM $1
  AND ((m.starts_at AT TIME ZONE 'Asia/Shanghai')::date <= $1 + 1
    OR $1 - coalesce(l.reminded_on, (l.created_at AT TIME ZONE 'Asia/Shanghai')::date) >= $2)
ORDER BY m.starts_at, l.created_at
"""
NOTE = "UPDATE conference.leave_request SET reminded_on = $2 WHERE id = $1 AND state = 'asked' RETURNING id"


async def remind_of_leave(ctx: Ctx, today: date) -> int:
    """Remind those on whose list the decision is, once a day however often it runs. Returns how many requests."""
    waiting = await ctx.db.fetch(WAITING, today, ctx.settings.remind_leave_days)
    if not waiting:
        return 0
    todos = await ctx.todos.due(ASKED, before=date.max)
    return sum([await _remind(ctx, row, [t for t in todos if t.subject.id == row["id"]], today) for row in waiting])


async def _remind(ctx: Ctx, row: dict[str, Any], todos: list[Todo], today: date) -> int:
    async with ctx.db.write(SYSTEM) as write:
        noted = await ctx.db.fetch(NOTE, row["id"], today)
        for todo in todos if noted else ():
            await ctx.notifications.send(
                WAITS,
                [todo.assignee_id],
                key=f"{row['id']}:{today.isoformat()}",
                url=todo.url,
                data={"name": row["name"], "meeting": row["meeting"], "asked": row["created_at"].date().isoformat()},
                subject=ref("leave", row["id"]),
            )
            await ctx.todos.urge(todo.id)
        detail = {"request_id": row["id"], "recipients": len(todos), "day": today}
        await write.audit("conference.leave.reminded", ref("meeting", row["meeting_id"]), detail=detail)
    return len(noted)
