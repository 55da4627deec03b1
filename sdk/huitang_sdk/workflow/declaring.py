"""What a plugin declares of a workflow: states, moves guarded by permissions, deadlines, to-dos and notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from huitang_sdk.contracts import Actor, Move, Process, Ref, TimeLimit
    from huitang_sdk.plugin import PluginContext

Unit = Literal["natural", "working"]
T = TypeVar("T", "State", "Transition", "Deadline")


class Tell(Struct, frozen=True):
    """A notice that a step sends: `kind` is a NotificationKind of the plugin, `to` whom it goes to.

    "assignee" is whoever the process is assigned to, "starter" whoever started it, "holders" everybody who holds
    `permission` over its organisation. Whoever did the step is not told. Beside `Facts.data` the words know `note`,
    `by` (a name, "" for the platform), `due` (ISO, or ""), and at a mark `days` (whole, without a sign) and `overdue`
    ("yes" or "").
    """

    kind: str
    to: Literal["assignee", "starter", "holders"] = "assignee"
    permission: str = ""


class Task(Struct, frozen=True):
    """A to-do that stands as long as something lasts: `kind` is a NotificationKind with `todo=True`.

    It is for the assignee; with nobody assigned for everybody who holds `permission` over the organisation, if one is
    named. `title` is plain English with the places `{title}` and those of `Facts.data`. `deadline` says whose due date
    it shows; without it the earliest that runs.
    """

    kind: str
    title: str
    permission: str = ""
    deadline: str = ""


class State(Struct, frozen=True):
    """Where a process can stand. Entering a `final` one ends it, and every deadline with it."""

    id: str
    title: str
    final: bool = False
    task: Task | None = None


class Transition(Struct, frozen=True, kw_only=True):
    """A move, allowed to holders of `permission` whose reach has the process.

    `reason`: it needs a note. `fact` is what the audit log calls it, after the workflow's id: "petitions.matter" and
    "accepted" make "petitions.matter.accepted"; one with a dot comes after the plugin's id. `refuse` answers why it is
    not possible now, translated, or "". `then` does the plugin's own part of it inside the same write. `hidden` ones
    have no button of their own: the plugin calls them.
    """

    id: str
    title: str
    from_: tuple[str, ...]
    to: str
    permission: str
    reason: bool = False
    fact: str = "moved"
    tell: tuple[Tell, ...] = ()
    refuse: Callable[[PluginContext[Any], Actor, Process], Awaitable[str]] | None = None
    then: Callable[[PluginContext[Any], Move], Awaitable[None]] | None = None
    hidden: bool = False
    icon: str = "arrow-right"


class Mark(Struct, frozen=True):
    """A day counted from the due date on which something is done by itself: -3 is three days before, 1 the day after.

    It is put on record, told, and emitted as `DeadlineReached`, once for each due date. `urge` counts a reminder on the
    open to-dos. When several days have passed unseen, the latest of them counts.
    """

    id: str
    days: int
    tell: tuple[Tell, ...] = ()
    urge: bool = True


class Extending(Struct, frozen=True, kw_only=True):
    """How a deadline can be extended: `times` times by at most `days` days, in the unit of the deadline.

    `ask` and `approve` are permissions; nobody approves what they asked for themselves. `task` is a to-do for those who
    approve, `tell` goes out when it is granted or refused.
    """

    days: int
    ask: str
    approve: str
    times: int = 1
    task: Task | None = None
    tell: tuple[Tell, ...] = ()


class Deadline(Struct, frozen=True, kw_only=True):
    """A time limit: begun by entering one of `begins`, ended by entering one of `ends`.

    It ends `days` natural or working days after the day it began, which itself is not counted; `days` may be a function
    of the context, for settings. `reopens` are states that take an ended one up again with the due date it had.
    `marks` may be a function, too: for operators' data. With `Workflow.clock` begin, end and days are the clock's, and
    this gives the name, the marks and who may extend.
    """

    id: str
    title: str
    days: int | Callable[[PluginContext[Any]], int] = 0
    unit: Unit = "natural"
    article: str = ""
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()
    marks: tuple[Mark, ...] | Callable[[PluginContext[Any]], Awaitable[Sequence[Mark]]] = ()
    extending: Extending | None = None


class Assigning(Struct, frozen=True, kw_only=True):
    """Giving a process to somebody: done by holders of `permission`, to people who hold `to` over its organisation.

    `moves` names a transition that goes with it where the state allows it; its own permission is not asked then.
    `deadline` is the one whose due date may be chosen at the same time.
    """

    permission: str
    to: str
    moves: str = ""
    deadline: str = ""
    tell: tuple[Tell, ...] = ()


class Mirror(Struct, frozen=True, kw_only=True):
    """Columns of the plugin's own table that the kernel keeps equal to the process, for lists that filter and sort.

    `table` is in the plugin's schema, `key` its column with the subject's id. `due` is the due date of `deadline` (else
    of the earliest that runs). A column that is "" is left out.
    """

    table: str
    key: str = "id"
    state: str = ""
    assignee: str = ""
    due: str = ""
    deadline: str = ""
    changed: str = ""


class Facts(Struct, frozen=True):
    """What notices and to-dos say of a subject: its title, its page, and more places for the words."""

    title: str
    url: str
    data: Mapping[str, str] = {}


class Workflow(Struct, frozen=True, kw_only=True):
    """A way through states. `id` is the kind of the subjects: `Ref("petitions.matter", …)`.

    A process starts in the first state unless `start` says another. `read` is the permission to see it. `pause` is the
    permission to pause and resume deadlines. See `docs/build-a-plugin/workflow.md`.

    What the plugin is asked, it is asked of many at once, since processes begin by the hundred; mostly it is one.
    `facts` answers what is said of each subject. `reachable` may refuse more than the grants: it answers those of the
    subjects that the actor may know of; whoever may not is told that there is nothing. `clock` answers all time limits
    of each process after a step, in place of the declared days: it is given the processes as they will be and the day,
    and reads the plugin's own rows; one that it leaves out has none.
    """

    id: str
    title: str
    read: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    facts: Callable[[PluginContext[Any], Sequence[Ref]], Awaitable[Mapping[Ref, Facts]]]
    deadlines: tuple[Deadline, ...] = ()
    assigning: Assigning | None = None
    pause: str = ""
    clock: (
        Callable[[PluginContext[Any], Sequence[Process], date], Awaitable[Mapping[Ref, Sequence[TimeLimit]]]] | None
    ) = None
    reachable: Callable[[PluginContext[Any], Actor, Sequence[Process]], Awaitable[Collection[Ref]]] | None = None
    mirror: Mirror | None = None

    def state(self, identifier: str) -> State:
        """One state; ValueError for one that is not declared."""
        return _named(self.states, identifier, f"workflow {self.id} has no state")

    def transition(self, identifier: str) -> Transition:
        """One transition; ValueError for one that is not declared."""
        return _named(self.transitions, identifier, f"workflow {self.id} has no transition")

    def deadline(self, identifier: str) -> Deadline:
        """One deadline; ValueError for one that is not declared."""
        return _named(self.deadlines, identifier, f"workflow {self.id} has no deadline")


def _named(values: Sequence[T], identifier: str, missing: str) -> T:
    for value in values:
        if value.id == identifier:
            return value
    raise ValueError(f"{missing} {identifier!r}")
