"""Checks on whether a form is about its own place and its own subject."""

from __future__ import annotations

from collections.abc import Iterator

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.checks.fields import ticked_labels
from huitang_budget.declarations.review.checks.indicators import heading, rows
from huitang_budget.declarations.review.checks.relevance import around
from huitang_budget.declarations.review.checks.text import text_of
from huitang_budget.declarations.review.language import core_pairs, first_found, has_text, matches, sentences
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text, found_text
from huitang_budget.declarations.review.registry import Context, Parameters, check


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
                yield Hit(field=field, quote=around(sentence, word), values={"word": word, "unit": own})


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
