"""One limit that has begun: when it ends, what it is extended by, what it stood still for, and what ended it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from huitang_petitions.clock.days import DAY, Span, last_day, united
from huitang_petitions.clock.history import REOPENED, Happening
from huitang_petitions.clock.profile import Limit
from huitang_petitions.clock.result import Extended, State
from huitang_sdk.calendar import WorkingCalendar


class Running(Struct, kw_only=True):
    """A limit from the event that starts it to the one that ends it, if any."""

    limit: Limit
    begun: Happening
    roll: bool
    organ: str = ""
    organs: frozenset[str] = frozenset()
    """Every organ that events it can begin with name."""
    end: Happening | None = None
    void: bool = False
    extensions: list[Extended] = []
    stretches: tuple[tuple[Happening, Happening | None, bool], ...] = ()
    """What it stands still for: the event it begins and ends with, and whether the first day counts as part of it."""

    @property
    def start(self) -> date:
        return self.begun.delivered if self.limit.start_day == "delivered" else self.begun.day

    def length_to(self, due: date) -> int:
        """Its length with its extensions, in its unit; in days for one of months."""
        if self.limit.unit == "months":
            return (due - self.start).days
        return self.limit.length + sum(one.days for one in self.extensions)

    def ended_by(self, position: int) -> bool:
        """Whether it had ended when the event at this position happened."""
        return self.end is not None and self.end.position < position

    def reckoned(self, now: date, calendar: WorkingCalendar) -> tuple[State, date, int, bool]:
        """Its state on this day, and what `due` says."""
        due, skipped, rolled = self.due(now, calendar)
        return self._state(due, now), due, skipped, rolled

    def concerned(self, event: Happening) -> bool:
        """Whether an event is about the organ it runs against."""
        return event.concerns(self.organ) or (self.limit.others and event.organ not in self.organs)

    def _state(self, due: date, now: date) -> State:
        if self.end is not None:
            if self.void:
                return "expired" if self.limit.kind == "right" and self.end.day > due else "void"
            return "met" if self.end.day <= due else "met_late"
        if any(last is None and first.day <= due for first, last, _whole in self.stretches):
            return "paused"
        if now > due:
            return "late" if self.limit.kind == "duty" else "expired"
        return "extended" if self.extensions else "running"

    def due(self, today: date, calendar: WorkingCalendar) -> tuple[date, int, bool]:
        """Its last day, the days not counted, and whether it was moved to a working day.

        What has not ended stands still up to `today`, so this is the due date if it ended then.
        """
        parts = [(self.limit.length, self.limit.unit), *((one.days, one.unit) for one in self.extensions)]
        end, skipped = last_day(self.start, parts, self._spans(today), calendar)
        if self.roll and self.limit.unit != "working":
            rolled = calendar.next_working_day(end)
            return rolled, skipped, rolled != end
        return end, skipped, False

    def _spans(self, today: date) -> list[Span]:
        until = self.end.day if self.end is not None else today
        spans = []
        for first, last, whole in self.stretches:
            if first.day <= until:
                end = min(last.day, until) if last is not None else until
                spans.append((first.day if whole else first.day + DAY, end))
        return united(spans) if spans else []


def begin(limit: Limit, happened: Sequence[Happening], roll: bool) -> list[Running]:
    """Every run of a limit: one a round, or one a round and organ."""
    found: list[Running] = []
    organs = frozenset(event.organ for event in happened if event.organ and event.name in limit.start)
    for event in happened:
        if event.name not in limit.start or (
            event.name == REOPENED and not _begins_again(limit, event, found, happened)
        ):
            continue
        organ = event.organ if limit.per_organ else ""
        there = (run for run in found if run.begun.round == event.round)
        if any(not limit.per_organ or not run.organ or not organ or run.organ == organ for run in there):
            continue
        run = Running(limit=limit, begun=event, roll=roll, organ=organ, organs=organs, extensions=[])
        _end(run, happened)
        run.stretches = tuple(_stretches(run, happened))
        found.append(run)
    return found


def _begins_again(limit: Limit, reopened: Happening, found: Sequence[Running], happened: Sequence[Happening]) -> bool:
    """Reopening begins a limit that had begun before, unless what it otherwise begins with happens again."""
    again = (
        event.name in limit.start and event.name != REOPENED for event in happened if event.round == reopened.round
    )
    return (bool(found) or limit.start == (REOPENED,)) and not any(again)


def _end(run: Running, happened: Sequence[Happening]) -> None:
    for event in happened[run.begun.position + 1 :]:
        satisfied = event.name in run.limit.satisfied_by and run.concerned(event) and event.round == run.begun.round
        if satisfied or _voids(run, event, happened):
            run.end, run.void = event, not satisfied
            return


def _voids(run: Running, event: Happening, happened: Sequence[Happening]) -> bool:
    if event.round != run.begun.round:
        return True  # reopened: everything begins again
    if event.name in run.limit.void_by:
        return run.concerned(event)
    if not event.kind.ends or (event.organ and event.organ != run.organ):
        return False
    return (
        event.kind.ends == "all" or (not run.begun.kind.after_end and run.limit.kind == "duty") or _of_organ(run, event)
    )


def _of_organ(run: Running, event: Happening) -> bool:
    """A right of the organ ends with its part in the case; a right of the petitioner, to ask for a review, does not."""
    return run.limit.per_organ and not run.limit.others and event.kind.ends == "handling"


def _stretches(run: Running, happened: Sequence[Happening]) -> Iterator[tuple[Happening, Happening | None, bool]]:
    for pause in run.limit.pauses:
        for first, last in pairs(pause.from_, pause.to, happened):
            ended_before = last is not None and last.position < run.begun.position
            if run.concerned(first) and not ended_before and not run.ended_by(first.position):
                yield first, last, pause.days == "both"


def pairs(first: str, last: str, happened: Iterable[Happening]) -> Iterator[tuple[Happening, Happening | None]]:
    """What began with what it ended with, organ by organ; None: not yet. `history` and `unpaired` have checked them."""
    waiting: dict[str, Happening] = {}
    for event in happened:
        if event.name == first:
            waiting[event.organ] = event
        elif event.name == last and event.organ in waiting:
            yield waiting.pop(event.organ), event
    for event in waiting.values():
        yield event, None
