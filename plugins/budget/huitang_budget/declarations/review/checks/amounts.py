"""Checks on amounts: all in fen, compared to the fen."""

from __future__ import annotations

from collections.abc import Iterator

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.language import normal
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text, found_text, label
from huitang_budget.declarations.review.registry import Context, Parameters, check


def yuan(fen: int) -> str:
    """Fen as yuan for reading: 212400000 → "2,124,000"; cents only where there are any."""
    whole, cents = divmod(abs(fen), 100)
    text = f"{whole:,}.{cents:02d}" if cents else f"{whole:,}"
    return f"-{text}" if fen < 0 else text


def amount(declaration: Declaration, field: str) -> int:
    """An amount in fen. NotComputable when it is missing or unreadable."""
    found = getattr(declaration, field)
    if found.value is None:
        state = "无法识别" if found.text else "未填写"
        raise NotComputable(f"“{label(field)}”{state}")
    value: int = found.value
    return value


def sub_amounts(declaration: Declaration) -> list[int]:
    """The amounts of all sub-projects. NotComputable when there is none or one cannot be read."""
    if not declaration.sub_projects:
        raise NotComputable("没有子项目")
    amounts = [sub.amount_fen.value for sub in declaration.sub_projects]
    if any(value is None for value in amounts):
        raise NotComputable("有子项目金额未填写或无法识别")
    return [value for value in amounts if value is not None]


class Nothing(Parameters, frozen=True):
    """A check without parameters."""


@check("sub-projects-sum", Nothing, "sum", "current", "difference")
def sub_projects_sum(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    current = amount(declaration, "current_year_fen")
    total = sum(sub_amounts(declaration))
    if total != current:
        values = {
            "sum": yuan(total),
            "current": yuan(current),
            "difference": f"{'多' if total > current else '少'} {yuan(abs(total - current))}",
        }
        yield Hit(field="sub_projects", quote=found_text(declaration.sub_projects[0].amount_fen), values=values)


@check("single-sub-project", Nothing, "name", "amount")
def single_sub_project(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    amounts = sub_amounts(declaration)
    known = {declaration.total_fen.value, declaration.current_year_fen.value} - {None}
    if not known:
        raise NotComputable("项目总预算与当年预算均未填写或无法识别")
    if len(amounts) == 1 and amounts[0] in known:
        sub = declaration.sub_projects[0]
        values = {"name": found_text(sub.name), "amount": yuan(amounts[0])}
        yield Hit(field="sub_projects[0].amount_fen", quote=found_text(sub.amount_fen), values=values)


class Share(Parameters, frozen=True):
    """One of several sub-projects may take at most `most_percent` of their sum."""

    most_percent: int


@check("dominant-sub-project", Share, "name", "percent")
def dominant_sub_project(declaration: Declaration, parameters: Share, _context: Context) -> Iterator[Hit]:
    amounts = sub_amounts(declaration)
    total = sum(amounts)
    if len(amounts) < 2 or total <= 0:
        return
    for index, value in enumerate(amounts):
        if value * 100 > parameters.most_percent * total:
            sub = declaration.sub_projects[index]
            values = {"name": found_text(sub.name), "percent": str(value * 100 // total)}
            yield Hit(field=f"sub_projects[{index}].amount_fen", quote=found_text(sub.amount_fen), values=values)


@check("sub-project-names", Nothing, "name")
def sub_project_names(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    if not declaration.sub_projects:
        raise NotComputable("没有子项目")
    seen: set[str] = set()
    for index, sub in enumerate(declaration.sub_projects):
        text = found_text(sub.name)
        name = normal(text)
        if name and name in seen:
            yield Hit(field=f"sub_projects[{index}].name", quote=text, values={"name": text})
        seen.add(name)


@check("sub-project-not-positive", Nothing, "name")
def sub_project_not_positive(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    for index, value in enumerate(sub_amounts(declaration)):
        if value <= 0:
            sub = declaration.sub_projects[index]
            path = f"sub_projects[{index}].amount_fen"
            yield Hit(field=path, quote=found_text(sub.amount_fen), values={"name": found_text(sub.name)})


class NotGreater(Parameters, frozen=True):
    """The amount in field `part` must not exceed that in field `whole`."""

    part: str
    whole: str


@check("not-greater", NotGreater, "part", "whole")
def not_greater(declaration: Declaration, parameters: NotGreater, _context: Context) -> Iterator[Hit]:
    part, whole = amount(declaration, parameters.part), amount(declaration, parameters.whole)
    if part > whole:
        values = {"part": yuan(part), "whole": yuan(whole)}
        yield Hit(field=parameters.part, quote=field_text(declaration, parameters.part), values=values)


@check("one-year-total", Nothing, "total", "current")
def one_year_total(declaration: Declaration, _parameters: Nothing, _context: Context) -> Iterator[Hit]:
    total, current = amount(declaration, "total_fen"), amount(declaration, "current_year_fen")
    start, end = declaration.start.value, declaration.end.value
    if start is None or end is None:
        raise NotComputable("开始时间或结束时间未填写或无法识别")
    if start.year == end.year and total > current:
        values = {"total": yuan(total), "current": yuan(current)}
        yield Hit(field="total_fen", quote=field_text(declaration, "total_fen"), values=values)


class Least(Parameters, frozen=True):
    """Each of `fields` must be at least `least_fen`; amounts of zero or less are left to `least_fen = 1`."""

    fields: tuple[str, ...]
    least_fen: int
    ignore_not_positive: bool = False


@check("least-amount", Least, "amount")
def least_amount(declaration: Declaration, parameters: Least, _context: Context) -> Iterator[Hit]:
    values = {field: getattr(declaration, field).value for field in parameters.fields}
    for field, value in values.items():
        ignored = value is None or (value <= 0 and parameters.ignore_not_positive)
        if not ignored and value < parameters.least_fen:
            yield Hit(field=field, quote=field_text(declaration, field), values={"amount": yuan(value)})
    for field in values:
        amount(declaration, field)


class Round(Parameters, frozen=True):
    """From `least_fen` on, a total and all its parts that are multiples of `modulus_fen` look like a guess."""

    modulus_fen: int
    least_fen: int


@check("round-amounts", Round, "total", "modulus")
def round_amounts(declaration: Declaration, parameters: Round, _context: Context) -> Iterator[Hit]:
    total = amount(declaration, "total_fen")
    parts = [sub.amount_fen.value for sub in declaration.sub_projects if sub.amount_fen.value is not None]
    if total >= parameters.least_fen and all(value % parameters.modulus_fen == 0 for value in (total, *parts)):
        values = {"total": yuan(total), "modulus": yuan(parameters.modulus_fen)}
        yield Hit(field="total_fen", quote=field_text(declaration, "total_fen"), values=values)
