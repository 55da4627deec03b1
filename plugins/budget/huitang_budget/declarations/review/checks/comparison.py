"""Checks that compare a declaration with the others. All candidates come from the indexes of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.checks.amounts import amount, yuan
from huitang_budget.declarations.review.checks.text import text_of
from huitang_budget.declarations.review.corpus import Corpus, wording
from huitang_budget.declarations.review.language import clauses, matches, normal, sentences, weight
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.readings import percent_of
from huitang_budget.declarations.review.registry import Context, Parameters, check

SHOWN = 3
"""How many other projects a message names; the finding's `related` has all of them."""


def _number(declaration: Declaration, corpus: Corpus) -> int:
    number = corpus.number(declaration)
    if not corpus.peers(number):
        raise NotComputable("没有其他申报表可供比较")
    return number


def _names(corpus: Corpus, numbers: Iterable[int]) -> str:
    names = sorted({field_text(corpus.entries[n], "project_name") or corpus.entries[n].source for n in numbers})
    shown = "、".join(f"“{name}”" for name in names[:SHOWN])
    return f"{shown}等 {len(names)} 个项目" if len(names) > SHOWN else shown


class Duplicate(Parameters, frozen=True):
    """A form repeats another when at least `least` of `fields` are alike to `share` (texts from `least_characters`
    on)."""

    fields: tuple[str, ...]
    share: float
    least_characters: int
    least: int


DUPLICATE = Duplicate(
    fields=("overview", "necessity", "measures", "annual_goal", "indicators"),
    share=0.8,
    least_characters=40,
    least=4,
)
"""Forms that repeat another as a whole are reported once, by the rule on repeated forms, and not by every other
rule."""


def _separate(corpus: Corpus, number: int, candidates: frozenset[int]) -> frozenset[int]:
    """Candidates without those that repeat the form as a whole."""
    if not candidates:
        return candidates
    d = DUPLICATE
    return candidates - corpus.copies(number, d.fields, d.share, d.least_characters, d.least)


@check("form-repeated", Duplicate, "others")
def form_repeated(declaration: Declaration, parameters: Duplicate, context: Context) -> Iterator[Hit]:
    corpus, p = context.corpus, parameters
    number = _number(declaration, corpus)
    found = corpus.copies(number, p.fields, p.share, p.least_characters, p.least)
    if found:
        text = field_text(declaration, "project_name")
        values = {"others": _names(corpus, found)}
        yield Hit(field="project_name", quote=text, values=values, related=corpus.sources(found))


class Nothing(Parameters, frozen=True):
    """A check without parameters."""


@check("same-name", Nothing, "name", "sources")
def same_name(declaration: Declaration, _parameters: Nothing, context: Context) -> Iterator[Hit]:
    corpus = context.corpus
    number = _number(declaration, corpus)
    name = text_of(declaration, "project_name")
    year = declaration.year.value
    unit = normal(field_text(declaration, "declaring_unit"))
    same = frozenset(
        n
        for n in corpus.same_name(number)
        if corpus.entries[n].year.value == year and normal(field_text(corpus.entries[n], "declaring_unit")) == unit
    )
    if same:
        sources = corpus.sources(same)
        yield Hit(
            field="project_name", quote=name, values={"name": name, "sources": "、".join(sources[:SHOWN])},
            related=sources,
        )  # fmt: skip


class SameDates(Parameters, frozen=True):
    """At least `least` milestone dates, `share` of all, are those of another project's form.

    `telling` of them must be other days than the `usual` ones (month-day) on which many plans have a step anyway.
    """

    least: int
    share: float
    telling: int
    usual: tuple[str, ...]


def _copied_dates(own: frozenset[date], theirs: frozenset[date], parameters: SameDates) -> frozenset[date]:
    """The common dates if they are enough to speak of copying, or none."""
    common = own & theirs
    telling = sum(day.strftime("%m-%d") not in parameters.usual for day in common)
    return common if len(common) >= parameters.least and telling >= parameters.telling else frozenset()


@check("same-dates", SameDates, "dates", "others")
def same_dates(declaration: Declaration, parameters: SameDates, context: Context) -> Iterator[Hit]:
    corpus = context.corpus
    number = _number(declaration, corpus)
    own = corpus.dates[number]
    if len(own) < parameters.least:
        raise NotComputable(f"带日期的节点不足 {parameters.least} 个，无法与其他申报表比较")
    candidates = _separate(corpus, number, corpus.same_dates(number, parameters.share))
    copied = {n: common for n in candidates if (common := _copied_dates(own, corpus.dates[n], parameters))}
    if copied:
        common = frozenset[date]().union(*copied.values())
        first = next(m for m in declaration.milestones if m.date in common)
        values = {"dates": "、".join(map(str, sorted(common))), "others": _names(corpus, copied)}
        quote = first.text or first.title
        yield Hit(field="milestones", quote=quote, values=values, related=corpus.sources(copied))


