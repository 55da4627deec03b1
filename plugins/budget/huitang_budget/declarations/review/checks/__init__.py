"""The checks, grouped by what they look at. Importing this package registers all of them."""

from __future__ import annotations

from huitang_budget.declarations.review.checks import (
    amounts,
    comparison,
    fields,
    history,
    indicators,
    plan,
    relevance,
    schedule,
    subject,
    targets,
    text,
)

MODULES = (amounts, comparison, fields, history, indicators, plan, relevance, schedule, subject, targets, text)
