"""Working days in China: weekends, public holidays and the weekends worked for them (调休), as data per year.

The State Council announces a year's days late in the year before. A year without data is an error, `YearUnknown`, never
a guess; an operator adds it as plain data, see `WorkingCalendar.from_toml`. Days are local days, never moments.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
from msgspec import Struct, field

__all__ = [
    "CalendarDataError",
    "Holiday",
    "WorkingCalendar",
    "YearDays",
    "YearUnknown",
    "add_working_days",
    "is_working_day",
    "working_days_between",
]

SATURDAY = 5
_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class YearUnknown(ValueError):
    """Nobody has said which days of `year` are worked, so nothing is counted through it."""

    def __init__(self, year: int, known: Iterable[int] = ()) -> None:
        self.year = year
        self.known = tuple(sorted(known))
        has = f" (known: {_ranges(self.known)})" if self.known else ""
        super().__init__(
            f"no holidays and working weekends are known for {year}{has}: when the State Council has announced them, "
            f"add [{year}] with holidays = [...] and working = [...] to the calendar data, or upgrade chinesecalendar"
        )


class CalendarDataError(ValueError):
    """Calendar data that contradicts itself; the message begins with the place, such as `2027.holidays[1]`."""


class Holiday(Struct, frozen=True):
    """What a day off is called: in English, and in Chinese."""

    en: str
    zh: str


class YearDays(Struct, frozen=True):
    """How one year differs from "Monday to Friday are worked": days off with their names, and days that are worked."""

    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    working: frozenset[date] = frozenset()


def _shipped() -> dict[int, YearDays]:
    """What the package `chinesecalendar` knows, year by year."""
    chinese = {kind.value: _FULL_NAMES.get(kind.chinese, kind.chinese) for kind in chinese_calendar.Holiday}
    years = sorted({day.year for day in chinese_calendar.holidays})
    return {
        year: YearDays(
            {day: Holiday(en, chinese[en]) for day, en in chinese_calendar.holidays.items() if day.year == year},
            frozenset(day for day in chinese_calendar.workdays if day.year == year),
        )
        for year in years
    }


class WorkingCalendar:
    """Which days are worked: the years of `chinesecalendar`, and on top of them an operator's own.

    `own` adds years that are not known yet and corrects single days of those that are. The calendar never changes after
    it has been made, so it may be shared.

    >>> calendar = WorkingCalendar()
    >>> calendar.is_working_day(date(2026, 2, 14))  # a Saturday, worked for the Spring Festival
    True
    >>> calendar.add_working_days(date(2026, 9, 30), 1)  # National Day: the next one is 8 October
    datetime.date(2026, 10, 8)
    """

    def __init__(self, own: Mapping[int, YearDays] | None = None) -> None:
        self._days = dict(_SHIPPED)
        for year, days in (own or {}).items():
            self._days[year] = self._merged(year, days)
        self._worked: dict[int, list[int]] = {}

    @classmethod
    def from_toml(cls, text: str) -> WorkingCalendar:
        """A calendar with an operator's years, written in TOML; see `from_data`.

        >>> own = '[2027]\\nholidays = [2027-01-01, "2027-02-06/2027-02-12"]\\nworking = [2027-02-14]'
        >>> WorkingCalendar.from_toml(own).is_working_day(date(2027, 2, 14))
        True
        """
        try:
            return cls.from_data(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise CalendarDataError(f"no TOML: {error}") from None

    @classmethod
    def from_data(cls, data: Mapping[Any, Any]) -> WorkingCalendar:
        """Years as plain data: year → `holidays` and `working`, lists of days and of "first/last" ranges.

        `holidays` may also be a mapping of days or ranges to names. `source`, the notice the days are from, is for
        people. CalendarDataError names the first place that is wrong: a day of another year, a day both off and
        worked, a new year without any holiday.
        """
        return cls({_year(key): _year_days(_year(key), value) for key, value in data.items()})

    @property
    def years(self) -> tuple[int, ...]:
        """The years it knows."""
        return tuple(sorted(self._days))

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on this day. YearUnknown, TypeError for a moment instead of a day."""
        ordinal = _ordinal(day)
        worked = self._of(day.year)
        at = bisect_left(worked, ordinal)
        return at < len(worked) and worked[at] == ordinal

    def holiday(self, day: date) -> Holiday | None:
        """The public holiday a day belongs to, weekends within it included; None on other days. YearUnknown."""
        _ordinal(day)
        return self._year(day.year).holidays.get(day)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first one after it that is."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which itself is not counted; backwards for a negative number.

        0 is `start`, worked or not. YearUnknown as soon as the counting enters a year without data.
        """
        if count == 0:
            return start
        ordinal, left = _ordinal(start), abs(count)
        step = 1 if count > 0 else -1
        year = (start + timedelta(step)).year
        while True:
            worked = self._of(year)
            if count > 0:
                there = worked[bisect_right(worked, ordinal) :]
                if left <= len(there):
                    return date.fromordinal(there[left - 1])
            else:
                there = worked[: bisect_left(worked, ordinal)]
                if left <= len(there):
                    return date.fromordinal(there[-left])
            left -= len(there)
            year += step

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days come after `start` up to and with `end`; negative when `end` is the earlier one.

        >>> WorkingCalendar().working_days_between(date(2026, 9, 30), date(2026, 10, 9))
        2
        """
        first, last = _ordinal(start), _ordinal(end)
        if last < first:
            return -self.working_days_between(end, start)
        if first == last:
            return 0
        total = 0
        for year in range((start + timedelta(1)).year, end.year + 1):
            worked = self._of(year)
            total += bisect_right(worked, last) - bisect_right(worked, first)
        return total

    def _year(self, year: int) -> YearDays:
        try:
            return self._days[year]
        except KeyError:
            raise YearUnknown(year, self._days) from None

    def _of(self, year: int) -> list[int]:
        """The working days of a year as ordinals, in order."""
        worked = self._worked.get(year)
        if worked is None:
            days = self._year(year)
            whole = (
                date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            )
            worked = [
                day.toordinal()
                for day in whole
                if day in days.working or (day.weekday() < SATURDAY and day not in days.holidays)
            ]
            self._worked[year] = worked
        return worked

    def _merged(self, year: int, own: YearDays) -> YearDays:
        known = self._days.get(year)
        if known is None:
            if not own.holidays:
                raise CalendarDataError(f"{year}: a year without any holiday has not been announced yet: leave it out")
            return own
        kept = {day: name for day, name in known.holidays.items() if day not in own.working}
        return YearDays(kept | dict(own.holidays), (known.working - own.holidays.keys()) | own.working)