class SameAmount(Parameters, frozen=True):
    """The same total in another project: of the same unit unless a multiple of `modulus_fen`, of another unless of
    `foreign_modulus_fen`. Smaller amounts than `least_fen` are left out."""

    least_fen: int
    modulus_fen: int
    foreign_modulus_fen: int


@check("same-amount", SameAmount, "amount", "others")
def same_amount(declaration: Declaration, parameters: SameAmount, context: Context) -> Iterator[Hit]:
    corpus = context.corpus
    number = _number(declaration, corpus)
    total = amount(declaration, "total_fen")
    if total < parameters.least_fen or total % parameters.modulus_fen == 0:
        return
    unit = normal(field_text(declaration, "declaring_unit"))
    telling = total % parameters.foreign_modulus_fen != 0
    same = (
        n
        for n in corpus.same_total(number)
        if telling or normal(field_text(corpus.entries[n], "declaring_unit")) == unit
    )
    if found := _separate(corpus, number, frozenset(same)):
        values = {"amount": yuan(total), "others": _names(corpus, found)}
        text = field_text(declaration, "total_fen")
        yield Hit(field="total_fen", quote=text, values=values, related=corpus.sources(found))


class SameWording(Parameters, frozen=True):
    """`field` is the same to `share` (by characters) as in a form of another project; texts from `least_characters`
    on."""

    field: str
    share: float
    least_characters: int


@check("same-wording", SameWording, "others")
def same_wording(declaration: Declaration, parameters: SameWording, context: Context) -> Iterator[Hit]:
    corpus, field = context.corpus, parameters.field
    number = _number(declaration, corpus)
    text = text_of(declaration, field)
    candidates = corpus.same_wording(number, field, parameters.share, parameters.least_characters)
    found = _separate(corpus, number, candidates)
    if found:
        theirs = frozenset().union(*(wording(corpus.entries[n], field) for n in found))
        values = {"others": _names(corpus, found)}
        yield Hit(field=field, quote=_common(declaration, field, text, theirs), values=values,
                  related=corpus.sources(found))  # fmt: skip


def _common(declaration: Declaration, field: str, text: str, theirs: frozenset[str]) -> str:
    """The sentence (for the table: the name of the row) that has most in common with the other forms."""
    if field == "indicators":
        return next((i.level3 for i in declaration.indicators if normal(i.level3 + i.target) in theirs), "")
    return max(sentences(text), key=lambda s: (weight(clauses(s) & theirs), s), default="")


class BelowPeers(Parameters, frozen=True):
    """The target of indicators matching `names` is below `percent`, while more than half of at least `least` others
    reach it."""

    names: tuple[str, ...]
    percent: int
    least: int


@check("below-peers", BelowPeers, "name", "target", "reached", "peers", "percent")
def below_peers(declaration: Declaration, parameters: BelowPeers, context: Context) -> Iterator[Hit]:
    corpus = context.corpus
    number = _number(declaration, corpus)
    own = [(i, ind) for i, ind in enumerate(declaration.indicators) if matches(ind.level3, parameters.names)]
    known = [(i, ind, percent) for i, ind in own if (percent := percent_of(ind)) is not None]
    if not known:
        raise NotComputable("没有以数值表示目标的相应指标")
    same_year = corpus.targets(parameters.names).get(declaration.year.value, {})
    peers = [percent for n, percent in same_year.items() if not corpus.is_same_form(number, n)]
    if len(peers) < parameters.least:
        raise NotComputable(f"同年度可比的申报表不足 {parameters.least} 份")
    reached = sum(percent >= parameters.percent for percent in peers)
    for index, indicator, percent in known:
        if percent < parameters.percent and reached * 2 > len(peers):
            values = {
                "name": indicator.level3, "target": indicator.target, "percent": str(parameters.percent),
                "reached": str(reached), "peers": str(len(peers)),
            }  # fmt: skip
            yield Hit(field=f"indicators[{index}].target", quote=indicator.target, values=values)


@check("previous-year-form", Nothing, "stated", "then")
def previous_year_form(declaration: Declaration, _parameters: Nothing, context: Context) -> Iterator[Hit]:
    corpus = context.corpus
    number = _number(declaration, corpus)
    year = declaration.year.value
    if year is None:
        raise NotComputable("表头年度未填写或无法识别")
    earlier = [n for n in sorted(corpus.same_name(number)) if corpus.entries[n].year.value == year - 1]
    budgets = {value for n in earlier if (value := corpus.entries[n].current_year_fen.value) is not None}
    if not budgets:
        raise NotComputable("没有同名项目上年的申报表")
    stated = amount(declaration, "previous_year_fen")
    if stated not in budgets:
        text = field_text(declaration, "previous_year_fen")
        values = {"stated": yuan(stated), "then": "、".join(map(yuan, sorted(budgets)))}
        yield Hit(field="previous_year_fen", quote=text, values=values, related=corpus.sources(earlier))
