"""Seeing to marks: reminders before a due date, and what follows after it."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from huitang_sdk.contracts import DeadlineReached, Process, Ref, TimeLimit, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.workflow import limits, telling
from huitang_sdk.workflow.declaring import Mark, Workflow
from huitang_sdk.workflow.desk import Desk
from huitang_sdk.workflow.marks import Marks, marks_of

BATCH = 500
log = logging.getLogger("huitang.workflow")


class Watching(Desk):
    """Each process in a write of its own, so that one that fails holds up none."""

    async def watch(self, on: date) -> int:
        count = 0
        for workflow in self._workflows.values():
            marks = await marks_of(workflow, self._context())
            await self._store.remember_marks(workflow, marks)
            if any(marks.values()):
                count += await self._watch(workflow, marks, on)
        return count

    def _write(self) -> AbstractAsyncContextManager[Write]:
        return self._context().db.write(SYSTEM)

    async def _watch(self, workflow: Workflow, marks: Marks, on: date) -> int:
        count, after, seen = 0, None, set[UUID]()
        while batch := await self._store.due(workflow.id, on, after, BATCH):
            after = batch[-1][0]
            for subject in {subject: None for _place, subject in batch if subject not in seen}:
                seen.add(subject)
                try:
                    count += await self._see_to(workflow, marks, subject, on)
                except Exception:
                    log.exception("a deadline of %s %s could not be seen to", workflow.id, subject)
        return count

    async def _see_to(self, workflow: Workflow, marks: Marks, subject: UUID, on: date) -> int:
        """The marks of one process that are due; somebody else may have been faster."""
        async with self._write() as write:
            process = await self._store.load(Ref(workflow.id, subject), lock=True)
            reached = [] if process is None else _reached(process, marks, on)
            if process is None or not reached:
                detail = {"on": on.isoformat()}
                await write.audit(f"{workflow.id}.reminded_already", Ref(workflow.id, subject), detail=detail)
                return 0
            seen = {limit: replace(limit, reached=mark.days) for limit, mark in reached}
            after = replace(process, limits=tuple(seen.get(limit, limit) for limit in process.limits))
            await self._store.save_limits(workflow, [after], marks)
            for limit, mark in reached:
                await self._mark(write, workflow, after, limit, mark, on)
        return len(reached)

    async def _mark(
        self, write: Write, workflow: Workflow, process: Process, limit: TimeLimit, mark: Mark, on: date
    ) -> None:
        ctx, days = self._context(), (limit.due - on).days
        detail = {"deadline": limit.name, "mark": mark.id, "due": limit.due.isoformat(), "days_left": days}
        await self._record(write, SYSTEM, process, process, "reminded", detail=detail)
        words = {
            "due": limit.due.isoformat(),
            "days": str(abs(days)),
            "overdue": "yes" if days < 0 else "",
            "deadline": limit.name,
            "mark": mark.id,
        }
        key = f"{limit.name}:{limit.due.isoformat()}:{mark.id}"
        await telling.tell(ctx, workflow, SYSTEM, process, mark.tell, key=key, data=words)
        standing = telling.standing(workflow, process)
        if mark.urge and standing is not None:
            holders = await telling.holders(ctx, workflow, standing.task.permission, process)
            people = [standing.assignee] if standing.assignee else holders
            listing = telling.Listing(process, standing.task, people, standing.due)
            for todo in await telling.open_tasks(ctx, workflow, [listing]):
                await ctx.todos.urge(todo)
        await write.emit(
            DeadlineReached(
                workflow=workflow.id,
                subject_id=process.subject.id,
                deadline=limit.name,
                mark=mark.id,
                due=limit.due,
            )
        )


def _reached(process: Process, marks: Marks, on: date) -> list[tuple[TimeLimit, Mark]]:
    found = []
    for limit in process.limits:
        mark = limits.mark_on(limit, marks.get(limit.name, ()), on)
        if mark is not None:
            found.append((limit, mark))
    return found
