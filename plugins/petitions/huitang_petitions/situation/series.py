"""Counts by week. A week begins on Monday; weeks without anything count as 0; the running week is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from msgspec import Struct

WEEK = timedelta(days=7)


class Series(Struct, frozen=True):
    """Counts of successive weeks from `first`, a Monday."""

    first: date
    counts: tuple[int, ...]

    def week(self, number: int) -> date:
        """The Monday of a week, also of one to come."""
        return self.first + number * WEEK

    @property
    def weeks(self) -> tuple[date, ...]:
        return tuple(self.week(number) for number in range(len(self.counts)))


def week_of(day: date) -> date:
    """The Monday of a day's week.

    >>> week_of(date(2026, 11, 25))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())


def weekly(counts: Mapping[date, int], first: date, today: date) -> Series:
    """Counts by any day of their week as a series from the week of `first` to the last whole week before `today`.

    >>> weekly({date(2026, 11, 9): 3, date(2026, 11, 11): 1}, date(2026, 11, 2), date(2026, 11, 25)).counts
    (0, 4, 0)
    """
    start, end = week_of(first), week_of(today)
    length = max(0, (end - start).days // 7)
    found = [0] * length
    for day, count in counts.items():
        number = (week_of(day) - start).days // 7
        if 0 <= number < length:
            found[number] += count
    return Series(start, tuple(found))


def together(many: Iterable[Series]) -> Series:
    """The sum of series that begin on the same Monday and are of the same length. ValueError for others, or none."""
    series = list(many)
    if len({(one.first, len(one.counts)) for one in series}) != 1:
        raise ValueError("series of different weeks cannot be added")
    return Series(series[0].first, tuple(sum(counts) for counts in zip(*(one.counts for one in series), strict=True)))
