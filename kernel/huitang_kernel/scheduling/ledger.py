"""The ledger in SQL: who may start which run. Every decision is one statement, so two nodes cannot both make it.

`error` holds what a job raised, or a reason of the ledger itself as "code: detail", put into words when it is shown:
plugin-off, too-late, still-going, process-died, undeclared.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id

CHANNEL = "huitang_scheduling"
BATCH = 100

NEW_RUN = """
INSERT INTO scheduling.run
    (id, plugin, job, cause, key, due, payload, state, error, finished_at, asked_by, asked_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $8 IN ('missed', 'skipped') THEN now() END, $10, $11)
ON CONFLICT DO NOTHING RETURNING id
"""
BUSY = """
SELECT EXISTS (SELECT 1 FROM scheduling.run
    WHERE job = $1 AND cause = 'cron' AND state IN ('due', 'running') AND due < $2) AS busy
"""
CLAIM = """
UPDATE scheduling.run SET state = 'running', attempts = attempts + 1, node = $2,
    started_at = now(), heartbeat_at = now(), finished_at = NULL
WHERE state IN ('due', 'requested') AND id IN (
    SELECT DISTINCT ON (job) id FROM scheduling.run r
    WHERE state IN ('due', 'requested') AND next_at <= now() AND job = ANY($1)
    AND NOT EXISTS (SELECT 1 FROM scheduling.run b WHERE b.job = r.job AND b.state = 'running')
    ORDER BY job, next_at, due)
RETURNING id, plugin, job, cause, due, payload, attempts
"""
FINISH = """
UPDATE scheduling.run SET state = $3, result = $4, error = $5, next_at = now() + make_interval(secs => $6),
    finished_at = CASE WHEN $3 = 'due' THEN NULL ELSE now() END
WHERE id = $1 AND node = $2 AND state = 'running' RETURNING id
"""
GIVE_BACK = """
UPDATE scheduling.run SET state = 'due', attempts = attempts - 1, node = '', next_at = now()
WHERE id = $1 AND node = $2 AND state = 'running'
"""
SWEEP = """
UPDATE scheduling.run SET
    state = CASE WHEN attempts < $3 THEN 'due' ELSE 'failed' END, next_at = now(),
    finished_at = CASE WHEN attempts < $3 THEN NULL ELSE now() END,
    error = 'process-died: ' || node
WHERE state = 'running' AND node <> $1 AND heartbeat_at < now() - make_interval(secs => $2)
RETURNING job
"""
BEAT = "UPDATE scheduling.run SET heartbeat_at = now() WHERE node = $1 AND state = 'running'"
LEAD = """
INSERT INTO scheduling.leader (node) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET
    since = CASE WHEN leader.node = excluded.node THEN leader.since ELSE now() END,
    node = excluded.node, heartbeat_at = now()
"""
KNOW = """
INSERT INTO scheduling.known_job (job, cron, since) VALUES ($1, $2, $3)
ON CONFLICT (job) DO UPDATE SET
    since = CASE WHEN known_job.cron = excluded.cron THEN known_job.since ELSE excluded.since END, cron = excluded.cron
