"""The service: one engine per plugin over one store, with the platform's working days."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from huitang_kernel.config import ConfigError
from huitang_kernel.core import Core
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.plugins.withholding import Withholding
from huitang_kernel.workflow.settings import WorkflowSettings
from huitang_kernel.workflow.store import PostgresStore
from huitang_sdk import PluginContext
from huitang_sdk.calendar import CalendarDataError, WorkingCalendar
from huitang_sdk.contracts import Actor, Ref, Run, Workflows
from huitang_sdk.i18n import TIMEZONE, Translator
from huitang_sdk.workflow import Workflow
from huitang_sdk.workflow.engine import Engine
from huitang_sdk.workflow.guarding import missing

_ = Translator("workflow")
log = logging.getLogger("huitang.workflow")


class WorkflowService:
    """`scoped` gives each plugin the processes of its own workflows."""

    def __init__(self, core: Core, settings: WorkflowSettings) -> None:
        self._core = core
        self._store = PostgresStore(core.database)
        self.withholding = Withholding(core.registry)
        self.calendar = read_calendar(settings.calendar_file)

    def scoped(self, plugin: str) -> Workflows:
        record = self._core.registry.get(plugin)
        assert record is not None
        return self._engine(record)

    def _engine(self, record: PluginRecord) -> Engine:
        def context() -> PluginContext[Any]:
            return record.context

        return Engine(record.declarations.workflows, self._store, self.calendar, context)

    def declared(self) -> list[tuple[PluginRecord, Workflow]]:
        """The workflows of all plugins that are there."""
        return [(record, one) for record in self._core.registry.active() for one in record.declarations.workflows]

    def _open(self, kind: str) -> tuple[PluginContext[Any], Workflow]:
        """The workflow of a plugin that is there; NotFound for any other."""
        record = self._core.registry.get(kind.partition(".")[0])
        if record is not None and record.is_active:
            for workflow in record.declarations.workflows:
                if workflow.id == kind:
                    return record.context, workflow
        raise missing()

    async def page_of(self, subject: Ref) -> str:
        """The page of a subject."""
        ctx, workflow = self._open(subject.kind)
        return (await workflow.facts(ctx, [subject]))[subject].url

    async def move(self, actor: Actor, subject: Ref, transition: str, note: str, version: int) -> None:
        """Take a transition that has a button of its own."""
        ctx, workflow = self._open(subject.kind)
        offered = {one.id for one in workflow.transitions if not one.hidden}
        if transition not in offered:
            raise missing()
        async with ctx.db.write(actor) as write:
            await ctx.workflow.move(write, actor, subject, transition, note=note, version=version)

    async def pause(self, actor: Actor, subject: Ref, reason: str, version: int) -> None:
        ctx, workflow = self._open(subject.kind)
        if not workflow.pause:
            raise missing()
        async with ctx.db.write(actor) as write:
            await ctx.workflow.pause(write, actor, subject, reason=reason, version=version)

    async def resume(self, actor: Actor, subject: Ref, note: str, version: int) -> None:
        ctx, workflow = self._open(subject.kind)
        if not workflow.pause:
            raise missing()
        async with ctx.db.write(actor) as write:
            await ctx.workflow.resume(write, actor, subject, note=note, version=version)

    async def ask(self, actor: Actor, subject: Ref, deadline: str, days: int, reason: str) -> None:
        """Ask for more days, where the declaration allows it."""
        ctx, workflow = self._open(subject.kind)
        if not any(one.id == deadline and one.extending for one in workflow.deadlines):
            raise missing()
        async with ctx.db.write(actor) as write:
            await ctx.workflow.ask_extension(write, actor, subject, deadline, days, reason=reason)

    async def decide(self, actor: Actor, kind: str, extension: UUID, granted: bool, note: str) -> Ref:
        """Grant or refuse them; returns whose they are."""
        ctx, _workflow = self._open(kind)
        async with ctx.db.write(actor) as write:
            if granted:
                process = await ctx.workflow.approve_extension(write, actor, extension, note=note)
            else:
                process = await ctx.workflow.refuse_extension(write, actor, extension, reason=note)
        return process.subject

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
