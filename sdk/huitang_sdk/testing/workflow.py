"""Processes in memory: the same steps as the kernel's, over dictionaries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts import Actor, Event, Extension, Process, Ref, Step, Write
from huitang_sdk.plugin import PluginContext
from huitang_sdk.workflow import Workflow
from huitang_sdk.workflow.engine import Engine
from huitang_sdk.workflow.limits import next_mark
from huitang_sdk.workflow.marks import Marks
from huitang_sdk.workflow.store import BEFORE_ALL, Place


class AuditedFact(Struct, frozen=True):
    """What a `FakeWrite` was told."""

    action: str
    subject: Ref
    detail: Mapping[str, Any]
    reason: str


class FakeWrite:
    """Implements `huitang_sdk.contracts.Write`: `audited` and `emitted` have what was said, in order."""

    def __init__(self) -> None:
        self.audited: list[AuditedFact] = []
        self.emitted: list[Event] = []

    async def audit(
        self, action: str, subject: Ref, *, detail: Mapping[str, Any] | None = None, reason: str = ""
    ) -> None:
        """See the contract."""
        self.audited.append(AuditedFact(action, subject, dict(detail or {}), reason))

    async def emit(self, event: Event) -> None:
        """See the contract."""
        self.emitted.append(event)

    def by(self, actor: Actor) -> FakeWrite:
        """See the contract."""
        return self


class FakeWorkflow(Engine):
    """Implements `huitang_sdk.contracts.Workflows` for one plugin; `context` is what its functions are given.

    `watched` is the write that `watch` used last.
    """

    context: PluginContext[Any]
    watched: FakeWrite

    def __init__(self, workflows: Iterable[Workflow], *, calendar: WorkingCalendar | None = None) -> None:
        def context() -> PluginContext[Any]:
            return self.context

        super().__init__(workflows, MemoryStore(), calendar or WorkingCalendar(), context)
        self.watched = FakeWrite()

    def _write(self) -> AbstractAsyncContextManager[Write]:
        @asynccontextmanager
        async def write() -> AsyncIterator[Write]:
            yield self.watched

        return write()


class MemoryStore:
    """Implements `huitang_sdk.workflow.store.Store`. It has no mirrors: a fake has no tables."""

    def __init__(self) -> None:
        self._processes: dict[Ref, Process] = {}
        self._steps: dict[Ref, list[Step]] = {}
        self._extensions: dict[UUID, Extension] = {}
        self._marks: dict[str, Marks] = {}

    async def load(self, subject: Ref, *, lock: bool = False) -> Process | None:
        """See `Store`."""
        del lock
        return self._processes.get(subject)

    async def load_many(self, workflow: str, subjects: Sequence[UUID]) -> dict[UUID, Process]:
        """See `Store`."""
        found = {key: self._processes.get(Ref(workflow, key)) for key in subjects}
        return {key: process for key, process in found.items() if process is not None}

    async def add(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> list[Process]:
        """See `Store`."""
        self._marks[workflow.id] = marks
        added = []
        for process in processes:
            if process.subject not in self._processes:
                self._processes[process.subject] = _sorted(process)
                added.append(process)
        return added

    async def save(self, workflow: Workflow, before: Process, after: Process, marks: Marks) -> None:
        """See `Store`."""
        del before
        self._marks[workflow.id] = marks
        self._processes[after.subject] = _sorted(after)

    async def save_limits(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> None:
        """See `Store`."""
        self._marks[workflow.id] = marks
        for process in processes:
            self._processes[process.subject] = _sorted(process)

    async def add_steps(self, steps: Sequence[tuple[Process, Step]]) -> None:
        """See `Store`."""
        for process, step in steps:
            self._steps.setdefault(process.subject, []).insert(0, step)

    async def steps(self, subject: Ref, limit: int) -> list[Step]:
        """See `Store`."""
        return self._steps.get(subject, [])[:limit]

    async def put_extension(self, process: Process, extension: Extension) -> None:
        """See `Store`."""
        del process
        self._extensions[extension.id] = extension

    async def extension(self, identifier: UUID) -> Extension | None:
        """See `Store`."""
        return self._extensions.get(identifier)

    async def extensions(self, subject: Ref) -> list[Extension]:
        """See `Store`."""
        return [one for one in reversed(self._extensions.values()) if one.subject == subject]

    async def due(self, workflow: str, on: date, after: Place | None, limit: int) -> list[tuple[Place, UUID]]:
        """See `Store`."""
        marks = self._marks.get(workflow, {})
        found = [
            ((day, process.id), process.subject.id)
            for process in self._processes.values()
            if process.subject.kind == workflow
            for time_limit in process.limits
            if (day := next_mark(time_limit, marks.get(time_limit.name, ()))) is not None and day <= on
            if (day, process.id) > (after or BEFORE_ALL)
        ]
        return sorted(set(found))[:limit]

    async def remember_marks(self, workflow: Workflow, marks: Marks) -> None:
        """See `Store`."""
        self._marks[workflow.id] = marks


def _sorted(process: Process) -> Process:
    return replace(process, limits=tuple(sorted(process.limits, key=lambda one: (one.starts, one.name))))
