"""Examples of the rules on adequacy."""

from __future__ import annotations

from ..builders import GOOD, ROWS, Case, Examples, another, form, no, plus, row, sub, target, training, yes


def part(*yuan: int) -> tuple:
    return tuple(sub(f"第{i}项", amount) for i, amount in enumerate(yuan))


def total(yuan: int, **more: object) -> dict:
    return {"total_fen": yuan, "current_year_fen": yuan, **more}


def pupil(**changes: object) -> Case:
    return Case(training(**changes), True)


SMALL = "档案目录数字化数量"
LIST = "建成平台，包括：预约、检索、取件、统计、登记、催还、移交、鉴定、销毁、利用"
FORMER = form(source="former.txt", year=2024, current_year_fen=900_000)
LATER = {"previous_executed_fen": 800_000}
SHORT_COPY = "统一口径，按月核对，据实支付，逐项登记，按期归档，专人负责，分级审批，全程留痕，定期通报，限时办结"
HALF_COPY = "统一口径，按月核对，据实支付，逐项登记，按期归档，专人负责，扫描入库，两人复核，当日清点，违约扣款"

EXAMPLES: Examples = {
    "cost.single-sub-project": (
        yes("sub_projects[0].amount_fen", sub_projects=part(1_286_500)),
        no(),
        no(sub_projects=part(1_286_499)),
    ),
    "cost.dominant-sub-project": (
        yes("sub_projects[0].amount_fen", **total(100_000, sub_projects=part(96_000, 4_000))),
        no(),
        no(**total(100_000, sub_projects=part(95_000, 5_000))),
    ),
    "cost.sub-projects-sum": (
        yes("sub_projects", sub_projects=part(1_000_000, 286_000)),
        no(),
        yes(sub_projects=part(1_000_000, 286_501)),
    ),
    "cost.sub-project-twice": (
        yes("sub_projects[1].name", sub_projects=(sub("软件开发", 600_000), sub("软件开发", 686_500))),
        no(),
        no(sub_projects=(sub("软件开发一期", 600_000), sub("软件开发二期", 686_500))),
    ),
    "cost.sub-project-not-positive": (
        yes("sub_projects[1].amount_fen", sub_projects=part(1_286_500, 0)),
        no(),
        no(sub_projects=part(1_286_499, 1)),
    ),
    "amounts.not-positive": (yes("total_fen", total_fen=0), no(), no(total_fen=1)),
    "amounts.implausibly-small": (yes("total_fen", **total(129)), no(), no(**total(1_000))),
    "amounts.current-exceeds-total": (yes("current_year_fen", total_fen=1_000_000), no(), yes(total_fen=1_286_499)),
    "amounts.total-exceeds-one-year": (yes("total_fen", total_fen=2_000_000), no(), yes(total_fen=1_286_501)),
    "amounts.previous-overspent": (
        yes("previous_executed_fen", previous_year_fen=100, previous_executed_fen=200),
        no(previous_year_fen=100, previous_executed_fen=99),
        no(previous_year_fen=100, previous_executed_fen=100),
    ),
    "amounts.previous-execution-low": (
        yes("previous_executed_fen", previous_year_fen=100_000, previous_executed_fen=30_000),
        no(previous_year_fen=100_000, previous_executed_fen=90_000),
        no(previous_year_fen=100_000, previous_executed_fen=50_000),
    ),
    "amounts.increase": (
        yes("current_year_fen", previous_year_fen=500_000, previous_executed_fen=500_000),
        no(),
        no(**total(1_300_000, previous_year_fen=1_000_000, previous_executed_fen=990_000)),
    ),
    "amounts.round": (
        yes("total_fen", **total(3_000_000, sub_projects=part(2_000_000, 1_000_000))),
        no(**total(3_000_000, sub_projects=part(1_987_600, 1_012_400))),
        no(**total(900_000, sub_projects=part(500_000, 400_000))),
    ),
    "amounts.text-differs": (
        yes("overview", overview=GOOD["overview"] + "项目总投资150万元。"),
        no(overview=GOOD["overview"] + "项目总投资128.65万元。"),
        yes(overview=GOOD["overview"] + "项目总投资128.64万元。"),
    ),
    "indicators.not-measurable": (
        yes("indicators[3].target", indicators=target(SMALL, "健全")),
        no(),
        no(indicators=target(SMALL, "优/良/中/差")),
    ),
    "indicators.rate-not-number": (
        yes("indicators[5].target", indicators=target("档案查阅系统按期完成率", "及时")),
        no(),
        # 效率 is not a rate; its wording is for the rule on measurability.
        no(indicators=plus(row("效果目标", "社会效益目标", "查档工作效率", "提升"))),
    ),
    "indicators.above-100": (
        yes("indicators[4].target", indicators=target("档案扫描验收合格率", "=120%")),
        no(indicators=plus(row("效果目标", "社会效益目标", "查档人次增长率", "≥120%"))),
        yes(indicators=target("档案扫描验收合格率", "=100.01%")),
    ),
    "indicators.rate-without-percent": (
        yes("indicators[4].target", indicators=target("档案扫描验收合格率", "≥98")),
        no(),
        no(indicators=plus(row("产出目标", "质量目标", "档案扫描差错率（%）", "≤1"))),
    ),
    "indicators.number-without-unit": (
        yes("indicators[3].target", indicators=target(SMALL, "≥12000")),
        no(),
        no(indicators=plus(row("产出目标", "数量目标", "档案扫描量（页）", "≥9000"))),
    ),
    "indicators.direction": (
        yes("indicators[10].target", indicators=plus(row("产出目标", "质量目标", "档案扫描差错率", "≥95%"))),
        no(),
        no(indicators=plus(row("产出目标", "质量目标", "档案扫描差错率", "≤1%"))),
    ),
    "indicators.satisfaction-low": (
        yes("indicators[9].target", indicators=target("查档市民满意度", "≥80%")),
        no(),
        no(indicators=target("查档市民满意度", "≥90%")),
    ),
    "indicators.execution-low": (
        yes("indicators[0].target", indicators=target("预算执行率", "≥80%")),
        no(),
        no(indicators=target("预算执行率", "≥90%")),
    ),
    "indicators.few-for-deliverables": (
        yes("annual_goal", annual_goal=LIST * 3 + "。"),
        no(),
        # Ten things for one indicator, twenty for two: still within the limit.
        no(annual_goal=LIST + "；" + LIST + "。"),
    ),
    "goals.annual-no-deliverable": (
        yes("annual_goal", annual_goal="打造档案工作新标杆，意义重大，影响深远，提供可复制、可推广的经验。"),
        no(),
        no(annual_goal="打造档案工作新标杆，建成档案查阅系统。"),
    ),
    "comparison.execution-below-peers": (
        yes(
            "indicators[0].target",
            others=(form(source="a"), form(source="b")),
            base=None,
            source="c",
            indicators=target("预算执行率", "≥95%"),
        ),
        no(others=(form(source="a"), form(source="b"))),
        # Half of the peers is not yet most of them.
        no(others=(form(source="a"), another()), indicators=target("预算执行率", "≥95%")),
    ),
    "comparison.same-amount": (
        yes("total_fen", others=(another(total_fen=1_286_500),)),
        no(others=(another(),)),
        # A round amount is the same by chance.
        no(others=(another(total_fen=1_300_000),), total_fen=1_300_000),
    ),
    "comparison.previous-year-form": (
        yes("previous_year_fen", others=(FORMER,), previous_year_fen=800_000, **LATER),
        no(others=(FORMER,), previous_year_fen=900_000, **LATER),
        yes(others=(FORMER,), previous_year_fen=900_001, **LATER),
    ),
    "comparison.same-name": (
        yes("project_name", others=(form(source="again.txt"),)),
        no(others=(another(),)),
        no(others=(form(source="again.txt", year=2024),)),
    ),
    "comparison.form-repeated": (
        yes("project_name", others=(form(source="b.txt", project_name="云江市开放档案利用平台建设"),)),
        no(others=(another(),)),
        # Three of the five fields are the business of the rules on each field.
        no(others=(another(overview=GOOD["overview"], necessity=GOOD["necessity"], measures=GOOD["measures"]),)),
    ),
    "comparison.goals-copied": (
        yes("annual_goal", others=(another(annual_goal=GOOD["annual_goal"]),)),
        no(others=(another(),)),
        no(others=(another(annual_goal=HALF_COPY),), annual_goal=SHORT_COPY),
    ),
    "comparison.overall-goal-copied": (
        yes("overall_goal", others=(another(overall_goal=GOOD["overall_goal"]),)),
        no(others=(another(),)),
        no(others=(another(overall_goal=HALF_COPY),), overall_goal=SHORT_COPY),
    ),
    "comparison.overview-copied": (
        yes("overview", others=(another(overview=GOOD["overview"] + "新增一句。"),)),
        no(others=(another(),)),
        no(others=(another(overview=HALF_COPY),), overview=SHORT_COPY),
    ),
    "comparison.necessity-copied": (
        yes("necessity", others=(another(necessity=GOOD["necessity"]),)),
        no(others=(another(),)),
        no(others=(another(necessity=HALF_COPY),), necessity=SHORT_COPY),
    ),
    "comparison.indicators-copied": (
        yes("indicators", others=(another(indicators=ROWS),)),
        no(others=(another(),)),
        no(others=(another(indicators=ROWS[:6]),)),
    ),
}
