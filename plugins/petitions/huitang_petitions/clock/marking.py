"""From which day on a limit is marked: so that a list needs no clock to know what is yellow and red today."""

from __future__ import annotations

from datetime import date

from huitang_petitions.clock.days import DAY, Unit, left
from huitang_petitions.clock.profile import Profile
from huitang_petitions.clock.running import Running
from huitang_sdk.calendar import WorkingCalendar


def mark_days(run: Running, due: date, profile: Profile, calendar: WorkingCalendar) -> tuple[date, date]:
    """The first days on which the limit is yellow and red, if nothing more happens."""
    yellow, red = (run.limit.marks or profile.marks).days(run.length_to(due))
    unit = run.limit.unit
    return first_day(due, yellow, unit, calendar, run.start), first_day(due, red, unit, calendar, run.start)


def first_day(due: date, days: int, unit: Unit, calendar: WorkingCalendar, start: date) -> date:
    """The first day, not before the start, on which no more than so many days are left."""
    if unit != "working":
        return max(start, due - days * DAY)
    day = due
    while day > start and left(day - DAY, due, unit, calendar) <= days:
        day -= DAY
    return day
