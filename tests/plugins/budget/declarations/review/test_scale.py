"""Comparison with very many forms costs one pass over them, not one comparison per pair."""

from __future__ import annotations

import time

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review import review_declarations

from .builders import GOOD, STEPS, form, step, sub


def numbered(n: int) -> Declaration:
    """A form with its own words, amounts and dates."""
    day = 1 + n % 28
    own = {field: "，".join(f"第{n}号单位{word}{n}件" for word in "甲乙丙丁戊己庚辛") for field in (
        "overview", "necessity", "measures", "overall_goal", "annual_goal",
    )}  # fmt: skip
    steps = tuple(step(m.title, f"2025-{m.date.month}-{day}") for m in STEPS if m.date is not None)
    amount = 1_000_003 + 17 * n
    return form(
        source=f"{n:05}.txt", project_name=f"第{n}号单位档案项目", total_fen=amount, current_year_fen=amount,
        sub_projects=(sub("甲", amount - 5), sub("乙", 5)), milestones=steps, **own,
    )  # fmt: skip


def test_one_form_against_ten_thousand() -> None:
    others = [numbered(n) for n in range(10_000)]
    copy = form(source="copy.txt", measures=others[4321].measures.value, total_fen=others[7654].total_fen.value // 100)
    started = time.process_time()
    [review] = review_declarations([copy], others=others)
    seconds = time.process_time() - started
    found = {f.rule: f.related for f in review.findings if f.rule.startswith("comparison.")}
    assert found["comparison.measures-copied"] == ("04321.txt",)
    assert found["comparison.same-amount"] == ("07654.txt",)
    assert seconds < 30


def test_many_forms_with_the_same_text_do_not_compare_all_pairs() -> None:
    forms = [
        form(source=f"{n:04}.txt", project_name=f"第{n}号档案查阅系统", measures=GOOD["measures"]) for n in range(400)
    ]
    started = time.process_time()
    reviews = review_declarations(forms[:3], others=forms[3:])
    assert time.process_time() - started < 20
    assert all(any(f.rule == "comparison.form-repeated" for f in review.findings) for review in reviews)
