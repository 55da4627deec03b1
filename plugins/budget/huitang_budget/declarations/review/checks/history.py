"""Checks on the previous year, and on what the type of project says about it; and amounts that texts mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.checks.amounts import amount, yuan
from huitang_budget.declarations.review.checks.fields import ticked_labels
from huitang_budget.declarations.review.language import first_found, matches, sentences
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.registry import Context, Parameters, check


class LeastPercent(Parameters, frozen=True):
    """Last year's execution must be at least `least_percent` of last year's budget."""

    least_percent: int


@check("previous-execution", LeastPercent, "executed", "budget", "percent")
def previous_execution(declaration: Declaration, parameters: LeastPercent, _context: Context) -> Iterator[Hit]:
    budget = amount(declaration, "previous_year_fen")
    if budget <= 0:
        # A project without a budget last year has no execution to judge.
        return
    executed = amount(declaration, "previous_executed_fen")
    if executed * 100 < parameters.least_percent * budget:
        values = {"executed": yuan(executed), "budget": yuan(budget), "percent": str(executed * 100 // budget)}
        yield Hit(field="previous_executed_fen", quote=field_text(declaration, "previous_executed_fen"), values=values)


class MostPercent(Parameters, frozen=True):
    """This year's budget may exceed last year's by at most `most_percent`."""

    most_percent: int


@check("increase", MostPercent, "current", "previous", "percent")
def increase(declaration: Declaration, parameters: MostPercent, _context: Context) -> Iterator[Hit]:
    previous = amount(declaration, "previous_year_fen")
    if previous <= 0:
        return
    current = amount(declaration, "current_year_fen")
    if (current - previous) * 100 > parameters.most_percent * previous:
        percent = (current - previous) * 100 // previous
        values = {"current": yuan(current), "previous": yuan(previous), "percent": str(percent)}
        yield Hit(field="current_year_fen", quote=field_text(declaration, "current_year_fen"), values=values)


class History(Parameters, frozen=True):
    """Projects of the types matching `types` must have (`expected`) or must not have a budget last year."""

    types: tuple[str, ...]
    expected: bool


@check("type-and-history", History, "type", "previous")
def type_and_history(declaration: Declaration, parameters: History, _context: Context) -> Iterator[Hit]:
    ticked = [name for name in ticked_labels(declaration, "project_types") if matches(name, parameters.types)]
    if not ticked:
        return
    previous = amount(declaration, "previous_year_fen")
    if (previous > 0) != parameters.expected:
        text = field_text(declaration, "previous_year_fen")
        yield Hit(field="previous_year_fen", quote=text, values={"type": ticked[0], "previous": yuan(previous)})


class TypeAndWording(Parameters, frozen=True):
    """Projects of the types matching `types` must not use `words` in `fields`."""

    types: tuple[str, ...]
    words: tuple[str, ...]
    fields: tuple[str, ...]


@check("type-and-wording", TypeAndWording, "type", "word")
def type_and_wording(declaration: Declaration, parameters: TypeAndWording, _context: Context) -> Iterator[Hit]:
    ticked = [name for name in ticked_labels(declaration, "project_types") if matches(name, parameters.types)]
    if not ticked:
        return
    for field in parameters.fields:
        for sentence in sentences(field_text(declaration, field)):
            if word := first_found(sentence, parameters.words):
                yield Hit(field=field, quote=sentence, values={"type": ticked[0], "word": word})
                break


class TextAmount(Parameters, frozen=True):
    """In `fields`, an amount that follows one of `words` must be the total or this year's amount."""

    fields: tuple[str, ...]
    words: tuple[str, ...]


@check("text-amount", TextAmount, "stated", "total")
def text_amount(declaration: Declaration, parameters: TextAmount, _context: Context) -> Iterator[Hit]:
    known = {declaration.total_fen.value, declaration.current_year_fen.value} - {None}
    if not known:
        raise NotComputable("项目总预算与当年预算均未填写或无法识别")
    pattern = re.compile(f"(?:{'|'.join(parameters.words)})[^。；，,;\\d]{{0,8}}?(\\d[\\d,]*(?:\\.\\d+)?)\\s*(万元|元)")
    for field in parameters.fields:
        for match in pattern.finditer(field_text(declaration, field)):
            factor = 1_000_000 if match[2] == "万元" else 100
            stated = Decimal(match[1].replace(",", "")) * factor
            if stated not in known:
                total = yuan(max(value for value in known if value is not None))
                yield Hit(field=field, quote=match.group(), values={"stated": match[1] + match[2], "total": total})
