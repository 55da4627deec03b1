"""Examples of the rules on feasibility."""

from __future__ import annotations

from ..builders import GOOD, STEPS, Examples, another, day, moved, no, step, target, yes

COPIED = tuple(step(f"步骤{i}", str(m.date)) for i, m in enumerate(STEPS))
QUARTERS = tuple(step("季度小结", f"2025-{end}") for end in ("3-31", "6-30", "9-30", "12-31"))

EXAMPLES: Examples = {
    "schedule.end-before-start": (
        yes("end", end=day("2025-1-10")),
        no(),
        no(start=day("2025-12-19"), end=day("2025-12-19")),
    ),
    "schedule.year-not-in-period": (
        yes("year", year=2026),
        no(),
        no(year=2026, end=day("2026-1-1")),
    ),
    "schedule.period-outside-year": (
        yes("end", end=day("2026-6-30")),
        no(end=day("2026-6-30"), total_fen=2_000_000),
        no(end=day("2025-12-31")),
    ),
    "schedule.milestone-outside-period": (
        yes("milestones[7].date", milestones=moved(验收交付="2026-1-15")),
        no(),
        no(milestones=moved(验收交付="2025-12-19")),
    ),
    "schedule.out-of-order": (
        yes("milestones[6].date", milestones=moved(系统试运行="2025-8-4")),
        no(),
        no(milestones=moved(系统试运行="2025-9-15")),
    ),
    "schedule.on-holiday": (
        yes("milestones[6].date", milestones=moved(系统试运行="2025-10-1")),
        no(),
        # 2025-10-8 is the last day of the holidays, 2025-10-9 a working day.
        no(milestones=moved(系统试运行="2025-10-9")),
    ),
    "schedule.in-spring-festival": (
        yes("milestones[0].date", start=day("2025-1-2"), milestones=moved(招标公告发布="2025-1-29")),
        no(),
        no(start=day("2025-1-2"), milestones=moved(招标公告发布="2025-2-5")),
    ),
    "schedule.design-before-contract": (
        yes("milestones[2].date", milestones=(*STEPS[:2], step("详细设计", "2025-4-14"), STEPS[2], *STEPS[4:])),
        no(),
        # The same day is not before.
        no(milestones=(*STEPS[:2], step("详细设计", "2025-4-21"), STEPS[2], *STEPS[4:])),
    ),
    "schedule.build-before-contract": (
        yes("milestones[2].date", milestones=(*STEPS[:2], step("系统开发", "2025-4-14"), *STEPS[2:4], *STEPS[5:])),
        no(),
        # Listed after the contract but dated before it: out of order, which is another rule.
        no(milestones=moved(系统开发="2025-4-14")),
    ),
    "schedule.acceptance-before-trial": (
        yes("milestones[5].date", milestones=(*STEPS[:5], step("初步验收", "2025-9-1"), *STEPS[5:7])),
        no(),
        no(milestones=(*STEPS[:5], step("初步验收", "2025-9-15"), *STEPS[5:7])),
    ),
    "schedule.tender-time": (
        yes("milestones[1].date", milestones=moved(开标="2025-3-20")),
        no(),
        no(milestones=moved(开标="2025-3-30")),
    ),
    "schedule.no-procurement-step": (
        yes("milestones[0].title", milestones=STEPS[2:]),
        no(),
        no(milestones=(step("询价", "2025-4-1"), *STEPS[2:])),
    ),
    "schedule.no-acceptance": (
        yes("milestones[6].title", milestones=moved(验收交付=None)),
        no(),
        no(milestones=(*moved(验收交付=None), step("试运行后组织竣工", "2025-11-14"))),
    ),
    "schedule.no-trial": (
        yes("milestones[5].title", milestones=moved(系统测试=None, 系统试运行=None)),
        no(),
        no(milestones=moved(系统测试=None)),
    ),
    "schedule.no-reserve": (
        yes("milestones[7].date", milestones=moved(验收交付="2025-12-19")),
        no(),
        no(milestones=moved(验收交付="2025-12-18")),
    ),
    "schedule.year-end-payment": (
        yes("milestones[7].date", end=day("2025-12-31"), milestones=moved(验收交付="2025-12-30")),
        no(
            end=day("2025-12-31"),
            milestones=moved(验收交付="2025-12-30"),
            indicators=target("预算执行率", "≥95%"),
        ),
        no(milestones=moved(验收交付="2025-12-19")),
    ),
    "text.overview-short": (
        yes("overview", overview="建设档案查阅系统。"),
        no(),
        no(overview="档" * 40 + "。"),
    ),
    "text.necessity-short": (
        yes("necessity", necessity="工作需要。"),
        no(),
        yes(necessity="需" * 39 + "，。"),
    ),
    "text.measures-short": (
        yes("measures", measures="加强管理。"),
        no(),
        no(measures="管" * 30),
    ),
    "text.measures-slogans": (
        yes(
            "measures",
            measures="领导重视是关键，统一认识，形成合力，密切配合，把各项任务落到实处，确保取得实效，圆满完成。",
        ),
        no(),
        no(measures="领导重视，统一认识；" + GOOD["measures"]),
    ),
    "comparison.same-dates": (
        yes("milestones", others=(another(milestones=COPIED),)),
        no(others=(another(milestones=QUARTERS),), milestones=QUARTERS),
        # Five of eight dates are more than the share of 0.6, four would not be.
        yes("milestones", others=(another(milestones=COPIED[3:]),)),
    ),
    "comparison.measures-copied": (
        yes("measures", others=(another(measures=GOOD["measures"]),)),
        no(others=(another(),)),
        no(others=(another(measures=GOOD["necessity"]),)),
    ),
}
