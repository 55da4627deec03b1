"""Checks on the target value of each indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from huitang_budget.declarations.model import Declaration, Indicator
from huitang_budget.declarations.review.checks.indicators import heading, rows
from huitang_budget.declarations.review.language import matches, normal
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.readings import is_number, is_word, percent_of
from huitang_budget.declarations.review.registry import Context, Parameters, check

_BRACKETED_UNIT = re.compile(r"[（(](?:单位[:：]?)?[^（）()]{1,6}[)）]$")


def _plain(name: str) -> str:
    """The name without a closing bracket such as （%）."""
    return re.sub(r"[（(][^（）()]*[)）]$", "", name).strip()


class Rates(Parameters, frozen=True):
    """Names matching `rates`, but not `not_rates` (效率, 频率 …), stand for a share in percent."""

    rates: tuple[str, ...]
    not_rates: tuple[str, ...]

    def is_rate(self, indicator: Indicator) -> bool:
        name = _plain(indicator.level3)
        return matches(name, self.rates) and not matches(name, self.not_rates)


def _hit(index: int, indicator: Indicator) -> Hit:
    values = {"name": indicator.level3, "target": indicator.target}
    return Hit(field=f"indicators[{index}].target", quote=indicator.target, values=values)


class NotMeasurable(Rates, frozen=True):
    """Wordings that cannot be measured: `words`, and any other wording too if `any_wording`.

    `graded` are wordings that count as a graded scale; rates are left to the rule on rates.
    """

    words: tuple[str, ...]
    graded: tuple[str, ...] = ()
    any_wording: bool = True


@check("not-measurable", NotMeasurable, "name", "target")
def not_measurable(declaration: Declaration, parameters: NotMeasurable, _context: Context) -> Iterator[Hit]:
    words = {normal(word) for word in parameters.words}
    for index, indicator in enumerate(rows(declaration)):
        if not is_word(indicator) or parameters.is_rate(indicator) or matches(indicator.target, parameters.graded):
            continue
        if parameters.any_wording or normal(indicator.target) in words:
            yield _hit(index, indicator)


@check("rate-not-number", Rates, "name", "target")
def rate_not_number(declaration: Declaration, parameters: Rates, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        if is_word(indicator) and parameters.is_rate(indicator):
            yield _hit(index, indicator)


class RateUnit(Rates, frozen=True):
    """`units` are the units a rate may have."""

    units: tuple[str, ...]


@check("rate-without-percent", RateUnit, "name", "target")
def rate_without_percent(declaration: Declaration, parameters: RateUnit, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        if is_number(indicator) and parameters.is_rate(indicator) and indicator.value != 0:
            in_name = matches(indicator.level3, tuple(f"[（(]{re.escape(unit)}[)）]$" for unit in parameters.units))
            if not in_name and not any(unit in (indicator.unit or "") for unit in parameters.units):
                yield _hit(index, indicator)


class Above(Parameters, frozen=True):
    """Percentages above `most`, unless the name matches `growth`."""

    most: Decimal
    growth: tuple[str, ...]


@check("percentage-above", Above, "name", "target")
def percentage_above(declaration: Declaration, parameters: Above, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        percent = is_number(indicator) and (indicator.unit or "").startswith(("%", "％"))
        above = percent and indicator.value is not None and indicator.value > parameters.most
        if above and not matches(indicator.level3, parameters.growth):
            yield _hit(index, indicator)


@check("number-without-unit", Rates, "name", "target")
def number_without_unit(declaration: Declaration, parameters: Rates, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        bare = is_number(indicator) and not indicator.unit and indicator.value != 0
        if bare and not parameters.is_rate(indicator) and not _BRACKETED_UNIT.search(indicator.level3):
            yield _hit(index, indicator)


class LeastTarget(Parameters, frozen=True):
    """Targets of indicators whose name or heading matches `names` must be at least `least` percent."""

    names: tuple[str, ...]
    least: Decimal


@check("least-target", LeastTarget, "name", "target", "least")
def least_target(declaration: Declaration, parameters: LeastTarget, _context: Context) -> Iterator[Hit]:
    computed = False
    for index, indicator in enumerate(rows(declaration)):
        if not matches(f"{heading(indicator)} {indicator.level3}", parameters.names):
            continue
        percent = percent_of(indicator)
        computed = computed or percent is not None
        if percent is not None and percent < parameters.least and indicator.operator not in ("≤", "<"):
            hit = _hit(index, indicator)
            yield Hit(field=hit.field, quote=hit.quote, values={**hit.values, "least": str(parameters.least)})
    if not computed:
        raise NotComputable("没有以数值表示目标的相应指标")


class Direction(Parameters, frozen=True):
    """`less_is_better` names must not have a lower limit, `more_is_better` names no upper limit."""

    less_is_better: tuple[str, ...]
    more_is_better: tuple[str, ...]


@check("direction", Direction, "name", "target")
def direction(declaration: Declaration, parameters: Direction, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        if not is_number(indicator) or indicator.value is None:
            continue
        if matches(indicator.level3, parameters.less_is_better):
            large = indicator.operator in ("=", None) and indicator.value >= 50
            wrong = (indicator.operator in ("≥", ">") or large) and indicator.value > 0
        else:
            wrong = indicator.operator in ("≤", "<") and matches(indicator.level3, parameters.more_is_better)
        if wrong:
            yield _hit(index, indicator)
