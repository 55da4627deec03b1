"""Examples of the rules on completeness."""

from __future__ import annotations

from huitang_budget.declarations.model import Found, SubProject

from ..builders import ROWS, STEPS, TYPES, USES, Examples, boxes, moved, no, plus, row, step, sub, target, without, yes

SUBS_UNREADABLE = (SubProject(Found("软件开发", "软件开发"), Found(None, "若干")),)

EXAMPLES: Examples = {
    "fields.year": (yes("year", year=None), no(), no(year=Found(None, "二〇二五"))),
    "fields.declaring-unit": (yes("declaring_unit", declaring_unit=None), no(), yes(declaring_unit="无")),
    "fields.project-name": (yes("project_name", project_name=None), no(), yes(project_name=" — ")),
    "fields.period": (yes("end", end=None), no(), no(end=Found(None, "2025-2-30"))),
    "fields.overview": (yes("overview", overview=None), no(), yes(overview="略。")),
    "fields.basis": (yes("basis", basis=None), no(), yes(basis="暂无")),
    "fields.necessity": (yes("necessity", necessity=None), no(), no(necessity="无纸化办公的需要")),
    "fields.measures": (yes("measures", measures=None), no(), yes(measures="（同上）")),
    "fields.amounts": (yes("total_fen", total_fen=None), no(), no(total_fen=0)),
    "fields.previous-year": (yes("previous_year_fen", previous_year_fen=None), no(), no(previous_year_fen=0)),
    "fields.sub-projects": (yes("sub_projects", sub_projects=()), no(), no(sub_projects=(sub("软件", 1),))),
    "fields.plan": (yes("plan", milestones=()), no(), yes(plan="<p></p>", milestones=())),
    "fields.goals": (yes("annual_goal", annual_goal=None), no(), yes("overall_goal", overall_goal="待定")),
    "fields.indicators": (yes("indicators", indicators=()), no(), no(indicators=ROWS[:1])),
    "fields.unreadable": (
        yes("end", end=Found(None, "2025-2-30")),
        no(),
        yes("sub_projects[0].amount_fen", sub_projects=SUBS_UNREADABLE),
    ),
    "fields.type-not-ticked": (
        yes("project_types", project_types=boxes(TYPES)),
        no(),
        no(project_types=boxes(TYPES, TYPES[0], TYPES[1])),
    ),
    "fields.several-types": (
        yes("project_types", project_types=boxes(TYPES, *TYPES[:3])),
        no(project_types=boxes(TYPES)),
        yes(project_types=boxes(TYPES, *TYPES[:2])),
    ),
    "fields.use-not-ticked": (yes("fund_uses", fund_uses=boxes(USES)), no(), no(fund_uses=boxes(USES, *USES))),
    "fields.several-uses": (
        yes("fund_uses", fund_uses=boxes(USES, *USES)),
        no(),
        yes(fund_uses=boxes(USES, *USES[1:3])),
    ),
    "text.template-left": (
        yes("overview", overview="本项目在XX街道建设查阅点，由×××公司承办。"),
        no(overview="采用XXL号扫描台与XXS软件完成目录录入。"),
        yes("basis", basis="《云江市档案管理条例》（此处填写文号）"),
    ),
    "indicators.no-quantity": (yes("indicators", indicators=without("数量")), no(), no(indicators=ROWS[2:3])),
    "indicators.no-quality": (
        yes("indicators", indicators=without("质量")),
        no(),
        no(indicators=(*without("质量"), row("产出目标", "产出", "目录著录准确率", "≥98%"))),
    ),
    "indicators.no-timeliness": (
        yes("indicators", indicators=without("时效")),
        no(),
        yes(indicators=(*without("时效"), row("效果目标", "社会效益目标", "答复及时率", "≥98%"))),
    ),
    "indicators.no-cost": (
        yes("indicators", indicators=without("成本")),
        no(),
        no(indicators=(*without("成本"), row("产出目标", "数量目标", "扫描设备采购额", "≤314500元"))),
    ),
    "indicators.no-benefit": (
        yes("indicators", indicators=without("效益")),
        no(),
        no(indicators=(*without("效益"), row("效果目标", "", "查档等候时间缩短", "≥30%"))),
    ),
    "indicators.no-satisfaction": (
        yes("indicators", indicators=without("满意")),
        no(),
        no(indicators=(*without("满意"), row("效果目标", "社会效益目标", "读者满意率", "≥90%"))),
    ),
    "indicators.no-sustainability": (
        yes("indicators", indicators=without("可持续")),
        no(),
        no(indicators=(*without("可持续"), row("影响力目标", "其他", "长效维护人员配备", "≥2人"))),
    ),
    "indicators.no-execution": (
        yes("indicators", indicators=without("投入", "管理")),
        no(),
        no(indicators=(*without("投入", "管理"), row("产出目标", "时效目标", "预算执行率", "≥95%"))),
    ),
    "indicators.empty-name": (
        yes("indicators[10].level3", indicators=plus(row("产出目标", "数量目标", "", "≥3个"))),
        no(),
        yes(indicators=plus(row("产出目标", "数量目标", " — ", "≥3个"))),
    ),
    "indicators.empty-target": (
        yes("indicators[2].target", indicators=target("档案查阅功能", "")),
        no(),
        yes(indicators=target("档案查阅功能", "≥")),
    ),
    "indicators.duplicate": (
        yes("indicators[10].level3", indicators=plus(ROWS[2])),
        no(),
        yes(indicators=plus(row("产出目标", "数量目标", "档案查阅功能模块 上线数量", "≥8个"))),
    ),
    "indicators.misplaced": (
        yes("indicators[10].level2", indicators=plus(row("产出目标", "满意度目标", "读者满意度", "≥90%"))),
        no(),
        no(indicators=plus(row("效果目标", "满意度目标", "读者满意度", "≥90%"))),
    ),
    "schedule.impossible-date": (
        yes("milestones[0].date", milestones=(step("招标公告发布", None, "招标公告发布：2025-2-29"), *STEPS[1:])),
        no(),
        no(milestones=(step("招标公告发布", "2024-2-29"), *STEPS[1:])),
    ),
    "schedule.plan-undated": (
        yes(
            "plan",
            plan="第一阶段：合同签订后1个月内完成设计；第二阶段：设计通过后4个月内完成开发；第三阶段：验收。",
            milestones=(),
        ),
        no(),
        no(plan="2025年底前完成验收", milestones=()),
    ),
    "schedule.milestone-undated": (
        yes("milestones[8].date", milestones=(*STEPS, step("档案移交", None))),
        no(),
        no(milestones=(*moved(验收交付=None), step("验收交付", None, "验收交付：11月中旬"))),
    ),
}
