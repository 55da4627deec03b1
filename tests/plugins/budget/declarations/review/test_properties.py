"""Nothing raises, one changed fact changes only the rules it concerns, the order of forms never matters."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_budget.declarations.model import Choice, Declaration, Found, Indicator, Milestone, Review, SubProject
from huitang_budget.declarations.review import default_catalogue, field_text, review_declarations

from .builders import (
    GOOD,
    ROWS,
    STEPS,
    TYPES,
    USES,
    boxes,
    day,
    form,
    moved,
    replaced,
    row,
    step,
    sub,
    target,
    training,
    without,
)

WORDS = (
    "建设",
    "档案",
    "《关于推进档案工作的意见》",
    "移动端",
    "亟需",
    "2019年",
    "全省",
    "<p>女工</p>",
    "、",
    "。",
    "包括",
    "联网",
    "市财政局",
)
texts = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
fens = st.integers(-(10**6), 10**13)


def founds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(Found, st.none() | values, texts)


text_fields = texts.map(lambda text: Found(text or None, text))
choices = st.lists(st.builds(Choice, texts, st.none() | st.booleans()), max_size=4).map(tuple)
indicators = st.builds(
    Indicator,
    st.sampled_from(("产出目标", "效果目标", "")) | texts,
    st.sampled_from(("数量目标", "满意度目标", "")) | texts,
    texts,
    texts,
    st.none() | st.sampled_from("≥≤=><"),
    st.none() | st.decimals(-(10**6), 10**6, places=2).map(Decimal),
    st.none() | st.sampled_from(("%", "个", "万元")),
)
NAMES = ("declaring_unit", "project_name", "overview", "basis", "necessity", "measures", "plan", "overall_goal")
declarations = st.builds(
    Declaration,
    source=st.sampled_from(("a", "b", "c")),
    year=founds(st.integers(1, 9999)),
    start=founds(days),
    end=founds(days),
    annual_goal=text_fields,
    project_types=choices,
    fund_uses=choices,
    total_fen=founds(fens),
    current_year_fen=founds(fens),
    previous_year_fen=founds(fens),
    previous_executed_fen=founds(fens),
    sub_projects=st.lists(st.builds(SubProject, text_fields, founds(fens)), max_size=3).map(tuple),
    milestones=st.lists(st.builds(Milestone, texts, st.none() | days, texts), max_size=5).map(tuple),
    indicators=st.lists(indicators, max_size=5).map(tuple),
    **dict.fromkeys(NAMES, text_fields),
)
RELAXED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@RELAXED
@given(st.lists(declarations, min_size=1, max_size=4))
def test_any_form_is_reviewed_and_every_rule_answers(forms: list[Declaration]) -> None:
    logging.disable(logging.NOTSET)
    for declaration, review in zip(forms, review_declarations(forms), strict=True):
        found, unknown = {f.rule for f in review.findings}, {n.rule for n in review.not_computed}
        assert not found & unknown
        assert len(unknown) == len(review.not_computed)
        assert found | unknown <= {rule.id for rule in default_catalogue().rules}
        assert not any("内部错误" in n.reason for n in review.not_computed)
        assert all(n.reason for n in review.not_computed)
        for finding in review.findings:
            assert finding.quote in field_text(declaration, finding.field)


def outcome(review: Review) -> tuple[Any, ...]:
    return review.findings, review.not_computed


@RELAXED
@given(st.lists(declarations, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_does_not_matter(forms: list[Declaration], random: Any) -> None:
    numbered = [replaced(form, source=f"f{i}") for i, form in enumerate(forms)]
    expected = {d.source: outcome(r) for d, r in zip(numbered, review_declarations(numbered), strict=True)}
    random.shuffle(numbered)
    mixed = {d.source: outcome(r) for d, r in zip(numbered, review_declarations(numbered), strict=True)}
    assert mixed == expected
    alone = review_declarations(numbered[:1], others=numbered[1:])
    assert outcome(alone[0]) == expected[numbered[0].source]


def answers(declaration: Declaration) -> dict[str, Any]:
    """What each rule says; rules that are clean are left out."""
    [review] = review_declarations([declaration], others=[training()])
    said: dict[str, Any] = {n.rule: n.reason for n in review.not_computed}
    for finding in review.findings:
        said.setdefault(finding.rule, []).append((finding.field, finding.message))
    return said


MUTATIONS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "sum": ({"sub_projects": (sub("软件开发", 600_000), sub("设备", 686_400))}, {"cost.sub-projects-sum"}),
    "one part": ({"sub_projects": (sub("档案查阅系统", 1_286_500),)}, {"cost.single-sub-project"}),
    "total": ({"total_fen": 1_300_500}, {"amounts.total-exceeds-one-year"}),
    "end": ({"end": day("2026-3-31")}, {"schedule.period-outside-year"}),
    "year": ({"year": 2026}, {"schedule.year-not-in-period"}),
    "basis": ({"basis": "上级有关要求和单位发展规划。"}, {"basis.no-document"}),
    "no cost": ({"indicators": without("成本")}, {"indicators.no-cost"}),
    "no satisfaction": ({"indicators": without("满意")}, {"indicators.no-satisfaction", "indicators.satisfaction-low"}),
    "twice": ({"indicators": (*ROWS, ROWS[3])}, {"indicators.duplicate"}),
    "no number": ({"indicators": target("档案目录数字化数量", "较多")}, {"indicators.not-measurable"}),
    "no unit": ({"indicators": target("档案目录数字化数量", "≥12000")}, {"indicators.number-without-unit"}),
    "over 100": ({"indicators": target("档案扫描验收合格率", "=110%")}, {"indicators.above-100"}),
    "low": ({"indicators": target("查档市民满意度", "≥60%")}, {"indicators.satisfaction-low"}),
    "no target": ({"indicators": target("故障平均响应时间", "")}, {"indicators.empty-target"}),
    "holiday": ({"milestones": moved(系统试运行="2025-10-2")}, {"schedule.on-holiday"}),
    "late": ({"milestones": moved(验收交付="2025-12-26"), "end": day("2025-12-31")}, {"schedule.year-end-payment"}),
    "outside": ({"milestones": moved(招标公告发布="2025-2-20")}, {"schedule.milestone-outside-period"}),
    "tender": ({"milestones": moved(招标公告发布="2025-3-31")}, {"schedule.tender-time"}),
    "last day": ({"end": day("2025-11-14")}, {"schedule.no-reserve"}),
    "no tick": ({"fund_uses": boxes(USES)}, {"fields.use-not-ticked"}),
    "two ticks": ({"project_types": boxes(TYPES, *TYPES[2:4])}, {"fields.several-types"}),
    "another place": ({"annual_goal": GOOD["annual_goal"] + "服务全省用户。"}, {"goals.place-mismatch"}),
    "previous year": (
        {"previous_year_fen": 1_250_000, "previous_executed_fen": 200_000},
        {"amounts.previous-execution-low", "type.one-off-with-history"},
    ),
    "odd row": (
        {"indicators": (*ROWS, row("产出目标", "数量目标", "行道树修剪养护数量", "≥900株"))},
        {"indicators.off-subject"},
    ),
    "unknown year": (
        {"milestones": (*STEPS[:-1], step("验收交付", "2055-11-12"))},
        {"schedule.on-holiday", "schedule.in-spring-festival", "schedule.milestone-outside-period"},
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_changed_fact_changes_only_the_rules_it_concerns(name: str) -> None:
    changes, concerned = MUTATIONS[name]
    before, after = answers(form()), answers(form(**changes))
    assert {rule for rule in before | after if before.get(rule) != after.get(rule)} == concerned


def test_a_year_without_calendar_data_is_not_computed() -> None:
    late = day("2055-1-1")
    [review] = review_declarations(
        [form(year=2055, start=late, end=late + timedelta(300), milestones=(step("验收", "2055-2-1"),))]
    )
    reasons = {n.rule: n.reason for n in review.not_computed}
    assert "2055" in reasons["schedule.on-holiday"]
    assert "2055" in reasons["schedule.in-spring-festival"]
