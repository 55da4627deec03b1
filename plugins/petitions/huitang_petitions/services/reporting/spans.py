"""The months and years reports are about, in Chinese time, and what each is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from msgspec import Struct

from huitang_sdk.i18n import TIMEZONE

NOW, BEFORE, YEAR_BEFORE = "now", "before", "year_before"
MONTHS, YEARS = 24, 5
"""How many months and years back reports are offered."""
_MONTH = re.compile(r"^(\d{4})-(\d{2})$", re.ASCII)
_YEAR = re.compile(r"^(\d{4})$", re.ASCII)


class Span(Struct, frozen=True):
    """Days from `first` up to `end`, not included."""

    first: date
    end: date

    @property
    def start_moment(self) -> datetime:
        return datetime.combine(self.first, time(), TIMEZONE)

    @property
    def end_moment(self) -> datetime:
        return datetime.combine(self.end, time(), TIMEZONE)


class Period(Struct, frozen=True):
    """A calendar month, or (`month` 0) a calendar year.

    >>> period_in("2026-01").spans()["before"]
    Span(first=datetime.date(2025, 12, 1), end=datetime.date(2026, 1, 1))
    """

    year: int
    month: int = 0

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"

    @property
    def kind(self) -> str:
        return "monthly" if self.month else "annual"

    @property
    def span(self) -> Span:
        after = self.moved(1)
        return Span(date(self.year, self.month or 1, 1), date(after.year, after.month or 1, 1))

    def moved(self, steps: int) -> Period:
        """So many months, or years, later."""
        if not self.month:
            return Period(self.year + steps)
        months = self.year * 12 + self.month - 1 + steps
        return Period(months // 12, months % 12 + 1)

    def spans(self) -> dict[str, Span]:
        """The period, the one before, and for a month the same one of the year before."""
        found = {NOW: self.span, BEFORE: self.moved(-1).span}
        return {**found, YEAR_BEFORE: self.moved(-12).span} if self.month else found


def period_in(text: str) -> Period | None:
    """The period that "2026-10" or "2026" names; None for anything else."""
    if found := _MONTH.match(text):
        year, month = int(found[1]), int(found[2])
        return Period(year, month) if 1900 < year < 9000 and 1 <= month <= 12 else None
    found = _YEAR.match(text)
    return Period(int(found[1])) if found and 1900 < int(found[1]) < 9000 else None


def last_month(today: date) -> Period:
    """The last month that is over."""
    return Period(today.year, today.month).moved(-1)


def months(today: date) -> Iterator[Period]:
    """The running month and those before, newest first."""
    return (Period(today.year, today.month).moved(-step) for step in range(MONTHS))


def years(today: date) -> Iterator[Period]:
    """The running year and those before, newest first."""
    return (Period(today.year - step) for step in range(YEARS))
