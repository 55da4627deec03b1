"""Checks on the period and on single dates of the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from huitang_budget.declarations.model import Declaration, Milestone
from huitang_budget.declarations.review.dates import (
    Span,
    dated,
    form_year,
    holiday,
    impossible_date,
    mentions_time,
    span,
)
from huitang_budget.declarations.review.language import has_text, matches, sentences
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.readings import percent_of
from huitang_budget.declarations.review.registry import Context, Parameters, check

_TITLE_LENGTH = 60
"""Where the text stands in for a title, this much of it."""


class Nothing(Parameters, frozen=True):
    """A check without parameters."""


_LABEL = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}(?:阶段|步|期|季度|个?月)|[一二三四]{1,2}季度|[上下]半年|[\d年月日份底初中上下旬至到~—-]+"
)
_AFTER = re.compile(r"[^，,。；;：:（(]{0,10}后(?=[\d一二三四五六七八九十半]|，|,|进行|组织|开展)")


def title(milestone: Milestone) -> str:
    """What the step is called, for messages and for finding steps by their words.

    Where the title only says when (第一阶段, 3月), the text says what; "合同签订后" in it is a condition, not a step.
    """
    if milestone.title and not _LABEL.fullmatch(milestone.title):
        return milestone.title
    said = _AFTER.sub("", milestone.text)[:_TITLE_LENGTH]
    return said or milestone.title


def milestone_hit(index: int, milestone: Milestone, **values: str) -> Hit:
    """A hit on the date of a step, quoting what the plan says."""
    quote = milestone.text or milestone.title
    path = f"milestones[{index}].date" if milestone.text else f"milestones[{index}].title"
    return Hit(field=path, quote=quote, values={"title": title(milestone), **values})


def period(declaration: Declaration) -> tuple[date, date]:
    """Start and end. NotComputable when one is missing or unreadable."""
    start, end = declaration.start.value, declaration.end.value
    if start is None or end is None:
        raise NotComputable("开始时间或结束时间未填写或无法识别")
    return start, end


def _year(declaration: Declaration) -> int:
    if declaration.year.value is None:
        raise NotComputable("表头年度未填写或无法识别")
    return declaration.year.value


@check("end-before-start", Nothing, "start", "end")
def end_before_start(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    start, end = period(declaration)
    if end < start:
        values = {"start": str(start), "end": str(end)}
        yield Hit(field="end", quote=field_text(declaration, "end"), values=values)


@check("year-not-in-period", Nothing, "year", "start", "end")
def year_not_in_period(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    year, (start, end) = _year(declaration), period(declaration)
    if start <= end and not start.year <= year <= end.year:
        values = {"year": str(year), "start": str(start), "end": str(end)}
        yield Hit(field="year", quote=field_text(declaration, "year"), values=values)


@check("period-outside-year", Nothing, "year", "date")
def period_outside_year(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    """A period beyond the year is only odd where the whole money is asked for in this year."""
    year, (start, end) = _year(declaration), period(declaration)
    total, current = declaration.total_fen.value, declaration.current_year_fen.value
    if total is None or current is None:
        raise NotComputable("项目总预算或当年预算未填写或无法识别")
    if start.year <= year <= end.year and total == current:
        for field, day in (("start", start), ("end", end)):
            if day.year != year:
                values = {"year": str(year), "date": str(day)}
                yield Hit(field=field, quote=field_text(declaration, field), values=values)


@check("impossible-date", Nothing, "date")
def impossible_milestone_date(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    if not declaration.milestones:
        raise NotComputable("实施计划中没有可识别的节点")
    for index, milestone in enumerate(declaration.milestones):
        day = impossible_date(milestone.text)
        if milestone.date is None and day:
            yield Hit(field=f"milestones[{index}].date", quote=day, values={"date": day})


@check("plan-undated", Nothing)
def plan_undated(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    text = field_text(declaration, "plan") or field_text(declaration, "milestones")
    if not has_text(text):
        raise NotComputable("未填写实施计划")
    if mentions_time(text) or any(m.date for m in declaration.milestones):
        return
    relative = next((s for s in sentences(text) if matches(s, (r"后.{0,8}[月日周天年]内", "个月", "工作日"))), "")
    field = "plan" if field_text(declaration, "plan") else "milestones"
    yield Hit(field=field, quote=relative or sentences(text)[0])


class Ignored(Parameters, frozen=True):
    """Lines of the plan matching `notes` are remarks, not steps."""

    notes: tuple[str, ...] = ()


@check("milestone-undated", Ignored, "title")
def milestone_undated(declaration: Declaration, parameters: Ignored, _context: Context) -> Iterator[Hit]:
    known = {index for index, _, _ in dated(declaration)}
    for index, milestone in enumerate(declaration.milestones):
        text = f"{milestone.title} {milestone.text}"
        silent = index not in known and has_text(text) and not mentions_time(text) and not impossible_date(text)
        if silent and not matches(text, parameters.notes):
            yield milestone_hit(index, milestone)


class Holidays(Parameters, frozen=True):
    """Names of holidays in the calendar data: only these, or all but these."""

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


@check("on-holiday", Holidays, "title", "date", "holiday")
def on_holiday(declaration: Declaration, parameters: Holidays, _context: Context) -> Iterator[Hit]:
    exact = [(i, m, s.first) for i, m, s in dated(declaration) if s.exact]
    unknown: NotComputable | None = None
    for index, milestone, day in exact:
        try:
            found = holiday(day)
        except NotComputable as error:
            unknown = error
            continue
        if found and found[0] not in parameters.but and (not parameters.only or found[0] in parameters.only):
            yield milestone_hit(index, milestone, date=str(day), holiday=found[1])
    if unknown is not None:
        raise unknown


@check("outside-period", Nothing, "title", "date", "start", "end")
def outside_period(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    start, end = period(declaration)
    steps = dated(declaration)
    if end < start:
        raise NotComputable("结束时间早于开始时间，无法判断节点是否在期内")
    for index, milestone, days in steps:
        if days.last < start or days.first > end:
            yield milestone_hit(index, milestone, date=str(days.first), start=str(start), end=str(end))


@check("out-of-order", Nothing, "title", "date", "previous", "previous_date")
def out_of_order(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    for (_, before, earlier), (index, milestone, days) in pairwise(dated(declaration)):
        if days.last < earlier.first:
            values = {"previous": title(before), "previous_date": str(earlier.first)}
            yield milestone_hit(index, milestone, date=str(days.last), **values)


class Steps(Parameters, frozen=True):
    """`words` find a kind of step by its title."""

    words: tuple[str, ...]


@check("no-reserve", Steps, "title", "date")
def no_reserve(declaration: Declaration, parameters: Steps, _context: Context) -> Iterator[Hit]:
    """The accepting step falls on the very last day of the period."""
    end = declaration.end.value
    if end is None:
        raise NotComputable("结束时间未填写或无法识别")
    steps = [(i, m, s) for i, m, s in dated(declaration) if matches(title(m), parameters.words)]
    if not steps:
        raise NotComputable("计划中没有带日期的验收节点")
    for index, milestone, days in steps:
        if days == Span(end, end):
            yield milestone_hit(index, milestone, date=str(end))


class YearEnd(Parameters, frozen=True):
    """Acceptance (`words`) within `days` of 31 December leaves no time to pay, when `execution` must reach
    `percent`."""

    words: tuple[str, ...]
    execution: tuple[str, ...]
    days: int
    percent: int


def _paid_in(declaration: Declaration, year: int) -> int:
    """The year the money is for: that of the form, unless the period says otherwise (which is a finding of its own)."""
    start, end = declaration.start.value, declaration.end.value
    if start is None or end is None or start.year <= year <= end.year:
        return year
    return end.year


@check("year-end-payment", YearEnd, "title", "date", "target", "days")
def year_end_payment(declaration: Declaration, parameters: YearEnd, _context: Context) -> Iterator[Hit]:
    rates = [(percent_of(i), i) for i in declaration.indicators if matches(i.level3, parameters.execution)]
    known = [(percent, i) for percent, i in rates if percent is not None]
    if not known:
        raise NotComputable("没有以数值表示的预算执行率目标")
    year = form_year(declaration)
    steps = [(i, m, span(m, year)) for i, m in enumerate(declaration.milestones) if matches(title(m), parameters.words)]
    exact = [(i, m, s.last) for i, m, s in steps if s is not None and s.exact]
    if not exact or year is None:
        raise NotComputable("计划中没有精确到日的验收节点")
    target = max(known, key=lambda pair: pair[0])
    if target[0] < parameters.percent:
        return
    last_day = date(_paid_in(declaration, year), 12, 31)
    for index, milestone, day in exact:
        if last_day - timedelta(days=parameters.days) <= day <= last_day:
            left = str((last_day - day).days)
            yield milestone_hit(index, milestone, date=str(day), target=target[1].target, days=left)
