"""What every step of a process has in common: load and lock, count the time limits, save, put on record, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace

from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts import Actor, Process, ProcessChanged, Ref, Step, Workflows, Write
from huitang_sdk.db import new_id
from huitang_sdk.workflow import guarding, telling, timing
from huitang_sdk.workflow.declaring import Tell, Workflow
from huitang_sdk.workflow.marks import marks_of
from huitang_sdk.workflow.store import Store

if TYPE_CHECKING:
    from huitang_sdk.plugin import PluginContext


class Desk(Workflows):
    """`context` is that of the declaring plugin: its settings, its to-dos, its notices."""

    def __init__(
        self,
        workflows: Iterable[Workflow],
        store: Store,
        calendar: WorkingCalendar,
        context: Callable[[], PluginContext[Any]],
    ) -> None:
        self._workflows = {workflow.id: workflow for workflow in workflows}
        self._store = store
        self._calendar = calendar
        self._context = context

    @property
    def calendar(self) -> WorkingCalendar:
        return self._calendar

    def _declared(self, kind: str) -> Workflow:
        if kind not in self._workflows:
            raise ValueError(f"the plugin declares no workflow {kind!r}")
        return self._workflows[kind]

    async def _locked(self, subject: Ref, version: int | None = None) -> tuple[Workflow, Process]:
        """The process, nobody else's until the commit."""
        workflow = self._declared(subject.kind)
        process = await self._store.load(subject, lock=True)
        if process is None:
            raise guarding.missing()
        guarding.check_version(process, version)
        return workflow, process

    async def _save(self, workflow: Workflow, before: Process, after: Process) -> Process:
        """One step further: the version grows."""
        ctx = self._context()
        saved = replace(after, version=before.version + 1, changed_at=ctx.clock.now())
        await self._store.save(workflow, before, saved, await marks_of(workflow, ctx))
        return saved

    async def _counted(self, workflow: Workflow, process: Process) -> Process:
        """With the limits of the plugin's own clock, saved, if it has one."""
        if workflow.clock is None:
            return process
        ctx = self._context()
        with timing.counted():
            (found,) = await timing.clocked(ctx, workflow, [process], ctx.clock.today())
        if found.limits != process.limits:
            await self._store.save_limits(workflow, [found], await marks_of(workflow, ctx))
        return found

    async def _finish(
        self,
        write: Write,
        actor: Actor,
        workflow: Workflow,
        before: Process | None,
        after: Process,
        change: str,
        tells: Sequence[Tell],
        data: Mapping[str, str],
    ) -> Process:
        """Count, then to-dos, notices and the event."""
        after = await self._counted(workflow, after)
        ctx = self._context()
        await telling.settle(ctx, workflow, before, after)
        await telling.tell(ctx, workflow, actor, after, tells, key=f"{after.version}:{change}", data=data)
        await write.emit(changed_event(workflow, before, after, change))
        return after

    async def _record(
        self,
        write: Write,
        actor: Actor,
        before: Process | None,
        after: Process,
        fact: str,
        *,
        transition: str = "",
        note: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """A line of the history and an audit record; a fact with a dot in it names its own noun."""
        action = f"{self._context().plugin}.{fact}" if "." in fact else f"{after.subject.kind}.{fact}"
        moved = {"before": before.state if before else None, "after": after.state}
        await write.audit(action, after.subject, detail={**moved, **(detail or {})}, reason=note)
        await self._store.add_steps([(after, self._step(actor, before, after, action, transition, note, detail))])

    def _step(
        self,
        actor: Actor,
        before: Process | None,
        after: Process,
        action: str,
        transition: str,
        note: str,
        detail: Mapping[str, Any] | None,
        at: Any = None,
    ) -> Step:
        return Step(
            id=new_id(),
            at=at or self._context().clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            before=before.state if before else "",
            state=after.state,
            transition=transition,
            note=note,
            detail=detail or {},
        )

    def _fresh(
        self, actor: Actor, workflow: Workflow, subject: Ref, organisation_id: UUID, state: str, at: Any = None
    ) -> Process:
        """A process that begins, without its time limits."""
        first = workflow.state(state or workflow.states[0].id)
        now = at or self._context().clock.now()
        return Process(
            id=new_id(),
            subject=subject,
            organisation_id=organisation_id,
            state=first.id,
            started_at=now,
            changed_at=now,
            starter_id=actor.account_id,
            finished_at=now if first.final else None,
        )

    def _entered(self, workflow: Workflow, process: Process, on: date) -> Process:
        """With the declared limits as they are after entering its state."""
        if workflow.clock is not None:
            return process
        with timing.counted():
            found = timing.entered(self._context(), workflow, process, on, self._calendar)
        return replace(process, limits=found)


def changed_event(workflow: Workflow, before: Process | None, after: Process, change: str) -> ProcessChanged:
    """The event of a step."""
    return ProcessChanged(
        workflow=workflow.id,
        subject_id=after.subject.id,
        change=change,
        before=before.state if before else "",
        state=after.state,
    )
