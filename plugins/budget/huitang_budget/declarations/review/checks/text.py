"""Checks on wording: too short, slogans, left-over template text, years of another form, repeated texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.dates import form_year
from huitang_budget.declarations.review.language import (
    all_found,
    clauses,
    contained,
    has_text,
    matches,
    normal,
    sentences,
    weight,
)
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text, label
from huitang_budget.declarations.review.registry import Context, Parameters, check


def text_of(declaration: Declaration, field: str) -> str:
    """The text of a field. NotComputable when it is empty."""
    text = field_text(declaration, field)
    if not has_text(text):
        raise NotComputable(f"“{label(field)}”未填写")
    return text


class Short(Parameters, frozen=True):
    """`field` needs at least `least_characters`, not counting blanks and punctuation."""

    field: str
    least_characters: int


@check("too-short", Short, "characters", "least")
def too_short(declaration: Declaration, parameters: Short, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    count = len(normal(text))
    if count < parameters.least_characters:
        values = {"characters": str(count), "least": str(parameters.least_characters)}
        yield Hit(field=parameters.field, quote=text, values=values)


class NoDeliverable(Parameters, frozen=True):
    """A goal needs one of `deliverables` (regular expressions for things that can be handed over or counted)."""

    field: str
    deliverables: tuple[str, ...]
    slogans: tuple[str, ...]


@check("no-deliverable", NoDeliverable, "slogans")
def no_deliverable(declaration: Declaration, parameters: NoDeliverable, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    if matches(text, parameters.deliverables):
        return
    slogans = all_found(text, parameters.slogans)
    quote = next((s for s in sentences(text) if slogans and slogans[0] in s), sentences(text)[0])
    yield Hit(field=parameters.field, quote=quote, values={"slogans": "、".join(slogans) or "无"})


class Slogans(Parameters, frozen=True):
    """More than `most` different phrases of `slogans` in `field`, and more of them than of `concrete` wordings."""

    field: str
    slogans: tuple[str, ...]
    concrete: tuple[str, ...]
    most: int


@check("slogans", Slogans, "slogans")
def too_many_slogans(declaration: Declaration, parameters: Slogans, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    found = all_found(text, parameters.slogans)
    if len(found) > max(parameters.most, len(all_found(text, parameters.concrete))):
        quote = next((s for s in sentences(text) if found[0] in s), found[0])
        yield Hit(field=parameters.field, quote=quote, values={"slogans": "、".join(found)})


class Patterns(Parameters, frozen=True):
    """None of `patterns` may stand in any of `fields`."""

    fields: tuple[str, ...]
    patterns: tuple[str, ...]


@check("template-left", Patterns, "words")
def template_left(declaration: Declaration, parameters: Patterns, _context: Context) -> Iterator[Hit]:
    for field in parameters.fields:
        if found := all_found(field_text(declaration, field), parameters.patterns):
            yield Hit(field=field, quote=found[0], values={"words": "、".join(found)})


class Fields(Parameters, frozen=True):
    """Texts in which only the years of the form's own period should stand."""

    fields: tuple[str, ...]


@check("stale-year", Fields, "found", "year")
def stale_year(declaration: Declaration, parameters: Fields, _context: Context) -> Iterator[Hit]:
    year = form_year(declaration)
    if year is None:
        raise NotComputable("年度未填写或无法识别")
    for field in parameters.fields:
        text = field_text(declaration, field)
        named = [(m.group(), int(m[1])) for m in re.finditer(r"(?<!\d)(20\d\d)\s*年", text)]
        if named and all(number < year for _, number in named):
            yield Hit(field=field, quote=named[0][0], values={"found": named[0][0], "year": str(year)})


class Copied(Parameters, frozen=True):
    """`part` is copied when at least `share` of it (by characters, clause by clause) stands in `whole`."""

    part: str
    whole: str
    share: float


@check("goal-copied", Copied, "percent")
def goal_copied(declaration: Declaration, parameters: Copied, _context: Context) -> Iterator[Hit]:
    part, whole = text_of(declaration, parameters.part), text_of(declaration, parameters.whole)
    share = contained(clauses(part), clauses(whole))
    if share >= parameters.share or normal(part) == normal(whole):
        yield Hit(field=parameters.part, quote=_common_sentence(part, whole), values={"percent": f"{share:.0%}"})


def _common_sentence(text: str, other: str) -> str:
    """The sentence of the text that has most in common with the other text."""
    there = clauses(other)
    return max(sentences(text), key=lambda s: (weight(clauses(s) & there), s), default=text)


class Repeated(Parameters, frozen=True):
    """Pairs of `fields` (but not `but`) share text when `share` of the shorter, at least `least_characters`, is in
    both."""

    fields: tuple[str, ...]
    but: tuple[tuple[str, str], ...]
    share: float
    least_characters: int


@check("fields-repeated", Repeated, "other", "percent")
def fields_repeated(declaration: Declaration, parameters: Repeated, _context: Context) -> Iterator[Hit]:
    texts = {field: field_text(declaration, field) for field in parameters.fields}
    filled = [field for field in parameters.fields if has_text(texts[field])]
    if len(filled) < 2:
        raise NotComputable("可比较的文字栏不足两栏")
    for one, other in combinations(filled, 2):
        if (one, other) in parameters.but or (other, one) in parameters.but:
            continue
        short, long = sorted((one, other), key=lambda f: len(normal(texts[f])))
        pieces, there = clauses(texts[short]), clauses(texts[long])
        share = contained(pieces, there)
        if share >= parameters.share and weight(pieces & there) >= parameters.least_characters:
            values = {"other": label(long), "percent": f"{share:.0%}"}
            yield Hit(field=short, quote=_common_sentence(texts[short], texts[long]), values=values)
