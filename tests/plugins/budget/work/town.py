"""A small town for the tests of the budget plugin: real accounts with real roles in a real hall."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import huitang_budget.plugin
from huitang_budget.samples import form_text, sample_forms
from huitang_budget.services.storing import Upload
from tests.town import Town, settle

PEOPLE = (
    # name, unit, role, unit of the grant, reach
    ("clerk", "office", "budget.clerk", "city", "below"),
    ("reviewer", "office", "budget.reviewer", "city", "below"),
    ("second", "office", "budget.reviewer", "city", "below"),
    ("reader", "education", "budget.reader", "education", "unit"),
    ("stranger", "east", "budget.reviewer", "east", "below"),
    ("plain", "office", "", "", ""),
)
UNITS = (
    ("city", "云江市", ""),
    ("office", "云江市人大预算审查处", "city"),
    ("education", "云江市教育局", "city"),
    ("water", "云江市水务局", "city"),
    ("east", "望月县", ""),
)


async def open_town(open_hall: Any, **options: Any) -> Town:
    return await settle(open_hall, huitang_budget.plugin.BudgetPlugin(), UNITS, PEOPLE, **options)


def form(number: int = 0, **changes: Any) -> dict[str, Any]:
    """One of the sample forms, changed."""
    return {**deepcopy(sample_forms()[number]), **changes}


def upload(*forms: dict[str, Any], name: str = "申报表.txt") -> Upload:
    return Upload(name, "\n\n".join(form_text(one) for one in forms).encode())


DRINKING, TRAINING, SIGNALS, SLUICES, TOURISM = 0, 1, 4, 5, 7
"""Places of telling sample forms: a good one, a poor one, two with copied dates, a slogan."""
