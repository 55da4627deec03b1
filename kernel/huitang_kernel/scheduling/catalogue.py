"""The declared jobs of all plugins, with the plugin each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_kernel.scheduling.cron import next_time
from huitang_sdk.declare import Job


class JobCatalogue:
    """Read from the registry each time, as plugins are enabled and disabled while the platform runs."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __iter__(self) -> Iterator[tuple[PluginRecord, Job]]:
        for record in self._registry:
            for job in record.declarations.jobs:
                yield record, job

    def get(self, job_id: str) -> tuple[PluginRecord, Job] | None:
        return next(((record, job) for record, job in self if job.id == job_id), None)

    def open_jobs(self) -> list[str]:
        """Ids of the jobs that may run now: those of enabled plugins."""
        return [job.id for record, job in self if record.is_active]


def problem_with(job: Job) -> str:
    """What is wrong with a declared job's crontab line; "" when nothing is."""
    if not job.cron:
        return ""
    try:
        found = next_time(job.cron, datetime.now(UTC))
    except ValueError as error:
        return f"job {job.id}: {error}"
    return "" if found else f"job {job.id}: crontab line {job.cron!r} never comes"
