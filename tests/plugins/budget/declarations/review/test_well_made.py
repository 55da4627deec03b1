"""Well-made forms have no finding that matters, alone and beside each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review import review_declarations

from .builders import form, training


@pytest.mark.parametrize("build", [form, training])
def test_alone(build: Callable[[], Declaration]) -> None:
    [review] = review_declarations([build()])
    assert [f for f in review.findings if f.severity != "info"] == []


def test_together() -> None:
    for review in review_declarations([form(), training()]):
        assert review.findings == ()


def test_alone_nothing_can_be_compared_and_that_is_said() -> None:
    [review] = review_declarations([form()])
    assert {n.rule for n in review.not_computed} == {
        "comparison.execution-below-peers", "comparison.same-amount", "comparison.previous-year-form",
        "comparison.same-name", "comparison.form-repeated", "comparison.goals-copied",
        "comparison.overall-goal-copied", "comparison.overview-copied", "comparison.necessity-copied",
        "comparison.indicators-copied", "comparison.same-dates", "comparison.measures-copied",
    }  # fmt: skip
