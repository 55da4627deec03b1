"""One run of one job: with its plugin's context, within a time limit, its end on record whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from huitang_kernel.clock import SystemClock
from huitang_kernel.drain import Drain
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.scheduling.catalogue import JobCatalogue
from huitang_kernel.scheduling.ledger import Claimed, Ledger
from huitang_kernel.scheduling.settings import SchedulingSettings
from huitang_sdk.contracts import Run
from huitang_sdk.declare import Job

log = logging.getLogger("huitang.scheduling")


class Runner:
    def __init__(
        self, ledger: Ledger, jobs: JobCatalogue, settings: SchedulingSettings, clock: SystemClock, drain: Drain
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._settings = settings
        self._clock = clock
        self._drain = drain

    async def run(self, claimed: Claimed) -> None:
        """Do a claimed run and close it in the ledger. Raises nothing but cancellation, which gives the run back."""
        found = self._jobs.get(claimed.job)
        if found is None:
            await self._ledger.finish(claimed.id, "failed", error="undeclared")
            return
        record, job = found
        if self._is_too_late(claimed, job):
            state = "missed" if claimed.attempts == 1 else "failed"
            await self._ledger.finish(claimed.id, state, error=f"too-late: > {job.grace} s")
            return
        try:
            async with asyncio.timeout(self._settings.time_limit):
                run = Run(claimed.id, job.id, claimed.due, claimed.payload, lambda: self._drain.is_draining)
                result = await job.run(record.context, run)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):  # without the database the run is found dead a moment later
                await self._ledger.give_back(claimed.id)
            raise
        except Exception as error:
            await self._failed(record, claimed, self._explained(error))
        else:
            if not await self._ledger.finish(claimed.id, "done", result=str(result or "")):
                log.warning("run %s of %s ended here after another node had taken it over", claimed.id, job.id)

    def _is_too_late(self, claimed: Claimed, job: Job) -> bool:
        """A cron run waits for its next time instead; what was asked for or dated is done however late."""
        return claimed.cause == "cron" and self._clock.now() - claimed.due > timedelta(seconds=job.grace)

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, TimeoutError) and not error.args:
            return TimeoutError(f"it took longer than {self._settings.time_limit:g} s and was stopped")
        return error

    async def _failed(self, record: PluginRecord, claimed: Claimed, error: Exception) -> None:
        log.warning("job %s failed (attempt %s)", claimed.job, claimed.attempts, exc_info=error)
        record.note_trouble(f"job:{claimed.job}", error)
        text = f"{type(error).__name__}: {error}"
        pauses = self._settings.retry_seconds if claimed.cause == "dated" else ()
        if claimed.attempts <= len(pauses):
            await self._ledger.finish(claimed.id, "due", error=text, pause=pauses[claimed.attempts - 1])
        else:
            await self._ledger.finish(claimed.id, "failed", error=text)
