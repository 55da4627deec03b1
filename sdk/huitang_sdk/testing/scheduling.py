"""Dated tasks that run when the test says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts import Actor, Clock, Run
from huitang_sdk.db import new_id
from huitang_sdk.declare import Job
from huitang_sdk.plugin import PluginContext
from huitang_sdk.testing.clock import FixedClock


class DatedTask(Struct, frozen=True):
    """Something that is to run once."""

    when: datetime
    payload: Mapping[str, Any]


class FakeScheduling:
    """Implements `huitang_sdk.contracts.Scheduling`.

    `tasks` has what was planned, by (job, key); `asked` the runs that were asked for. `run_due` runs both:

        await scheduling.at("budget.remind", tomorrow, key="7")
        clock.forward(days=1)
        assert len(await scheduling.run_due(ctx)) == 1
    """

    def __init__(self, jobs: Iterable[Job], *, clock: Clock | None = None) -> None:
        """`jobs` are those that the plugin declares: `plugin.jobs()`."""
        self.tasks: dict[tuple[str, str], DatedTask] = {}
        self.asked: list[Run] = []
        self._jobs = {job.id: job for job in jobs}
        self._clock = clock or FixedClock()

    async def at(self, job: str, when: datetime, *, key: str, payload: Mapping[str, Any] | None = None) -> None:
        """See the contract."""
        self._check(job)
        if when.tzinfo is None:
            raise ValueError(f"scheduling.at({job!r}): the time {when} has no time zone")
        if not key:
            raise ValueError(f"scheduling.at({job!r}): an empty key")
        self.tasks[job, key] = DatedTask(when, dict(payload or {}))

    async def cancel(self, job: str, *, key: str) -> bool:
        """See the contract."""
        self._check(job)
        return self.tasks.pop((job, key), None) is not None

    async def run_now(self, job: str, *, actor: Actor) -> UUID:
        """See the contract; it runs with the next `run_due`."""
        self._check(job)
        self.asked.append(Run(new_id(), job, self._clock.now()))
        return self.asked[-1].id

    async def run_due(self, ctx: PluginContext[Any]) -> list[Run]:
        """Run what was asked for and what is due by the clock, the earliest first; returns the runs."""
        now = self._clock.now()
        ripe = sorted((name for name, task in self.tasks.items() if task.when <= now), key=lambda n: self.tasks[n].when)
        dated = [(name, self.tasks.pop(name)) for name in ripe]
        runs = [*self.asked, *(Run(new_id(), job, task.when, task.payload) for (job, _key), task in dated)]
        self.asked = []
        for run in runs:
            await self._jobs[run.job].run(ctx, run)
        return runs

    def _check(self, job: str) -> None:
        if job not in self._jobs:
            raise ValueError(f"the plugin declares no job {job!r}")
