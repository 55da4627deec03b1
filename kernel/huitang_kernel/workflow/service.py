"""The service: one engine per plugin over one store, with the platform's working days."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

from huitang_kernel.config import ConfigError
from huitang_kernel.core import Core
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.workflow.settings import WorkflowSettings
from huitang_kernel.workflow.store import PostgresStore
from huitang_sdk import PluginContext
from huitang_sdk.calendar import CalendarDataError, WorkingCalendar
from huitang_sdk.contracts import Run, Workflows
from huitang_sdk.i18n import TIMEZONE, Translator
from huitang_sdk.workflow.engine import Engine

_ = Translator("workflow")
log = logging.getLogger("huitang.workflow")


class WorkflowService:
    """`scoped` gives each plugin the processes of its own workflows."""

    def __init__(self, core: Core, settings: WorkflowSettings) -> None:
        self._core = core
        self._store = PostgresStore(core.database)
        self.calendar = read_calendar(settings.calendar_file)

    def scoped(self, plugin: str) -> Workflows:
        record = self._core.registry.get(plugin)
        assert record is not None
        return self._engine(record)

    def _engine(self, record: PluginRecord) -> Engine:
        def context() -> PluginContext[Any]:
            return record.context

        return Engine(record.declarations.workflows, self._store, self.calendar, context)

    async def watch(self, _ctx: PluginContext[Any], run: Run) -> str:
        """See to the marks of every plugin; the day is that of the due time, so a run that comes late says the same."""
        seen = await self.watch_on(run.due.astimezone(TIMEZONE).date())
        return _("{count} deadlines seen to", count=seen)

    async def watch_on(self, on: date) -> int:
        count = 0
        for record in self._core.registry.active():
            if record.declarations.workflows:
                try:
                    count += await self._engine(record).watch(on)
                except Exception as error:
                    log.exception("the deadlines of %s could not be seen to", record.id)
                    record.note_trouble("workflow", error)
        return count


def read_calendar(path: str) -> WorkingCalendar:
    """The shipped years and those of the operator's file. ConfigError when it cannot be used."""
    if not path:
        return WorkingCalendar()
    try:
        return WorkingCalendar.from_toml(Path(path).read_text(encoding="utf-8"))
    except (OSError, CalendarDataError) as error:
        raise ConfigError([f"plugins.workflow.calendar_file: {path}: {error}"]) from error
