"""Where processes are kept: the kernel's is PostgreSQL, the fake's is memory. Not for plugins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from huitang_sdk.contracts import Extension, Process, Ref, Step
from huitang_sdk.workflow.declaring import Workflow
from huitang_sdk.workflow.marks import Marks

Place = tuple[date, UUID]
"""A day with a mark, and the process: the order in which what is due is read."""
BEFORE_ALL: Place = (date.min, UUID(int=0))


class Store(Protocol):
    """What `Engine` asks of it; everything that changes happens inside the open write."""

    async def load(self, subject: Ref, *, lock: bool = False) -> Process | None:
        """The process with its limits; `lock` keeps others from it until the commit."""

    async def load_many(self, workflow: str, subjects: Sequence[UUID]) -> dict[UUID, Process]:
        """Several of one workflow, by subject."""

    async def add(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> list[Process]:
        """New ones; those whose subject has one already are left out of the answer."""

    async def save(self, workflow: Workflow, before: Process, after: Process, marks: Marks) -> None:
        """The row, the limits that changed, and the mirror. `after.version` is one more than `before.version`."""

    async def save_limits(self, workflow: Workflow, processes: Sequence[Process], marks: Marks) -> None:
        """The limits of several, in place of those they have, and their mirrors; versions stay."""

    async def add_steps(self, steps: Sequence[tuple[Process, Step]]) -> None:
        """Lines of the history."""

    async def steps(self, subject: Ref, limit: int) -> list[Step]:
        """The history, newest first."""

    async def put_extension(self, process: Process, extension: Extension) -> None:
        """A new one, or one that was decided."""

    async def extension(self, identifier: UUID) -> Extension | None:
        """One, whoever it belongs to."""

    async def extensions(self, subject: Ref) -> list[Extension]:
        """Those of a subject, newest first."""

    async def due(self, workflow: str, on: date, after: Place | None, limit: int) -> list[tuple[Place, UUID]]:
        """Subjects that have a mark on or before a day, by that day and process, from after a place on."""

    async def remember_marks(self, workflow: Workflow, marks: Marks) -> None:
        """Set the next day of every limit anew when the marks are others than last time."""


def ids_of(subjects: Iterable[Ref]) -> dict[str, list[UUID]]:
    """Subjects by kind."""
    found: dict[str, list[UUID]] = {}
    for subject in subjects:
        found.setdefault(subject.kind, []).append(subject.id)
    return found
