"""Workflows: where a thing stands, who has it, until when, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts.audit import Ref
from huitang_sdk.contracts.db import Write
from huitang_sdk.contracts.events import Event
from huitang_sdk.contracts.identity import Actor


class TimeLimit(Struct, frozen=True, kw_only=True):
    """A time limit of a process. `name` is that of a declared `Deadline`; days are local days.

    `due` is the last day in time. `first_due` is the one it began with, `paused_days` and `extended` what came on top,
    in the unit of the deadline. While `paused_on` is set no time runs. `reached` is the last `Mark.days` that was seen
    to. A name may occur again with another `starts`.
    """

    name: str
    starts: date
    first_due: date
    due: date
    article: str = ""
    paused_on: date | None = None
    paused_days: int = 0
    extended: int = 0
    done_on: date | None = None
    reached: int | None = None

    @property
    def is_running(self) -> bool:
        """Not ended and not paused: its time runs."""
        return self.done_on is None and self.paused_on is None

    def is_late(self, today: date) -> bool:
        """Whether the due date is past, or was when it ended; a paused one is not late."""
        return self.paused_on is None and (self.done_on or today) > self.due


class Process(Struct, frozen=True, kw_only=True):
    """Where one subject stands. `version` grows with every step: a form that carries it finds out that it is stale."""

    id: UUID
    subject: Ref
    organisation_id: UUID
    state: str
    started_at: datetime
    changed_at: datetime
    assignee_id: UUID | None = None
    starter_id: UUID | None = None
    version: int = 1
    finished_at: datetime | None = None
    limits: tuple[TimeLimit, ...] = ()

    @property
    def due(self) -> date | None:
        """The earliest due date that runs."""
        return min((limit.due for limit in self.limits if limit.is_running), default=None)

    def limit(self, name: str) -> TimeLimit | None:
        """The latest limit of a name, None if it never began."""
        return max((limit for limit in self.limits if limit.name == name), key=lambda one: one.starts, default=None)


class Step(Struct, frozen=True, kw_only=True):
    """One line of the history. `action` is "<workflow>.<fact>"; `state` the one after it, `before` the one before.

    `detail` is what JSON can carry.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    before: str
    state: str
    transition: str = ""
    note: str = ""
    detail: Mapping[str, Any] = {}


class Act(Struct, frozen=True):
    """A move that an actor may make now. `refused` says why it is not possible yet, translated; "" when it is."""

    transition: str
    title: str
    to: str
    reason: bool = False
    refused: str = ""
    icon: str = "arrow-right"
    hidden: bool = False


class Extension(Struct, frozen=True, kw_only=True):
    """Somebody asked for more days. `granted` is None until it was decided."""

    id: UUID
    subject: Ref
    deadline: str
    starts: date
    days: int
    reason: str
    asked_by: UUID | None
    asked_at: datetime
    granted: bool | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    note: str = ""


class Move(Struct, frozen=True, kw_only=True):
    """What `Transition.then` is given: the open write, and the process before and after."""

    write: Write
    actor: Actor
    transition: str
    before: Process
    after: Process
    note: str
    data: Mapping[str, Any]


class Begin(Struct, frozen=True):
    """One process for `start_many`."""

    subject: Ref
    organisation_id: UUID
    state: str = ""
    assignee_id: UUID | None = None
    since: date | None = None
    started_at: datetime | None = None


class ProcessChanged(Event, tag="workflow.process.changed", frozen=True, kw_only=True):
    """A process took a step. `change` is the transition's id, or assigned, dated, paused, resumed, asked, extended,
    refused; `state` is where it stands now. `start_many` emits none unless `told`.
    """

    workflow: str
    subject_id: UUID
    change: str
    before: str
    state: str


class DeadlineReached(Event, tag="workflow.deadline.reached", frozen=True, kw_only=True):
    """A `Mark` of a running deadline was reached."""

    workflow: str
    subject_id: UUID
    deadline: str
    mark: str
    due: date


