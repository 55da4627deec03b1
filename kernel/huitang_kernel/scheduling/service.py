"""Jobs at set times: what plugins ask for, and what the console reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from huitang_kernel.core import Core
from huitang_kernel.db.database import inside_write
from huitang_kernel.scheduling import health
from huitang_kernel.scheduling.catalogue import JobCatalogue
from huitang_kernel.scheduling.history import History
from huitang_kernel.scheduling.leader import SchedulingLeader
from huitang_kernel.scheduling.ledger import CHANNEL, Ledger
from huitang_kernel.scheduling.settings import SchedulingSettings
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref, Run, Scheduling
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.declare import HealthStatus
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("scheduling")


class SchedulingService:
    """Implements the contract in huitang_sdk.contracts.scheduling, one `scoped` view per plugin."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: SchedulingSettings) -> None:
        self.core = core
        self.settings = settings
        self.jobs = JobCatalogue(core.registry)
        self.history = History(core.database)
        self.ledger = Ledger(core.database)
        self.leader = SchedulingLeader(self.ledger, self.jobs, settings, core.clock, core.drain)

    def scoped(self, plugin: str) -> Scheduling:
        return PluginScheduling(self, plugin)

    async def ask(self, job_id: str, actor: Actor) -> UUID:
        """Have a job run as soon as possible. Raises NotFound, or Conflict while its plugin is not enabled."""
        found = self.jobs.get(job_id)
        if found is None:
            raise NotFound(_("There is no job {job}.", job=job_id))
        record, _job = found
        if not record.is_active:
            raise Conflict(_("The plugin of this job is switched off. Enable it first, then run the job."))
        async with self.core.database.write(actor) as write:
            run = await self.ledger.record(
                record.id,
                job_id,
                self.core.clock.now(),
                cause="asked",
                key=new_id().hex,
                state="requested",
                actor=actor,
            )
            assert run is not None
            await write.audit("scheduling.job.requested", Ref("scheduling.run", run), detail={"job": job_id})
            await self.core.database.notify(CHANNEL)
        return run

    async def forget(self, ctx: PluginContext[Any], run: Run) -> str:
        """The daily job that takes old runs out of the ledger."""
        days = self.settings.keep_days
        async with ctx.db.write(SYSTEM) as write:
            count = await self.ledger.forget(days)
            await write.audit("scheduling.runs.forgotten", Ref("scheduling.run", run.id), detail={"count": count})
        return _("{count} runs of more than {days} days ago were taken out.", count=count, days=days)

    async def check_failed(self, ctx: PluginContext[Any]) -> HealthStatus:
        """No job that runs has failed lately."""
        return await health.check_failed(ctx, self.jobs.open_jobs())


class PluginScheduling:
    """One plugin's view: only its own jobs."""

    def __init__(self, service: SchedulingService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    def _own(self, job: str) -> None:
        found = self._service.jobs.get(job)
        if found is None or found[0].id != self._plugin:
            raise ValueError(f"plugin {self._plugin} declares no job {job!r}")

    async def at(self, job: str, when: datetime, *, key: str, payload: Mapping[str, Any] | None = None) -> None:
        self._own(job)
        inside_write("scheduling.at")
        if when.tzinfo is None:
            raise ValueError(f"scheduling.at({job!r}): the time {when} has no time zone")
        if not key:
            raise ValueError(f"scheduling.at({job!r}): an empty key")
        await self._service.ledger.put_task(self._plugin, job, key, when, payload or {})
        await self._service.core.database.notify(CHANNEL)

    async def cancel(self, job: str, *, key: str) -> bool:
        self._own(job)
        inside_write("scheduling.cancel")
        return await self._service.ledger.drop_task(job, key)

    async def run_now(self, job: str, *, actor: Actor) -> UUID:
        self._own(job)
        return await self._service.ask(job, actor)
