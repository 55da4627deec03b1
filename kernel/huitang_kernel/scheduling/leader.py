"""What the leader does: keep the timetable, turn due times and dated tasks into runs, run them, care for dead ones."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from huitang_kernel.background import woken
from huitang_kernel.clock import SystemClock
from huitang_kernel.drain import Drain
from huitang_kernel.scheduling.catalogue import JobCatalogue, problem_with
from huitang_kernel.scheduling.cron import last_time
from huitang_kernel.scheduling.ledger import Ledger
from huitang_kernel.scheduling.runner import Runner
from huitang_kernel.scheduling.settings import SchedulingSettings
from huitang_kernel.scheduling.timetable import Timetable

POLL_SECONDS = 1.0
log = logging.getLogger("huitang.scheduling")


class SchedulingLeader:
    """`run` goes on until it is cancelled: registered with `core.background.on_leader`."""

    def __init__(
        self, ledger: Ledger, jobs: JobCatalogue, settings: SchedulingSettings, clock: SystemClock, drain: Drain
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._settings = settings
        self._clock = clock
        self._drain = drain
        self._runner = Runner(ledger, jobs, settings, clock, drain)
        self._woken = asyncio.Event()
        self._behind = False
        self._running: dict[str, asyncio.Task[None]] = {}

    async def wake(self, _payload: str = "") -> None:
        """Something is to be done: a run was asked for or a dated task was made."""
        self._woken.set()

    async def run(self) -> None:
        timetable = Timetable(self._on_due)
        self._ledger.begin_term()
        await self._ledger.beat()
        try:
            timetable.start([job for _, job in self._jobs])
            self._behind = True
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat())
                await self._work(group)
        finally:
            await timetable.stop()

    async def _beat(self) -> None:
        while True:
            await self._ledger.beat()
            for job in await self._ledger.sweep(self._settings.dead_after, self._settings.max_attempts):
                log.warning("a run of %s was found dead", job)
                await self.wake()
            await asyncio.sleep(self._settings.heartbeat)

    async def _work(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._woken.clear()
            if self._behind:
                self._behind = False
                await self.catch_up()
            jobs = self._jobs.open_jobs()
            self._stop_runs_except(jobs)
            await self._ledger.mature(jobs)
            if not await self._claim(group, jobs):
                await self._sleep(await self._ledger.seconds_to_next(jobs))

    async def _claim(self, group: asyncio.TaskGroup, jobs: list[str]) -> int:
        """Start what is due, and say how much that was; nothing while this process drains."""
        if self._drain.is_draining:
            return 0
        with self._drain.busy():
            claimed = await self._ledger.claim(jobs)
            for run in claimed:
                release = self._drain.hold()
                self._running[run.job] = task = group.create_task(self._runner.run(run), name=f"job {run.job}")
                task.add_done_callback(lambda _, release=release: release())  # type: ignore[misc]
                task.add_done_callback(lambda _: self._woken.set())
        return len(claimed)

    def _stop_runs_except(self, jobs: list[str]) -> None:
        """A plugin that is disabled stops at once; its run is given back and waits with it."""
        self._running = {job: task for job, task in self._running.items() if not task.done()}
        for job in self._running.keys() - set(jobs):
            self._running[job].cancel()

    async def _sleep(self, seconds: float | None) -> None:
        pause = POLL_SECONDS if seconds is None else min(max(seconds, 0.02), POLL_SECONDS)
        await woken(self._woken, pause)

    async def catch_up(self) -> None:
        """Find the last due time of each job while nobody led; the ledger knows whether it was run."""
        now = self._clock.now()
        for _, job in self._jobs:
            if job.cron and not problem_with(job):
                since = await self._ledger.known_since(job.id, job.cron, now)
                due = last_time(job.cron, after=since, until=now)
                if due is not None:
                    await self._on_due(job.id, due)

    async def _on_due(self, job_id: str, due: datetime) -> None:
        """Put one due time on record: to be run, or why not."""
        try:
            state, error = await self._judge(job_id, due)
            if state:
                await self._ledger.record(job_id.partition(".")[0], job_id, due, state=state, error=error)
        except Exception:
            # The due time must not be lost: it is looked for again at the next turn.
            self._behind = True
            raise
        finally:
            await self.wake()

    async def _judge(self, job_id: str, due: datetime) -> tuple[str, str]:
        found = self._jobs.get(job_id)
        if found is None:
            return "", ""
        record, job = found
        late = self._clock.now() - due
        if not record.is_active:
            return "skipped", f"plugin-off: {record.state}"
        if late > timedelta(seconds=job.grace):
            return "missed", f"too-late: {late.total_seconds():.0f} s"
        if await self._ledger.is_busy(job_id, due):
            return "missed", "still-going"
        return "due", ""