def _ordinal(day: date) -> int:
    if isinstance(day, datetime):
        raise TypeError(f"a day is wanted, not the moment {day.isoformat()}: say in which time zone it is a day")
    return day.toordinal()


def _ranges(years: tuple[int, ...]) -> str:
    """
    >>> _ranges((2004, 2005, 2006, 2030))
    '2004–2006, 2030'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1][1:] = [year]
        else:
            runs.append([year])
    return ", ".join("–".join(map(str, run)) for run in runs)


def _year(key: Any) -> int:
    try:
        year = int(key)
    except (TypeError, ValueError):
        raise CalendarDataError(f"{key}: a year is wanted, such as 2027") from None
    if not 1949 <= year <= 2999:
        raise CalendarDataError(f"{key}: a year is wanted, such as 2027")
    return year


def _year_days(year: int, value: Any) -> YearDays:
    if not isinstance(value, Mapping):
        raise CalendarDataError(f"{year}: holidays and working are wanted")
    unknown = value.keys() - {"holidays", "working", "source"}
    if unknown:
        raise CalendarDataError(f"{year}.{min(unknown)}: unknown; known are holidays, working, source")
    holidays = _days(year, "holidays", value.get("holidays", ()))
    working = _days(year, "working", value.get("working", ()))
    both = holidays.keys() & working.keys()
    if both:
        raise CalendarDataError(f"{year}.working: {min(both)} is a holiday, too")
    return YearDays({day: Holiday(name, name) for day, name in holidays.items()}, frozenset(working))


def _days(year: int, key: str, value: Any) -> dict[date, str]:
    if not isinstance(value, Mapping | list | tuple):
        raise CalendarDataError(f"{year}.{key}: a list of days is wanted")
    found: dict[date, str] = {}
    named = value.items() if isinstance(value, Mapping) else ((item, "") for item in value)
    for number, (item, name) in enumerate(named):
        place = f"{year}.{key}[{number}]"
        first, last = _range(place, item)
        if first.year != year or last.year != year:
            raise CalendarDataError(f"{place}: {item} is not in {year}")
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            found[date.fromordinal(ordinal)] = str(name)
    return found


def _range(place: str, item: Any) -> tuple[date, date]:
    if isinstance(item, date) and not isinstance(item, datetime):
        return item, item
    first, _slash, last = str(item).partition("/")
    try:
        span = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        raise CalendarDataError(f"{place}: {item} is no day such as 2027-01-01 and no range of days") from None
    if span[1] < span[0]:
        raise CalendarDataError(f"{place}: {item} ends before it begins")
    return span


_SHIPPED = _shipped()
_default = WorkingCalendar()


def is_working_day(day: date) -> bool:
    """Whether a day is worked, by the years that `chinesecalendar` knows; see `WorkingCalendar`.

    >>> is_working_day(date(2026, 10, 1))
    False
    """
    return _default.is_working_day(day)


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start`; see `WorkingCalendar.add_working_days`.

    >>> add_working_days(date(2026, 11, 27), 5)
    datetime.date(2026, 12, 4)
    """
    return _default.add_working_days(start, count)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; see `WorkingCalendar.working_days_between`.

    >>> working_days_between(date(2026, 11, 27), date(2026, 12, 4))
    5
    """
    return _default.working_days_between(start, end)
