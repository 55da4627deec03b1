"""Checks on whether the parts of the form belong together: basis, needs and goals, departments, place, subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from msgspec import Struct

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.checks.text import text_of
from huitang_budget.declarations.review.language import (
    first_found,
    has_text,
    matches,
    normal,
    quoted_titles,
    sentences,
)
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text, label
from huitang_budget.declarations.review.registry import Context, Parameters, check


class Names(Parameters, frozen=True):
    """`field` names a document when it has a title in 《》 or matches one of `patterns` (numbers, laws, minutes)."""

    field: str
    patterns: tuple[str, ...]


@check("names-no-document", Names)
def names_no_document(declaration: Declaration, parameters: Names, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    if not quoted_titles(text) and not matches(text, parameters.patterns):
        yield Hit(field=parameters.field, quote=text)


class Titles(Parameters, frozen=True):
    """Two titles of at least `least_characters` that are `similarity` alike but not equal are one document quoted in
    two ways.

    Titles that differ in a number or set two of the words `contrasts` against each other, that contain one another, or
    that both stand in `list_field` are different documents. Only the `kinds` with free titles (意见, 通知) are told by
    `similarity`; the others (差旅费管理办法, 会议费管理办法) come in families and need `other_similarity`.
    """

    fields: tuple[str, ...]
    list_field: str
    least_characters: int
    similarity: float
    kinds: tuple[str, ...]
    other_similarity: float
    contrasts: tuple[str, ...]


def _bare(document: str) -> str:
    return re.sub("^中华人民共和国", "", normal(document))


def _two_ways(one: str, other: str, parameters: Titles) -> bool:
    a, b = _bare(one), _bare(other)
    if a == b or a in b or b in a or min(len(a), len(b)) < parameters.least_characters:
        return False
    if re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return False
    in_a, in_b = ({word for word in parameters.contrasts if word in text} for text in (a, b))
    if in_a - in_b and in_b - in_a:
        return False
    # 《关于印发〈…〉的通知》 is the notice that carries the document, not the document.
    if ("印发" in a) != ("印发" in b):
        return False
    free = matches(a, parameters.kinds) and matches(b, parameters.kinds)
    needed = parameters.similarity if free else parameters.other_similarity
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= needed


@check("title-two-ways", Titles, "one", "other", "other_field")
def title_two_ways(declaration: Declaration, parameters: Titles, _context: Context) -> Iterator[Hit]:
    listed = {normal(t) for t in quoted_titles(field_text(declaration, parameters.list_field))}
    where: dict[str, tuple[str, str]] = {}
    for field in parameters.fields:
        for found in quoted_titles(field_text(declaration, field)):
            where.setdefault(normal(found), (field, found))
    reported: set[str] = set()
    for one, other in combinations(where, 2):
        if (one in listed and other in listed) or other in reported:
            continue
        (field_one, text_one), (field_other, text_other) = where[one], where[other]
        if _two_ways(text_one, text_other, parameters):
            reported.add(other)
            values = {"one": text_one, "other": text_other, "other_field": label(field_one)}
            yield Hit(field=field_other, quote=text_other, values=values)


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """A need: `need` finds it, `covered` finds what meets it."""

    name: str
    need: tuple[str, ...]
    covered: tuple[str, ...]


class Needs(Parameters, frozen=True):
    """A need named in `field`, in a sentence matching `demand`, must be met in one of `goals` or in an indicator."""

    field: str
    demand: tuple[str, ...]
    goals: tuple[str, ...]
    topics: tuple[Topic, ...]


@check("need-without-goal", Needs, "topic")
def need_without_goal(declaration: Declaration, parameters: Needs, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    goals = "\n".join(field_text(declaration, field) for field in parameters.goals)
    if not has_text(goals) and not declaration.indicators:
        raise NotComputable("目标与指标均未填写")
    met = goals + "\n" + "\n".join(i.level3 for i in declaration.indicators)
    for topic in parameters.topics:
        demands = (s for s in sentences(text) if matches(s, topic.need) and matches(s, parameters.demand))
        if (sentence := next(demands, "")) and not matches(met, topic.covered):
            yield Hit(field=parameters.field, quote=sentence, values={"topic": topic.name})


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    """A department: its short name, the ways it is written, and what in a goal is enough to mean it."""

    name: str
    written: tuple[str, ...]
    covered: tuple[str, ...]


class Interfaces(Parameters, frozen=True):
    """Departments that `field` wants to be connected with (a sentence matching `connect` that names at least `least`)
    must
    stand among the interfaces in `goals` (sentences matching `connect`) or in an indicator."""

    field: str
    goals: tuple[str, ...]
    connect: tuple[str, ...]
    least: int
    departments: tuple[Department, ...]


def _wanted(text: str, departments: tuple[Department, ...]) -> dict[str, str]:
    """The departments a text names, with how it writes them."""
    return {d.name: written for d in departments if (written := first_found(text, d.written))}


@check("department-without-interface", Interfaces, "missing", "listed")
def department_without_interface(declaration: Declaration, parameters: Interfaces, _context: Context) -> Iterator[Hit]:
    text = text_of(declaration, parameters.field)
    goals = "\n".join(field_text(declaration, field) for field in parameters.goals)
    if not has_text(goals):
        raise NotComputable("目标未填写")
    listed = [s for s in sentences(goals) if matches(s, parameters.connect)] + [
        i.level3 for i in declaration.indicators
    ]
    there = "\n".join(listed)
    known = [d.name for d in parameters.departments if matches(there, d.covered)]
    for sentence in sentences(text):
        wanted = _wanted(sentence, parameters.departments) if matches(sentence, parameters.connect) else {}
        missing = [name for name in wanted if name not in known]
        if len(wanted) >= parameters.least and missing:
            listing = f"目标中的接口只列{'、'.join(known)}" if known else "目标没有列出任何部门的接口"
            values = {"missing": "、".join(missing), "listed": listing}
            yield Hit(field=parameters.field, quote=around(sentence, wanted[missing[0]]), values=values)
            return


def around(sentence: str, word: str) -> str:
    """The part of a sentence between commas that holds the word."""
    return next((part for part in re.split("[，,]", sentence) if word in part), sentence)
