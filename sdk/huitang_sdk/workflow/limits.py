"""Time limits as values: begun, paused, resumed, extended, ended. Pure, so that they can be tried at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts.workflow import TimeLimit
from huitang_sdk.workflow.declaring import Mark, Unit


def shifted(day: date, count: int, unit: Unit, calendar: WorkingCalendar) -> date:
    """`count` natural or working days after `day`. YearUnknown when a working day's year has no data."""
    return calendar.add_working_days(day, count) if unit == "working" else day + timedelta(count)


def begun(name: str, starts: date, days: int, unit: Unit, calendar: WorkingCalendar, article: str = "") -> TimeLimit:
    """A limit that runs from `starts`, which itself is not counted."""
    due = shifted(starts, days, unit, calendar)
    return TimeLimit(name=name, starts=starts, first_due=due, due=due, article=article)


def dated(limit: TimeLimit, due: date) -> TimeLimit:
    """Somebody chose another due date: what was added to the old one does not count on top of it."""
    return replace(limit, first_due=due, due=due, paused_days=0, extended=0, reached=None)


def paused(limit: TimeLimit, on: date) -> TimeLimit:
    """Its time stands still from `on`, not earlier than it began."""
    return replace(limit, paused_on=max(on, limit.starts)) if limit.is_running else limit


def resumed(limit: TimeLimit, on: date, unit: Unit, calendar: WorkingCalendar) -> TimeLimit:
    """Its time runs again: the days it stood still are added, once."""
    if limit.paused_on is None or limit.done_on is not None:
        return limit
    days = _days(limit.paused_on, max(on, limit.paused_on), unit, calendar)
    return _counted(replace(limit, paused_on=None, paused_days=limit.paused_days + days), unit, calendar)


def extended(limit: TimeLimit, days: int, unit: Unit, calendar: WorkingCalendar) -> TimeLimit:
    """`days` more, also while it is paused."""
    return _counted(replace(limit, extended=limit.extended + days), unit, calendar)


def ended(limit: TimeLimit, on: date, unit: Unit, calendar: WorkingCalendar) -> TimeLimit:
    """Kept or missed: it ends on `on`, a pause that lasts until then counted first."""
    return limit if limit.done_on is not None else replace(resumed(limit, on, unit, calendar), done_on=on)


def reopened(limit: TimeLimit) -> TimeLimit:
    """Ended, and taken up again with the due date it had."""
    return replace(limit, done_on=None)


def _days(start: date, end: date, unit: Unit, calendar: WorkingCalendar) -> int:
    return calendar.working_days_between(start, end) if unit == "working" else (end - start).days


def _counted(limit: TimeLimit, unit: Unit, calendar: WorkingCalendar) -> TimeLimit:
    due = shifted(limit.first_due, limit.paused_days + limit.extended, unit, calendar)
    return limit if due == limit.due else replace(limit, due=due, reached=None)


def next_mark(limit: TimeLimit, marks: Iterable[Mark]) -> date | None:
    """The day of the next mark; None while no time runs and when all are seen to."""
    if not limit.is_running:
        return None
    left = [mark.days for mark in marks if limit.reached is None or mark.days > limit.reached]
    return limit.due + timedelta(min(left)) if left else None


def mark_on(limit: TimeLimit, marks: Sequence[Mark], on: date) -> Mark | None:
    """The latest mark that `on` has reached and that was not seen to."""
    if not limit.is_running:
        return None
    days = (on - limit.due).days
    reached = [mark for mark in marks if mark.days <= days and (limit.reached is None or mark.days > limit.reached)]
    return max(reached, key=lambda mark: mark.days, default=None)


def merged(old: Sequence[TimeLimit], new: Sequence[TimeLimit]) -> tuple[TimeLimit, ...]:
    """New limits with the marks that were seen to on old ones: the same name, start and due date."""
    known = {(limit.name, limit.starts): limit for limit in old}
    found = []
    for limit in new:
        before = known.get((limit.name, limit.starts))
        same = before is not None and before.due == limit.due
        found.append(replace(limit, reached=before.reached if before is not None and same else None))
    return tuple(found)
