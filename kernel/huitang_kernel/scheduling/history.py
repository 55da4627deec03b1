"""The ledger as the console reads it: all jobs with their last run, and one job's runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.lists import ListQuery

STATES = ("requested", "due", "running", "done", "failed", "missed", "skipped")
OPEN_STATES = frozenset({"requested", "due", "running"})
FIELDS = "id, job, cause, key, due, state, attempts, next_at, started_at, finished_at, node, asked_name, result, error"
LAST = f"""
SELECT r.* FROM unnest($1::text[]) AS j (job) CROSS JOIN LATERAL (
    SELECT {FIELDS} FROM scheduling.run WHERE run.job = j.job ORDER BY due DESC LIMIT 1) r
"""
OPEN = "SELECT DISTINCT job FROM scheduling.run WHERE state IN ('requested', 'due', 'running')"
RUNS = "FROM scheduling.run WHERE job = $1 AND ($2 = '' OR state = $2)"
TASKS = "SELECT count(*)::int AS count, min(due) AS next FROM scheduling.dated_task WHERE job = $1"


class PastRun(Struct, frozen=True):
    """One row of the ledger."""

    id: UUID
    job: str
    cause: str
    key: str
    due: datetime
    state: str
    attempts: int
    next_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    node: str
    asked_name: str
    result: str
    error: str

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in OPEN_STATES

    @property
    def took(self) -> timedelta | None:
        """How long it ran; None while it has not ended."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None


class Waiting(Struct, frozen=True):
    """Dated tasks of a job that wait for their time: how many, and when the next one is."""

    count: int
    next: datetime | None


class History:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def last_runs(self, jobs: Sequence[str]) -> dict[str, PastRun]:
        """The latest run of each job that has one."""
        return {row["job"]: PastRun(**row) for row in await self._database.fetch(LAST, list(jobs))}

    async def open_jobs(self) -> set[str]:
        """Jobs with a run that has not ended."""
        return {row["job"] for row in await self._database.fetch(OPEN)}

    async def runs(self, job: str, query: ListQuery) -> tuple[list[PastRun], int]:
        """One job's runs, latest first, and how many there are."""
        state = query.filters["state"]
        rows = await self._database.fetch(
            f"SELECT {FIELDS} {RUNS} ORDER BY due DESC, id DESC LIMIT $3 OFFSET $4",
            job,
            state,
            query.size,
            query.offset,
        )
        total = await self._database.fetch(f"SELECT count(*) AS total {RUNS}", job, state)
        return [PastRun(**row) for row in rows], total[0]["total"]

    async def waiting(self, job: str) -> Waiting:
        """The job's dated tasks."""
        return Waiting(**(await self._database.fetch(TASKS, job))[0])
