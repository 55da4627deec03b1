"""Checks on the indicator table as a whole: kinds that are missing, rows that are double, misplaced or incomplete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from huitang_budget.declarations.model import Declaration, Indicator
from huitang_budget.declarations.review.language import has_text, matches, normal, sentences
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.registry import Context, Parameters, check

HEADINGS = ("数量", "质量", "时效", "成本", "效益", "满意", "可持续", "管理", "财务", "投入", "实施")
"""Words that make a second-level heading one of the usual kinds; only where none is found does the first level
count."""


def rows(declaration: Declaration) -> Sequence[Indicator]:
    """The rows of the table. NotComputable when the form has none."""
    if not declaration.indicators:
        raise NotComputable("没有指标表")
    return declaration.indicators


def heading(indicator: Indicator) -> str:
    """What kind of indicator the headings say it is."""
    if matches(indicator.level2, HEADINGS):
        return indicator.level2
    return f"{indicator.level1} {indicator.level2}"


class Kind(Parameters, frozen=True):
    """A kind of indicator: by words in its heading, by words in its name, or by a cost limit (≤) in one of the units.

    Names count only where the heading is not one of another kind, or everywhere if `names_anywhere`.
    `quoted` says which first-level heading the missing kind belongs under.
    """

    headings: tuple[str, ...]
    names: tuple[str, ...] = ()
    names_anywhere: bool = False
    capped_units: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


def _is_kind(indicator: Indicator, kind: Kind) -> bool:
    head = heading(indicator)
    if matches(head, kind.headings):
        return True
    if kind.names and (kind.names_anywhere or not matches(head, HEADINGS)) and matches(indicator.level3, kind.names):
        return True
    return indicator.operator in ("≤", "<") and bool(indicator.unit) and indicator.unit in kind.capped_units


@check("kind-missing", Kind)
def kind_missing(declaration: Declaration, parameters: Kind, _context: Context) -> Iterator[Hit]:
    table = rows(declaration)
    if any(_is_kind(indicator, parameters) for indicator in table):
        return
    quote = next((i.level1 for i in table if matches(i.level1, parameters.quoted)), "")
    yield Hit(field="indicators", quote=quote)


class NoParameters(Parameters, frozen=True):
    """A check without parameters."""


@check("duplicate-indicator", NoParameters, "name", "row", "first")
def duplicate_indicator(declaration: Declaration, _parameters: NoParameters, _context: Context) -> Iterator[Hit]:
    seen: dict[str, int] = {}
    for index, indicator in enumerate(rows(declaration)):
        name = normal(indicator.level3)
        if name and name in seen:
            values = {"name": indicator.level3, "row": str(index + 1), "first": str(seen[name] + 1)}
            yield Hit(field=f"indicators[{index}].level3", quote=indicator.level3, values=values)
        seen.setdefault(name, index)


class Part(Parameters, frozen=True):
    """`part` (level3 or target) must stand in every row."""

    part: str


@check("indicator-part-missing", Part, "row", "name")
def indicator_part_missing(declaration: Declaration, parameters: Part, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        text: str = getattr(indicator, parameters.part)
        # A comparison sign or a percent sign alone is not a target, but it is what stands there.
        if not has_text(text):
            name = indicator.level3 or indicator.level2
            values = {"row": str(index + 1), "name": name}
            yield Hit(field=f"indicators[{index}].{parameters.part}", quote=text, values=values)


class Misplaced(Parameters, frozen=True):
    """Pairs (word in the first level, word in the second) that do not belong together."""

    wrong: tuple[tuple[str, str], ...]


@check("misplaced-indicator", Misplaced, "level1", "level2")
def misplaced_indicator(declaration: Declaration, parameters: Misplaced, _context: Context) -> Iterator[Hit]:
    for index, indicator in enumerate(rows(declaration)):
        for level1, level2 in parameters.wrong:
            if re.search(level1, indicator.level1) and re.search(level2, indicator.level2):
                values = {"level1": indicator.level1, "level2": indicator.level2}
                yield Hit(field=f"indicators[{index}].level2", quote=indicator.level2, values=values)
                break


class Deliverables(Parameters, frozen=True):
    """One quantity indicator may stand for at most `most_per_indicator` things that the annual goal lists.

    A list has at least `shortest_list` items, in a sentence that matches one of `words`.
    """

    most_per_indicator: int
    shortest_list: int
    words: tuple[str, ...]


_NUMBERING = re.compile(r"(?:(?<=^)|(?<=[\s；。;]))[（(]?[\d一二三四五六七八九十]{1,2}[、.．)）]")


def listed_items(sentence: str) -> int:
    """How many things a sentence lists with 、 (numbering such as "1、" is not an item)."""
    marks = _NUMBERING.sub("", sentence).count("、")
    return marks + 1 if marks else 0


@check("many-deliverables", Deliverables, "items", "quantity")
def many_deliverables(declaration: Declaration, parameters: Deliverables, _context: Context) -> Iterator[Hit]:
    quantity = [i for i in rows(declaration) if matches(heading(i), ("数量",))]
    if not quantity:
        raise NotComputable("没有数量指标")
    lists = {
        s: listed_items(s) for s in sentences(field_text(declaration, "annual_goal")) if matches(s, parameters.words)
    }
    lists = {s: count for s, count in lists.items() if count >= parameters.shortest_list}
    items = sum(lists.values())
    if items > parameters.most_per_indicator * len(quantity):
        longest = max(lists, key=lambda s: (lists[s], s))
        values = {"items": str(items), "quantity": str(len(quantity))}
        yield Hit(field="annual_goal", quote=longest, values=values)
