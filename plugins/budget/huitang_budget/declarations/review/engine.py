"""Applying a catalogue to declarations: every rule ends as findings, as clean, or as not computed with the reason."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from huitang_budget.declarations.model import Declaration, Finding, NotComputed, Review
from huitang_budget.declarations.review.catalogue import Catalogue, Rule, default_catalogue
from huitang_budget.declarations.review.corpus import Corpus
from huitang_budget.declarations.review.language import clean_quote
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_place, label
from huitang_budget.declarations.review.registry import Context, find_check

_log = logging.getLogger(__name__)


def review_declarations(
    declarations: Sequence[Declaration],
    *,
    others: Sequence[Declaration] = (),
    on: date | None = None,
    catalogue: Catalogue | None = None,
) -> list[Review]:
    """One review per declaration, in the order given.

    Each declaration is reviewed by itself and against all the others: `declarations` and `others` together. `on` is
    the day
    of the review, which decides what rules are valid (today when None). Nothing here reads or writes files.
    """
    rules = (catalogue or default_catalogue()).rules
    context = Context(Corpus((*declarations, *others)), on or date.today())
    return [_review(declaration, rules, context) for declaration in declarations]


def _review(declaration: Declaration, rules: Sequence[Rule], context: Context) -> Review:
    findings: list[Finding] = []
    not_computed: list[NotComputed] = []
    for rule in rules:
        if not rule.enabled:
            continue
        found, reason = _apply(rule, declaration, context)
        findings += found
        if reason is not None:
            not_computed.append(NotComputed(rule.id, reason))
    return Review(tuple(findings), tuple(not_computed))


def _apply(rule: Rule, declaration: Declaration, context: Context) -> tuple[list[Finding], str | None]:
    """The findings of one rule, or the reason why it could not be computed; what was found counts even if the rest
    could not."""
    if not rule.holds_on(context.on):
        return [], f"规则有效期为 {rule.valid_from} 至 {rule.valid_to or '今'}，不含审查日 {context.on}"
    check = find_check(rule.check)
    if check is None:
        return [], f"没有名为 {rule.check} 的检查"
    found: dict[tuple[str, str, str], Finding] = {}
    reason: str | None = None
    try:
        for hit in check.run(declaration, rule.parameters, context):
            finding = _finding(rule, declaration, hit)
            found.setdefault((finding.field, finding.quote, finding.message), finding)
    except NotComputable as error:
        reason = error.reason
    except Exception:
        # One faulty rule must neither stop the review nor look like a pass.
        _log.exception("rule %s failed on %s, form %s", rule.id, declaration.source, declaration.form)
        reason = "内部错误：检查未能完成，详见日志"
    return list(found.values()), None if found else reason


def _finding(rule: Rule, declaration: Declaration, hit: Hit) -> Finding:
    quote = clean_quote(hit.quote)
    values = {**hit.values, "quote": quote, "label": label(hit.field)}
    return Finding(
        rule=rule.id,
        criterion=rule.criterion,
        severity=rule.severity,
        field=hit.field,
        quote=quote,
        message=rule.message.format(**values),
        place=hit.place or field_place(declaration, hit.field),
        related=hit.related,
    )
