"""When a step of the plan takes place, as exactly as the plan says, and which days are public holidays."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from huitang_budget.declarations.model import Declaration, Milestone
from huitang_budget.declarations.review.outcome import NotComputable
from huitang_sdk.calendar import WorkingCalendar, YearUnknown

_YEAR_MONTH = re.compile(r"(?<!\d)(20\d\d)\s*[年./-]\s*(1[0-2]|0?[1-9])(?!\d)")
_MONTH = re.compile(r"(?<![\d年./-])(1[0-2]|0?[1-9])\s*(?:[-—–~～至到]\s*(1[0-2]|0?[1-9])\s*)?月(?!内)")
_QUARTER = re.compile(r"第?([一二三四1-4])\s*季度")
_FULL_DATE = re.compile(r"(?<!\d)20\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}")
_ANY_TIME = re.compile(
    r"20\d\d\s*[年./-]|(?<!\d)\d{1,2}\s*月|[一二三四五六七八九十]月|季度|半年|全年|每月|每周|每日|每天"
)
_HALVES = {"上半年": (1, 6), "下半年": (7, 12), "全年": (1, 12)}
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}
_CALENDAR = WorkingCalendar()


class Span(NamedTuple):
    """The days a step may fall on: one day, or the months the plan names. Both ends belong to it."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        return self.first == self.last


def months(year: int, first: int, last: int) -> Span:
    """From the first day of one month to the last day of another in the same year."""
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def mentions_time(text: str) -> bool:
    """Whether a text names any day, month, quarter or regular interval (not "within one month of …")."""
    return bool(_ANY_TIME.search(text))


def impossible_date(text: str) -> str:
    """The first full date in the text that the calendar does not have, or ""."""
    for match in _FULL_DATE.finditer(text):
        year, month, day = map(int, re.findall(r"\d+", match.group()))
        try:
            date(year, month, day)
        except ValueError:
            return match.group()
    return ""


def form_year(declaration: Declaration) -> int | None:
    """The year of the form: from its title, or where that is missing from the period."""
    if declaration.year.value is not None:
        return declaration.year.value
    day = declaration.start.value or declaration.end.value
    return day.year if day else None


def span(milestone: Milestone, year: int | None) -> Span | None:
    """The days of a milestone; `year` serves where the plan names only months. None when it names no time."""
    if milestone.date is not None:
        return Span(milestone.date, milestone.date)
    text = f"{milestone.title} {milestone.text}"
    if impossible_date(text):
        return None
    named = [(int(y), int(m)) for y, m in _YEAR_MONTH.findall(text)]
    own_year = named[0][0] if named else year
    if own_year is None:
        return None
    found = [months(y, m, m) for y, m in named]
    found += [months(own_year, int(a), max(int(a), int(b or a))) for a, b in _MONTH.findall(text)]
    quarters = (int(_DIGITS.get(q, 0)) or int(q) for q in _QUARTER.findall(text))
    found += [months(own_year, 3 * q - 2, 3 * q) for q in quarters]
    found += [months(own_year, *half) for name, half in _HALVES.items() if name in text]
    if not found:
        return None
    return Span(min(s.first for s in found), max(s.last for s in found))


def dated(declaration: Declaration) -> list[tuple[int, Milestone, Span]]:
    """The milestones with a time, with their index. NotComputable when there is none."""
    year = form_year(declaration)
    found = [(i, m, s) for i, m in enumerate(declaration.milestones) if (s := span(m, year)) is not None]
    if not found:
        raise NotComputable("实施计划中没有可识别日期的节点")
    return found


def holiday(day: date) -> tuple[str, str] | None:
    """The public holiday of a day as (name in the calendar data, zh-CN name), or None on ordinary days and weekends.

    Days moved by 调休 count as the yearly arrangement says. NotComputable for a year without data.
    """
    try:
        found = _CALENDAR.holiday(day)
    except YearUnknown as error:
        raise NotComputable(f"节假日数据不含 {error.year} 年") from None
    return (found.en, found.zh) if found else None
