"""What looks like a problem and is none: near misses that a rule must leave alone, and one finding per problem."""

from __future__ import annotations

from typing import Any

import pytest

from huitang_budget.declarations.review import review_declarations

from .builders import GOOD, ROWS, STEPS, TYPES, another, boxes, form, moved, row, step, target

MEASURES = "高度重视，加强领导，密切配合；每周例会核对进度，监理按月报告，支付须经审批，验收材料归入档案。"
QUIET: dict[str, tuple[str, dict[str, Any]]] = {
    "two documents of one family": (
        "basis.title-two-ways",
        {
            "basis": "《云江市市级机关行政事业单位差旅费管理办法》",
            "measures": GOOD["measures"] + "会务按《云江市市级机关行政事业单位会议费管理办法》执行。",
        },
    ),
    "short and full name of a law": (
        "basis.title-two-ways",
        {
            "basis": "《中华人民共和国政府采购法实施条例》",
            "measures": GOOD["measures"] + "执行《政府采购法实施条例》。",
        },
    ),
    "the notice and what it carries": (
        "basis.title-two-ways",
        {
            "basis": "《关于印发〈关于推进云江市档案数字化工作的意见〉的通知》",
            "overall_goal": GOOD["overall_goal"] + "落实《关于推进云江市档案数字化工作的意见》。",
        },
    ),
    "phrases beside real measures": ("text.measures-slogans", {"measures": MEASURES}),
    "date as target": (
        "indicators.number-without-unit",
        {"indicators": target("档案查阅系统按期完成率", "2025年11月30日前")},
    ),
    "date is not a wording": ("indicators.not-measurable", {"indicators": target("档案目录数字化数量", "11月底前")}),
    "number in Chinese": ("indicators.not-measurable", {"indicators": target("档案目录数字化数量", "不少于两万条")}),
    "nought needs no unit": (
        "indicators.number-without-unit",
        {"indicators": (*ROWS, row("产出目标", "质量目标", "档案遗失起数", "=0"))},
    ),
    "zero errors": (
        "indicators.direction",
        {"indicators": (*ROWS, row("产出目标", "质量目标", "档案扫描差错率", "=0%"))},
    ),
    "a weekend is no public holiday": ("schedule.on-holiday", {"milestones": moved(系统测试="2025-9-13")}),
    "a working day moved into a weekend": (
        "schedule.in-spring-festival",
        {"milestones": moved(招标公告发布="2025-2-8")},
    ),
    "national body in the province words": (
        "goals.place-mismatch",
        {"annual_goal": GOOD["annual_goal"] + "按全国人大要求为全国人大常委会办公厅提供目录。"},
    ),
    "numbering is no list": (
        "indicators.few-for-deliverables",
        {"annual_goal": "".join(f"{i}、建成第{i}个档案查阅点；" for i in range(1, 10))},
    ),
    "recurring project": (
        "type.one-off-recurring",
        {"project_types": boxes(TYPES, "经常性专项业务费"), "overview": GOOD["overview"] + "每年举办一次。"},
    ),
    "remark below the plan": (
        "schedule.milestone-undated",
        {"milestones": (*STEPS, step("主要成果", None, "主要成果：完成项目验收"))},
    ),
    "upkeep has nothing to accept": (
        "schedule.no-acceptance",
        {"project_name": "云江市数字档案查阅系统运行维护", "milestones": moved(验收交付=None)},
    ),
    "month only": ("schedule.plan-undated", {"plan": "3月招标，6月开发，11月验收", "milestones": ()}),
    "this year and the year before": (
        "goals.stale-year",
        {"annual_goal": GOOD["annual_goal"] + "2024年完成试点，2025年全部完成。"},
    ),
}


@pytest.mark.parametrize("name", QUIET)
def test_near_miss_is_left_alone(name: str) -> None:
    rule, changes = QUIET[name]
    [review] = review_declarations([form(**changes)], others=[another()])
    assert [f.message for f in review.findings if f.rule == rule] == []


def rules_found(others: tuple[Any, ...] = (), **changes: Any) -> list[str]:
    [review] = review_declarations([form(**changes)], others=others or (another(),))
    return [f.rule for f in review.findings]


def test_an_empty_field_is_one_finding() -> None:
    assert rules_found(basis=None) == ["fields.basis"]
    assert rules_found(necessity=None) == ["fields.necessity"]
    assert rules_found(indicators=()) == ["fields.indicators"]
    assert rules_found(sub_projects=()) == ["fields.sub-projects"]
    assert rules_found(milestones=()) == ["fields.plan"]


def test_a_copied_form_is_one_finding() -> None:
    copy = form(source="copy.txt", project_name="云江市馆藏开放档案利用平台建设")
    assert rules_found((copy,)) == ["comparison.form-repeated"]
    assert rules_found((form(source="again.txt"),)) == ["comparison.same-name"]


def test_the_same_form_given_twice_is_no_copy() -> None:
    assert rules_found((form(), another())) == []


def test_one_row_is_one_finding() -> None:
    assert rules_found(indicators=target("档案扫描验收合格率", "达标")) == ["indicators.rate-not-number"]
    assert rules_found(indicators=target("档案扫描验收合格率", "≥98")) == ["indicators.rate-without-percent"]
    assert rules_found(indicators=target("查档市民满意度", "满意")) == ["indicators.not-measurable"]


def test_tags_of_a_scan_are_not_read() -> None:
    torn = GOOD["overview"].replace("目录录入", "目<p>女工</p>录<br/>录入")
    assert rules_found(overview=torn) == []
    [review] = review_declarations([form(basis="<p>各部门发展规划</p> <p>女工</p>")])
    [finding] = [f for f in review.findings if f.rule == "basis.no-document"]
    assert finding.quote == "各部门发展规划"


STAGES = (
    step("第一阶段", "2025-4-21", "第一阶段（2025-3-10至2025-4-21）：招标、合同签订"),
    step("第二阶段", "2025-9-30", "第二阶段（2025-4-22至2025-9-30）：合同签订后进行设计、开发和测试"),
    step("第三阶段", "2025-11-14", "第三阶段（2025-10-1至2025-11-14）：试运行、验收"),
)


def test_stages_are_known_by_what_they_say() -> None:
    assert rules_found(milestones=STAGES) == []
    late = (*STAGES[:2], step("第三阶段", "2025-12-30", "第三阶段（2025-10-9至2025-12-30）：试运行、验收"))
    assert "schedule.milestone-outside-period" in rules_found(milestones=late)
    assert "schedule.year-end-payment" in rules_found(milestones=late)