class Workflows(Protocol):
    """The processes of the plugin's own workflows; `ctx.workflow`.

    `write` is the open `ctx.db.write(actor)`: every step is part of a change, on record in the history and in the audit
    log. Steps raise NotFound when the actor may not even see the process, Forbidden when seeing is all that is allowed,
    Conflict when it does not stand where the step begins or `version` is not the present one. ValueError: not declared.
    """

    @property
    def calendar(self) -> WorkingCalendar:
        """The working days that deadlines are counted in: the shipped years and the operator's own."""

    async def start(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        organisation_id: UUID,
        *,
        state: str = "",
        assignee: UUID | None = None,
        since: date | None = None,
        fact: str = "started",
        note: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Process:
        """Begin the process of a subject; the workflow is the one whose id is `subject.kind`.

        `since` is the day from which deadlines are counted (default: today), `fact` what it is called on record. The
        plugin decides who may. Conflict if there is one already.
        """

    async def start_many(self, write: Write, actor: Actor, begins: Sequence[Begin], *, told: bool = False) -> int:
        """Begin many at once, with their deadlines and one line of history each. Subjects that have a process are left
        out; returns how many began.

        For imports, without notices, to-dos and events, and with one audit record for all. With `told`, as `start` does
        it: each has its own record, its to-dos and its event.
        """

    async def move(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        transition: str,
        *,
        note: str = "",
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        on: date | None = None,
        organisation: UUID | None = None,
        settled: bool = False,
    ) -> Process:
        """Take a transition. Invalid without the note it needs, Conflict with `Transition.refuse`'s answer.

        With `organisation` it goes into another one's hands: their reach, their people, and assigned to nobody yet.

        `data` goes into the history and to `Transition.then`; `on` is the day it counts from (default: today). With
        `settled` a process that stands in the target state already is left as it is, and nothing is on record.
        """

    async def assign(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        assignee: UUID | None,
        *,
        due: date | None = None,
        note: str = "",
        version: int | None = None,
    ) -> Process:
        """Give it to somebody (None: to nobody), with a due date for `Assigning.deadline` if one is chosen.

        Invalid for somebody who may not have it and for a day that is past.
        """

    async def redate(
        self, write: Write, actor: Actor, subject: Ref, deadline: str, due: date, *, note: str = ""
    ) -> Process:
        """Set the due date of a deadline, beginning it if it does not run. The plugin decides who may."""

    async def pause(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        *,
        reason: str,
        deadline: str = "",
        on: date | None = None,
        version: int | None = None,
    ) -> Process:
        """Let the time of a deadline (of all that run) stand still from a day on."""

    async def resume(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        *,
        note: str = "",
        deadline: str = "",
        on: date | None = None,
        version: int | None = None,
    ) -> Process:
        """Let it run again; the due date moves on by the days it stood still."""

    async def ask_extension(
        self, write: Write, actor: Actor, subject: Ref, deadline: str, days: int, *, reason: str
    ) -> UUID:
        """Ask for more days; returns the extension's id. Invalid beyond what `Extending` allows."""

    async def approve_extension(self, write: Write, actor: Actor, extension: UUID, *, note: str = "") -> Process:
        """Grant it: the due date moves on. Forbidden for whoever asked for it, Conflict when it was decided already."""

    async def refuse_extension(self, write: Write, actor: Actor, extension: UUID, *, reason: str) -> Process:
        """Refuse it; the due date stays."""

    async def set_limits(self, write: Write, limits: Mapping[Ref, Sequence[TimeLimit]]) -> int:
        """Put the limits of many processes in the place of those they have, for a clock that counted anew.

        `reached` and the limits that stay as they are are kept. Returns how many limits changed; the plugin audits.
        """

    async def recount(self, write: Write, subject: Ref) -> Process:
        """Ask `Workflow.clock` again, after the plugin put something on record that it counts from."""

    async def note(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        fact: str,
        *,
        detail: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> None:
        """Put something else on record: one line of history and one audit record "<plugin>.<fact>"."""

    async def process(self, subject: Ref) -> Process | None:
        """Where a subject stands, whoever asks."""

    async def processes(self, subjects: Iterable[Ref]) -> dict[UUID, Process]:
        """Several, by the subject's id."""

    async def visible(self, actor: Actor, subject: Ref) -> Process:
        """The same for a reader. Raises NotFound for what is out of the reader's reach."""

    async def available(self, actor: Actor, process: Process) -> Sequence[Act]:
        """The moves that the actor may make from here, in the order they are declared."""

    async def candidates(self, process: Process) -> Sequence[UUID]:
        """Who may be given the process."""

    async def history(self, subject: Ref, *, limit: int = 200) -> Sequence[Step]:
        """What happened, newest first."""

    async def extensions(self, subject: Ref) -> Sequence[Extension]:
        """What was asked for, newest first."""

    async def watch(self, on: date) -> int:
        """See to the marks that are due by a day; returns how many. The platform does it every morning."""
