"""Checks on whether the parts of the form belong together: basis, needs and goals, departments, place, subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from msgspec import Struct

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.checks.fields import ticked_labels
from huitang_budget.declarations.review.checks.indicators import heading, rows
from huitang_budget.declarations.review.checks.text import text_of
from huitang_budget.declarations.review.language import (
    core_pairs,
    first_found,
    has_text,
    matches,
    normal,
    quoted_titles,
    sentences,
)
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text, found_text, label
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
            values = {"missing": "、".join(missing), "listed": "、".join(known) or "无"}
            yield Hit(field=parameters.field, quote=_around(sentence, wanted[missing[0]]), values=values)
            return


def _around(sentence: str, word: str) -> str:
    """The part of a sentence between commas that holds the word."""
    return next((part for part in re.split("[，,]", sentence) if word in part), sentence)


class Place(Parameters, frozen=True):
    """Wordings that reach beyond the declaring unit's place: `province_words` where the unit is below a province or
    in a
    municipality (`municipalities`), `nation_words` everywhere but in national bodies; never where `allowed` matches.
    `other_places` are places a form should not name unless they are its own."""

    fields: tuple[str, ...]
    municipalities: tuple[str, ...]
    province_words: tuple[str, ...]
    nation_words: tuple[str, ...]
    allowed: tuple[str, ...]
    other_places: tuple[str, ...] = ()


def _own(declaration: Declaration) -> str:
    own = field_text(declaration, "declaring_unit")
    if not has_text(own):
        raise NotComputable("“申报单位名称”未填写，无法判断地域")
    return own


def _place_words(own: str, parameters: Place) -> tuple[str, ...]:
    if matches(own, ("^(国家|全国|中华|中央)",)):
        return ()
    provincial = matches(own, ("省|自治区",)) and not matches(own, ("[省区].{1,4}[市县州区]",))
    own_city = matches(own, parameters.municipalities) or not provincial
    return parameters.nation_words + (parameters.province_words if own_city else ())


@check("place-mismatch", Place, "word", "unit")
def place_mismatch(declaration: Declaration, parameters: Place, _context: Context) -> Iterator[Hit]:
    own = _own(declaration)
    own_name = own + found_text(declaration.project_name)
    words = _place_words(own, parameters) + tuple(p for p in parameters.other_places if p not in own_name)
    for field in parameters.fields:
        for sentence in sentences(field_text(declaration, field)):
            word = first_found(sentence, words)
            if word and not matches(sentence, parameters.allowed):
                yield Hit(field=field, quote=_around(sentence, word), values={"word": word, "unit": own})


class FundUse(Parameters, frozen=True):
    """A project whose name matches `names` (and not `but`) should tick a fund use matching `use`."""

    names: tuple[str, ...]
    but: tuple[str, ...]
    use: tuple[str, ...]


@check("fund-use-mismatch", FundUse, "ticked", "name")
def fund_use_mismatch(declaration: Declaration, parameters: FundUse, _context: Context) -> Iterator[Hit]:
    name = text_of(declaration, "project_name")
    ticked = ticked_labels(declaration, "fund_uses")
    fits = matches(name, parameters.names) and not matches(name, parameters.but)
    if fits and ticked and not any(matches(use, parameters.use) for use in ticked):
        yield Hit(field="fund_uses", quote=ticked[0], values={"ticked": "、".join(ticked), "name": name})


class Subject(Parameters, frozen=True):
    """What a form is about is what is left of its texts without `generic` words, in pairs of characters.

    `fields` are compared with the name and the sub-projects first, then with the fields in `context`; a name with
    fewer than
    `least_pairs` pairs says too little to compare with.
    """

    fields: tuple[str, ...]
    context: tuple[str, ...]
    generic: tuple[str, ...]
    least_pairs: int


class SubjectOfGoals(Subject, frozen=True):
    """A goal without a word of the name, and with less than `share` of its pairs in the context, is off the subject."""

    share: float


def _pairs(declaration: Declaration, fields: tuple[str, ...], generic: tuple[str, ...]) -> frozenset[str]:
    return core_pairs("\n".join(field_text(declaration, field) for field in fields), generic)


@check("goal-off-subject", SubjectOfGoals, "name")
def goal_off_subject(declaration: Declaration, parameters: SubjectOfGoals, _context: Context) -> Iterator[Hit]:
    p = parameters
    name = text_of(declaration, "project_name")
    subject = _pairs(declaration, ("project_name", "sub_projects"), p.generic)
    if len(subject) < p.least_pairs:
        raise NotComputable("项目名称过于笼统，无法比较")
    there = subject | _pairs(declaration, p.context, p.generic)
    for field in p.fields:
        own = _pairs(declaration, (field,), p.generic)
        if own and not own & subject and len(own & there) < p.share * len(own):
            yield Hit(field=field, quote=sentences(field_text(declaration, field))[0], values={"name": name})


class SubjectOfIndicators(Subject, frozen=True):
    """Names of indicators under a heading matching `outputs` must share their subject with the `context`."""

    outputs: tuple[str, ...]


@check("indicator-off-subject", SubjectOfIndicators, "name")
def indicator_off_subject(
    declaration: Declaration, parameters: SubjectOfIndicators, _context: Context
) -> Iterator[Hit]:
    p = parameters
    table = rows(declaration)
    there = _pairs(declaration, (*p.fields, *p.context), p.generic)
    if not there:
        raise NotComputable("没有可与指标比较的文字")
    for index, indicator in enumerate(table):
        pairs = core_pairs(indicator.level3, p.generic)
        if matches(heading(indicator), p.outputs) and len(pairs) >= p.least_pairs and not pairs & there:
            values = {"name": indicator.level3}
            yield Hit(field=f"indicators[{index}].level3", quote=indicator.level3, values=values)