RETURNING since
"""
LAST_DUE = "SELECT max(due) AS due FROM scheduling.run WHERE job = $1 AND cause = 'cron'"
MATURE = f"""
WITH ripe AS (
    DELETE FROM scheduling.dated_task WHERE id IN (
        SELECT id FROM scheduling.dated_task WHERE due <= now() AND job = ANY($1)
        ORDER BY due LIMIT {BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING id, plugin, job, key, due, payload)
INSERT INTO scheduling.run (id, plugin, job, cause, key, due, payload, state)
SELECT id, plugin, job, 'dated', key, due, payload, 'due' FROM ripe
ON CONFLICT DO NOTHING RETURNING id
"""
WAIT = """
SELECT extract(epoch FROM least(
    (SELECT min(due) FROM scheduling.dated_task WHERE job = ANY($1)),
    (SELECT min(next_at) FROM scheduling.run WHERE state IN ('due', 'requested') AND job = ANY($1) AND next_at > now())
    ) - now())::float AS seconds
"""
PUT_TASK = """
INSERT INTO scheduling.dated_task (id, plugin, job, key, due, payload) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (job, key) DO UPDATE SET due = excluded.due, payload = excluded.payload, created_at = now()
"""
FORGET = """
WITH gone AS (DELETE FROM scheduling.run WHERE finished_at < now() - make_interval(days => $1) RETURNING 1)
SELECT count(*) AS count FROM gone
"""


class Claimed(Struct, frozen=True):
    """A run this node may now do."""

    id: UUID
    plugin: str
    job: str
    cause: str
    due: datetime
    payload: dict[str, Any]
    attempts: int


class Ledger:
    """One process's hand on the ledger; `node` names it and the term in which it leads."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self.begin_term()

    def begin_term(self) -> None:
        """A new name: runs that an earlier term of this same process could not close are found dead like others."""
        self.node = f"{socket.gethostname()}:{os.getpid()}:{new_id().hex[-6:]}"

    async def record(
        self,
        plugin: str,
        job: str,
        due: datetime,
        *,
        cause: str = "cron",
        key: str = "",
        state: str = "due",
        error: str = "",
        payload: Mapping[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> UUID | None:
        """Write a new run and return its id, or None when this job, due time and key are on record already."""
        rows = await self._database.fetch(
            NEW_RUN,
            new_id(),
            plugin,
            job,
            cause,
            key,
            due,
            msgspec.json.encode(payload or {}).decode(),
            state,
            error,
            actor.account_id if actor else None,
            actor.name if actor else "",
        )
        return rows[0]["id"] if rows else None

    async def is_busy(self, job: str, due: datetime) -> bool:
        """Whether an earlier cron run of the job is still waiting or going."""
        return bool((await self._database.fetch(BUSY, job, due))[0]["busy"])

    async def claim(self, jobs: Sequence[str]) -> list[Claimed]:
        """Take at most one waiting run of each job that has none going."""
        try:
            rows = await self._database.fetch(CLAIM, list(jobs), self.node)
        except asyncpg.UniqueViolationError:
            return []  # somebody who led a moment ago took the same run; it is theirs
        return [Claimed(**{**row, "payload": msgspec.json.decode(row["payload"])}) for row in rows]

    async def finish(self, run: UUID, state: str, *, result: str = "", error: str = "", pause: float = 0.0) -> bool:
        """Close a run of this node, or make it due again after a pause (seconds); False if it is not ours any more."""
        return bool(await self._database.fetch(FINISH, run, self.node, state, result[:4000], error[:4000], pause))

    async def give_back(self, run: UUID) -> None:
        """This node is stopping: somebody else shall run it, and it does not count as an attempt."""
        await self._database.execute(GIVE_BACK, run, self.node)

    async def beat(self) -> None:
        """Say that this node leads and that its runs are alive."""
        await self._database.execute(LEAD, self.node)
        await self._database.execute(BEAT, self.node)

    async def sweep(self, dead_after: float, max_attempts: int) -> list[str]:
        """Find runs whose process died: due again, or failed after too many attempts; returns their jobs."""
        return [row["job"] for row in await self._database.fetch(SWEEP, self.node, dead_after, max_attempts)]

    async def known_since(self, job: str, cron: str, now: datetime) -> datetime:
        """From when on due times of this job and crontab line count: its last run, or when it was first seen."""
        since: datetime = (await self._database.fetch(KNOW, job, cron, now))[0]["since"]
        last: datetime | None = (await self._database.fetch(LAST_DUE, job))[0]["due"]
        return max(since, last) if last else since

    async def mature(self, jobs: Sequence[str]) -> int:
        """Turn dated tasks whose time has come into runs; returns how many."""
        return len(await self._database.fetch(MATURE, list(jobs)))

    async def seconds_to_next(self, jobs: Sequence[str]) -> float | None:
        """How long until a dated task or a retry is due, or None."""
        seconds: float | None = (await self._database.fetch(WAIT, list(jobs)))[0]["seconds"]
        return seconds

    async def put_task(self, plugin: str, job: str, key: str, due: datetime, payload: Mapping[str, Any]) -> None:
        encoded = msgspec.json.encode(payload).decode()
        await self._database.execute(PUT_TASK, new_id(), plugin, job, key, due, encoded)

    async def drop_task(self, job: str, key: str) -> bool:
        sql = "DELETE FROM scheduling.dated_task WHERE job = $1 AND key = $2 RETURNING id"
        return bool(await self._database.fetch(sql, job, key))

    async def forget(self, days: int) -> int:
        return int((await self._database.fetch(FORGET, days))[0]["count"])
