"""Every rule on its firing, its quiet and its boundary example."""

from __future__ import annotations

import pytest

from huitang_budget.declarations.review import default_catalogue, field_text, review_declarations

from .builders import Case, Examples
from .examples.adequacy import EXAMPLES as ADEQUACY
from .examples.completeness import EXAMPLES as COMPLETENESS
from .examples.feasibility import EXAMPLES as FEASIBILITY
from .examples.relevance import EXAMPLES as RELEVANCE

EXAMPLES: Examples = {**COMPLETENESS, **RELEVANCE, **ADEQUACY, **FEASIBILITY}
PARTS = ("firing", "quiet", "boundary")
CASES = [(rule, part, case) for rule, cases in EXAMPLES.items() for part, case in zip(PARTS, cases, strict=True)]


def test_every_rule_has_three_examples_and_there_are_enough_rules() -> None:
    rules = {rule.id for rule in default_catalogue().rules}
    assert rules == set(EXAMPLES)
    assert len(rules) >= 40
    for rule, (firing, quiet, _boundary) in EXAMPLES.items():
        assert firing.fires, rule
        assert not quiet.fires, rule


@pytest.mark.parametrize(("rule", "part", "case"), CASES, ids=[f"{rule}-{part}" for rule, part, _ in CASES])
def test_example(rule: str, part: str, case: Case) -> None:
    [review] = review_declarations([case.declaration], others=case.others)
    hits = [f for f in review.findings if f.rule == rule]
    reasons = [n.reason for n in review.not_computed if n.rule == rule]
    assert reasons == []
    assert bool(hits) == case.fires
    if case.on is not None:
        assert hits[0].field == case.on
    for hit in review.findings:
        assert hit.quote in field_text(case.declaration, hit.field)
        assert hit.message
