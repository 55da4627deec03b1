"""Processes in PostgreSQL: the `Store` of huitang_sdk.workflow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.workflow import statements
from huitang_sdk.contracts import Extension, Process, Ref, Step, TimeLimit
from huitang_sdk.workflow.declaring import Workflow
from huitang_sdk.workflow.guarding import stale
from huitang_sdk.workflow.limits import next_mark
from huitang_sdk.workflow.marks import Marks
from huitang_sdk.workflow.store import BEFORE_ALL, Place

MARKS_AT_ONCE = 5000


class PostgresStore:
    """Implements `huitang_sdk.workflow.store.Store`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def load(self, subject: Ref, *, lock: bool = False) -> Process | None:
        return (await self._load(subject.kind, [subject.id], " FOR UPDATE" if lock else "")).get(subject.id)

    async def load_many(self, workflow: str, subjects: Sequence[UUID]) -> dict[UUID, Process]:
        return await self._load(workflow, subjects, "")

    async def _load(self, workflow: str, subjects: Sequence[UUID], lock: str) -> dict[UUID, Process]:
        rows = await self._database.fetch(statements.LOAD + lock, list(subjects), workflow)
        if not rows:
            return {}
        limits: dict[UUID, list[TimeLimit]] = {}
        for row in await self._database.fetch(statements.LIMITS, [row["id"] for row in rows]):
            limits.setdefault(row.pop("process_id"), []).append(TimeLimit(**row))
        return {row["subject_id"]: _process(row, limits.get(row["id"], ())) for row in rows}

    async def add(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> list[Process]:
        rows = await self._database.fetch(statements.ADD, *_columns(map(_row, processes), 11))
        fresh = {row["id"] for row in rows}
        added = [process for process in processes if process.id in fresh]
        await self._put_limits([(process, limit) for process in added for limit in process.limits], marks)
        await self._mirror(workflow, added)
        return added

    async def save(self, workflow: Workflow, before: Process, after: Process, marks: Marks) -> None:
        dates = (after.changed_at, after.finished_at)
        values = (after.state, after.assignee_id, after.version, *dates, after.organisation_id)
        if not await self._database.fetch(statements.SAVE, before.id, before.version, *values):
            raise stale()
        await self._change_limits([(before, after)], marks)
        await self._mirror(workflow, [after])

    async def save_limits(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> None:
        if not processes:
            return
        known = await self._load(workflow.id, [process.subject.id for process in processes], "")
        await self._change_limits([(known[process.subject.id], process) for process in processes], marks)
        await self._mirror(workflow, processes)

    async def _change_limits(self, pairs: Iterable[tuple[Process, Process]], marks: Marks) -> None:
        changed: list[tuple[Process, TimeLimit]] = []
        gone: list[tuple[UUID, str, date]] = []
        for before, after in pairs:
            changed += [(after, limit) for limit in after.limits if limit not in before.limits]
            kept = {(limit.name, limit.starts) for limit in after.limits}
            gone += [
                (before.id, limit.name, limit.starts)
                for limit in before.limits
                if (limit.name, limit.starts) not in kept
            ]
        if gone:
            await self._database.execute(statements.DROP_LIMITS, *_columns(gone, 3))
        await self._put_limits(changed, marks)

    async def _put_limits(self, limits: Sequence[tuple[Process, TimeLimit]], marks: Marks) -> None:
        if limits:
            rows = [_limit_row(process, limit, marks) for process, limit in limits]
            await self._database.execute(statements.PUT_LIMITS, *_columns(rows, 13))

    async def _mirror(self, workflow: Workflow, processes: Sequence[Process]) -> None:
        """Keep the plugin's own columns equal; the names were checked when they were declared."""
        mirror = workflow.mirror
        if mirror is None or not processes:
            return
        values: dict[str, tuple[str, list[Any]]] = {}
        if mirror.state:
            values[mirror.state] = ("text", [process.state for process in processes])
        if mirror.assignee:
            values[mirror.assignee] = ("uuid", [process.assignee_id for process in processes])
        if mirror.due:
            values[mirror.due] = ("date", [_mirrored_due(process, mirror.deadline) for process in processes])
        if mirror.changed:
            values[mirror.changed] = ("timestamptz", [process.changed_at for process in processes])
        arrays = ", ".join(f"${n}::{kind}[]" for n, (kind, _) in enumerate(values.values(), 2))
        sets = ", ".join(f'"{name}" = m."{name}"' for name in values)
        names = ", ".join(f'"{name}"' for name in values)
        table = f'"{workflow.id.partition(".")[0]}"."{mirror.table}"'
        sql = (
            f'UPDATE {table} t SET {sets} FROM unnest($1::uuid[], {arrays}) AS m ("key of the mirror", {names})'
            f' WHERE t."{mirror.key}" = m."key of the mirror"'
        )
        await self._database.execute(
            sql, [process.subject.id for process in processes], *(column for _, column in values.values())
        )

    async def add_steps(self, steps: Sequence[tuple[Process, Step]]) -> None:
        rows = [
            (
                step.id,
                process.id,
                step.at,
                step.actor_id,
                step.actor_name,
                step.action,
                step.transition,
                step.before,
                step.state,
                step.note,
                msgspec.json.encode(step.detail).decode(),
            )
            for process, step in steps
        ]
        if rows:
            await self._database.execute(statements.ADD_STEPS, *_columns(rows, 11))

    async def steps(self, subject: Ref, limit: int) -> list[Step]:
        rows = await self._database.fetch(statements.STEPS, subject.id, subject.kind, limit)
        return [Step(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]

    async def put_extension(self, process: Process, extension: Extension) -> None:
        one = extension
        await self._database.execute(
            statements.PUT_EXTENSION,
            one.id,
            process.id,
            one.deadline,
            one.starts,
            one.days,
            one.reason,
            one.asked_by,
            one.asked_at,
            one.granted,
            one.decided_by,
            one.decided_at,
            one.note,
        )

    async def extension(self, identifier: UUID) -> Extension | None:
        rows = await self._database.fetch(f"{statements.EXTENSIONS} WHERE e.id = $1", identifier)
        return _extension(rows[0]) if rows else None

    async def extensions(self, subject: Ref) -> list[Extension]:
        where = "WHERE p.subject_id = $1 AND p.workflow = $2 ORDER BY e.id DESC"
        rows = await self._database.fetch(f"{statements.EXTENSIONS} {where}", subject.id, subject.kind)
        return [_extension(row) for row in rows]

    async def due(self, workflow: str, on: date, after: Place | None, limit: int) -> list[tuple[Place, UUID]]:
        rows = await self._database.fetch(statements.DUE, workflow, on, *(after or BEFORE_ALL), limit)
        return [((row["next_on"], row["process_id"]), row["subject_id"]) for row in rows]

    async def remember_marks(self, workflow: Workflow, marks: Marks) -> None:
        rows = await self._database.fetch(statements.KNOWN_MARKS, workflow.id)
        known = {row["deadline"]: row["days"] for row in rows}
        for name, declared in marks.items():
            days = sorted({mark.days for mark in declared})
            if known.get(name) != days:
                await self._count_marks(workflow.id, name, days)
                await self._database.execute(statements.PUT_MARKS, workflow.id, name, days)

    async def _count_marks(self, workflow: str, name: str, days: Sequence[int]) -> None:
        """In parts, so that steps never wait for it long; what has the right day already is left alone."""
        place: tuple[UUID, date] | None = BEFORE_ALL[1], BEFORE_ALL[0]
        while place is not None:
            rows = await self._database.fetch(statements.COUNT_MARKS, workflow, name, days, *place, MARKS_AT_ONCE)
            place = (rows[0]["process_id"], rows[0]["starts"]) if rows else None


def _row(process: Process) -> tuple[Any, ...]:
    return (
        process.id,
        process.subject.kind,
        process.subject.id,
        process.organisation_id,
        process.state,
        process.assignee_id,
        process.starter_id,
        process.version,
        process.started_at,
        process.changed_at,
        process.finished_at,
    )


def _process(row: dict[str, Any], limits: Sequence[TimeLimit]) -> Process:
    kind, key = row.pop("workflow"), row["subject_id"]
    rest = {name: value for name, value in row.items() if name != "subject_id"}
    return Process(subject=Ref(kind, key), limits=tuple(limits), **rest)


def _limit_row(process: Process, limit: TimeLimit, marks: Marks) -> tuple[Any, ...]:
    return (
        process.id,
        limit.name,
        limit.starts,
        process.subject.kind,
        limit.article,
        limit.first_due,
        limit.due,
        limit.paused_on,
        limit.paused_days,
        limit.extended,
        limit.done_on,
        limit.reached,
        next_mark(limit, marks.get(limit.name, ())),
    )


def _extension(row: dict[str, Any]) -> Extension:
    subject = Ref(row.pop("workflow"), row.pop("subject_id"))
    return Extension(subject=subject, **row)


def _mirrored_due(process: Process, deadline: str) -> date | None:
    if not deadline:
        return process.due
    limit = process.limit(deadline)
    return limit.due if limit is not None else None


def _columns(rows: Iterable[Sequence[Any]], count: int) -> list[list[Any]]:
    """Rows as columns, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]
