"""Days of a limit: from its start to its last day, in natural days, working days or months, with what is not counted.

The day it starts is never counted, the last day is, to its end.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from huitang_sdk.calendar import WorkingCalendar

Unit = Literal["natural", "working", "months"]
Span = tuple[date, date]
"""First and last day, both within."""
DAY = timedelta(1)


def advance(start: date, length: int, unit: Unit, calendar: WorkingCalendar) -> date:
    """The last day of `length` units that begin the day after `start`.

    Months end on the day of the same number, or on the last of a shorter month.
    """
    if unit == "natural":
        return start + timedelta(length)
    if unit == "working":
        return calendar.add_working_days(start, length)
    years, month = divmod(start.month - 1 + length, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def last_day(
    start: date, parts: Iterable[tuple[int, Unit]], spans: Iterable[Span], calendar: WorkingCalendar
) -> tuple[date, int]:
    """The last day of a limit of several `parts` (length, extensions), and how many calendar days were not counted.

    `spans` are the days not counted, in order and apart from one another, as `united` makes them.
    """
    end, working = start, False
    for length, unit in parts:
        end = advance(end, length, unit, calendar)
        working = unit == "working"
    skipped = 0
    for first, last in spans:
        opening = max(first, start + DAY)
        if opening > end or last < opening:
            continue
        days = (last - opening).days + 1
        skipped += days
        if working:
            end = calendar.add_working_days(end, calendar.working_days_between(opening - DAY, last))
        else:
            end += timedelta(days)
    return end, skipped


def united(spans: Iterable[Span]) -> list[Span]:
    """The same days as spans that are in order and do not touch.

    >>> day = date(2026, 3, 1)
    >>> united([(day, day + DAY), (day + DAY, day + 2 * DAY)]) == [(day, day + 2 * DAY)]
    True
    """
    found: list[Span] = []
    for first, last in sorted(spans):
        if last < first:
            continue
        if found and first <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def left(today: date, due: date, unit: Unit, calendar: WorkingCalendar) -> int:
    """Days after `today` up to and with `due`: working days for a limit in those, else calendar days."""
    return calendar.working_days_between(today, due) if unit == "working" else (due - today).days
