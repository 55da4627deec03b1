"""The clockwork: APScheduler with a store in memory, rebuilt from the declarations each time this node becomes leader.

It only says "job X is due now, at time T"; whether and where it runs is the ledger's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from huitang_kernel.scheduling.catalogue import problem_with
from huitang_kernel.scheduling.cron import trigger_of
from huitang_sdk.declare import Job
from huitang_sdk.i18n import TIMEZONE

OnDue = Callable[[str, datetime], Awaitable[None]]


async def _never_called() -> None:
    """APScheduler wants something to call; the executor below is told the due time instead."""


class DueExecutor(BaseExecutor):  # type: ignore[misc]
    """Hands (job id, due time) on: APScheduler's own executors do not tell a job when it was due."""

    def __init__(self, on_due: OnDue) -> None:
        super().__init__()
        self._on_due = on_due
        self._tasks: set[asyncio.Task[None]] = set()

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(job.id, run_times[-1]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, job_id: str, due: datetime) -> None:
        try:
            await self._on_due(job_id, due)
        except Exception as error:
            self._run_job_error(job_id, error, error.__traceback__)
        else:
            self._run_job_success(job_id, [])

    async def settle(self) -> None:
        """Wait for what was handed on last."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Timetable:
    """Started on the leader, stopped when it leads no more."""

    def __init__(self, on_due: OnDue) -> None:
        self._executor = DueExecutor(on_due)
        self._scheduler = AsyncIOScheduler(timezone=TIMEZONE, executors={"default": self._executor})

    def start(self, jobs: list[Job]) -> None:
        """Begin to call `on_due` for every job that has a crontab line."""
        for job in jobs:
            if job.cron and not problem_with(job):
                self._scheduler.add_job(
                    _never_called,
                    trigger_of(job.cron),
                    id=job.id,
                    coalesce=True,
                    max_instances=1,
                    misfire_grace_time=max(1, job.grace),
                )
        self._scheduler.start()

    async def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)
        await self._executor.settle()
