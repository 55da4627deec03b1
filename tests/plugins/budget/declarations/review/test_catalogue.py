"""The catalogue: what is refused when it is loaded, what an operator may change, and how it reads as a table."""

from __future__ import annotations

from datetime import date

import pytest

from huitang_budget.declarations.review import (
    CatalogueError,
    catalogue_markdown,
    default_catalogue,
    load_catalogue,
    review_declarations,
)
from huitang_budget.declarations.review.checks.comparison import DUPLICATE

from .builders import form, target

RULE = """
[bases.b]
title = "依据"
verified = false

[[rules]]
id = "a.b"
title = { zh = "标题", en = "Title" }
criterion = "adequacy"
severity = "low"
basis = "b"
check = "increase"
parameters = { most_percent = 30 }
message = "增长 {percent}%"
valid_from = 2020-01-01
"""
LOW = form(indicators=target("查档市民满意度", "≥80%"))
SATISFACTION = "indicators.satisfaction-low"


def test_a_good_file_is_loaded() -> None:
    [rule] = load_catalogue({"x.toml": RULE}).rules
    assert (rule.id, rule.basis.verified, rule.valid_to) == ("a.b", False, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('check = "increase"', 'check = "growth"', "unknown check 'growth'"),
        ("most_percent = 30", "most = 30", "unknown field `most`"),
        ("most_percent = 30", 'most_percent = "many"', "Expected `int`"),
        ("most_percent = 30", "", "missing required field `most_percent`"),
        ("valid_from = 2020-01-01", 'valid_from = "2020-02-30"', "Invalid RFC3339"),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01\nvalid_to = 2019-12-31", "lies before valid_from"),
        ('severity = "low"', 'severity = "grave"', "Invalid enum value 'grave'"),
        ('criterion = "adequacy"', 'criterion = "beauty"', "Invalid enum value 'beauty'"),
        ('basis = "b"', 'basis = "c"', "unknown basis 'c'"),
        ("{percent}", "{share}", "message uses ['share']"),
        ('severity = "low"', 'severity = "low"\ncolour = 1', "unknown field `colour`"),
        ('id = "a.b"', 'id = "a.b"\ncheck = 1', "not TOML"),
        ("most_percent = 30", 'most_percent = "@many"', "unknown word list '@many'"),
        ("[bases.b]", "[base]\n[bases.b]", "unknown key 'base'"),
        ("verified = false", "", "basis 'b'"),
    ],
)
def test_mistakes_are_refused_with_file_and_rule(old: str, new: str, said: str) -> None:
    assert old in RULE
    with pytest.raises(CatalogueError) as error:
        load_catalogue({"x.toml": RULE.replace(old, new)})
    assert said in str(error.value)
    assert all(problem.startswith("x.toml") for problem in error.value.problems)


def test_the_same_id_twice_is_refused_across_files() -> None:
    with pytest.raises(CatalogueError, match=r"y\.toml: rule 'a\.b': this id is used twice"):
        load_catalogue({"x.toml": RULE, "y.toml": RULE})


def test_all_mistakes_are_told_at_once() -> None:
    wrong = RULE.replace('severity = "low"', 'severity = "grave"')
    with pytest.raises(CatalogueError) as error:
        load_catalogue({"x.toml": wrong, "y.toml": wrong.replace("a.b", "c.d"), "z.toml": "="})
    assert len(error.value.problems) == 3


def found(overrides: dict[str, dict[str, object]], on: date | None = None) -> list[str]:
    [review] = review_declarations([LOW], on=on, catalogue=default_catalogue().with_overrides(overrides))
    return [f.severity for f in review.findings if f.rule == SATISFACTION]


def test_an_operator_changes_threshold_severity_and_use() -> None:
    assert found({}) == ["low"]
    assert found({SATISFACTION: {"severity": "high"}}) == ["high"]
    assert found({SATISFACTION: {"parameters": {"least": 80}}}) == []
    assert found({SATISFACTION: {"enabled": False}}) == []
    assert default_catalogue().rule(SATISFACTION).severity == "low"


def test_a_rule_out_of_its_dates_says_so() -> None:
    ended = {SATISFACTION: {"valid_from": "2020-01-01", "valid_to": "2024-12-31"}}
    assert found(ended, on=date(2024, 12, 31)) == ["low"]
    [review] = review_declarations([LOW], on=date(2025, 1, 1), catalogue=default_catalogue().with_overrides(ended))
    [reason] = [n.reason for n in review.not_computed if n.rule == SATISFACTION]
    assert "2024-12-31" in reason
    assert all(f.rule != SATISFACTION for f in review.findings)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"no.such": {}}, "no such rule"),
        ({SATISFACTION: {"colour": 1}}, "unknown field `colour`"),
        ({SATISFACTION: {"parameters": {"most": 1}}}, "unknown field `most`"),
        ({SATISFACTION: {"valid_to": "2000-01-01"}}, "lies before valid_from"),
        ({SATISFACTION: {"severity": "grave"}}, "grave"),
    ],
)
def test_wrong_overrides_are_refused(overrides: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        default_catalogue().with_overrides(overrides)


def test_only_what_was_read_in_its_source_is_called_verified() -> None:
    verified = {rule.basis.title for rule in default_catalogue().rules if rule.basis.verified}
    assert "中华人民共和国政府采购法" in verified
    assert not verified & {"财预〔2015〕88号", "财预〔2021〕101号", "绩效目标审查惯例"}
    assert all(rule.title.zh and rule.title.en for rule in default_catalogue().rules)


def test_a_repeated_form_is_told_in_one_way() -> None:
    """What counts as a repeated form is left out by every other comparison, so both must mean the same."""
    assert default_catalogue().rule("comparison.form-repeated").parameters == DUPLICATE


def test_markdown_has_one_row_per_rule() -> None:
    text = catalogue_markdown()
    for rule in default_catalogue().rules:
        assert text.count(f"| `{rule.id}` |") == 1
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len({row.replace("\\|", "").count("|") for row in rows}) == 1
    assert text.endswith("|\n")
