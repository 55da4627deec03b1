"""The three real forms, field by field: scans with tabs, tags, page breaks, lost ticks and a displaced label."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from huitang_budget.declarations.importing import read_declarations
from huitang_budget.declarations.model import Declaration, Place

pytestmark = pytest.mark.real_forms

TYPES = ["市委市政府已确定的新增项目", "结转项目", "其他一次性项目", "经常性专项业务费", "其他经常性项目"]
USES = ["基本建设工程类", "信息化建设类", "政策补贴类", "政府购买服务", "资产购置类", "其他事业专业类"]
MANAGEMENT = [
    ("投入和管理目标", "财务管理", "财务（财产）管理制度健全性", "健全"),
    ("投入和管理目标", "财务管理", "资金使用合规性", "合规"),
    ("投入和管理目标", "资金投入管理", "预算执行率", "=100.00%"),
    ("投入和管理目标", "项目实施管理", "项目建设方案健全性", "健全"),
    ("投入和管理目标", "项目实施管理", "合同管理有效性", "有效"),
    ("投入和管理目标", "项目实施管理", "政府采购合规性", "合规"),
]


@pytest.fixture
def form(real: Callable[[str], bytes]) -> Callable[[str], Declaration]:
    def reader(name: str) -> Declaration:
        (found,) = read_declarations(name, real(name))
        return found

    return reader


def table(form: Declaration) -> list[tuple[str, str, str, str]]:
    return [(i.level1, i.level2, i.level3, i.target) for i in form.indicators]


def check_common(form: Declaration, name: str, fen: int, sub: str) -> None:
    assert form.year.value == 2019
    assert form.year.place == Place(line=3)
    assert form.declaring_unit.value == "上海市人民代表大会常务委员会办公厅"
    assert form.project_name.value == name
    assert [c.label for c in form.project_types] == TYPES
    assert [c.label for c in form.fund_uses] == USES
    assert (form.start.value, form.end.value) == (date(2019, 1, 1), date(2019, 12, 31))
    amounts = (form.total_fen, form.current_year_fen, form.previous_year_fen, form.previous_executed_fen)
    assert [a.value for a in amounts] == [fen, fen, 0, 0]
    assert [(s.name.value, s.amount_fen.value) for s in form.sub_projects] == [(sub, fen)]
    assert (form.remark.value, form.remark.text) == (None, "")
    texts = (form.overview, form.basis, form.necessity, form.measures, form.plan, form.overall_goal, form.annual_goal)
    assert all(text.value and text.place for text in texts)
    assert not any(mark in text.text for text in texts for mark in ("<", ">", "\t", "\f", "女工"))


def check_dates(form: Declaration, last: date) -> None:
    assert [(m.title, m.date) for m in form.milestones] == [
        ("系统设计", date(2019, 1, 1)),
        ("设备选型，合同签订", date(2019, 2, 1)),
        ("系统建设", date(2019, 2, 6)),
        ("系统测试", date(2019, 11, 1)),
        ("系统试运行", date(2019, 12, 1)),
        ("验收交付", last),
    ]
    assert form.milestones[0].text == "系统设计：2019-1-1"


def test_budget_review(form: Callable[[str], Declaration]) -> None:
    found = form("budget-review.txt")
    check_common(found, "上海市人大智能预算审查平台建设项目经费", 212_400_000, "上海市人大智能预算审查平台")
    check_dates(found, date(2019, 12, 30))
    assert [c.label for c in found.project_types if c.ticked] == ["其他一次性项目"]
    assert [c.label for c in found.fund_uses if c.ticked] == ["信息化建设类"]
    assert not any(c.ticked is None for c in (*found.project_types, *found.fund_uses))
    assert found.necessity.text.startswith("1、推进联网监督工作的需要\n2017年7月4日-5日，全国人大财经委")
    assert "实施全面规范、公开透明的预算制度。\n3、提升系统服务与用户体验的需要\n当前系统" in found.necessity.text
    assert found.necessity.text.endswith("推动预算编制、执行进一步细化和规范。")
    assert found.necessity.place == Place(line=18)
    assert found.total_fen.place == Place(line=44)
    assert table(found) == [
        *MANAGEMENT,
        ("产出目标", "数量目标", "人大智能预算审查平台建设完成", "=100.00%"),
        ("产出目标", "质量目标", "人大智能预算审查平台建设验收合格率", "=100.00%"),
        ("产出目标", "时效目标", "人大智能预算审查平台建设竣工及时性", "=100.00%"),
        ("效果目标", "社会效益目标", "人大预算审查监督效率提升度", "效率提升"),
        ("效果目标", "社会效益目标", "人大代表及社会建言便捷性", "便捷"),
        ("效果目标", "社会效益目标", "人大预算数据外部有关单位共享", "有效"),
        ("影响力目标", "可持续目标", "平台长效运维机制健全性", "健全"),
        ("影响力目标", "满意度目标", "管理人员满意度", "≥90.00%"),
        ("影响力目标", "满意度目标", "平台使用人员满意度", "≥90.00%"),
    ]
    numbers = [(i.operator, i.value, i.unit) for i in found.indicators]
    assert numbers[2] == ("=", Decimal(100), "%")
    assert numbers[0] == (None, None, None)
    assert numbers[-1] == ("≥", Decimal(90), "%")
    assert [(p.code, p.quote, p.place) for p in found.problems] == [("stray_text", "女工", Place(line=42))]


def test_cadre_information(form: Callable[[str], Declaration]) -> None:
    found = form("cadre-information.txt")
    check_common(found, "上海市人大老干部综合信息管理系统建设经费", 73_760_000, "市人大老干部综合信息管理系统")
    check_dates(found, date(2019, 12, 31))
    assert {c.ticked for c in (*found.project_types, *found.fund_uses)} == {None}
    assert found.basis.text == "各委、办、局的发展规划和实施计划。"
    assert found.overview.text.endswith("建设老干部服务情况分析功。")
    assert "\n基于老干部情况的掌握和服务工作管理的要求，" in found.overview.text
    assert [name[:12] for name in found.annual_goal.text.split("\n")] == [
        "1. 实现老干部综合情况",
        "2. 实现老干部工作管理",
        "3. 实现移动响应页面以",
        "4. 提供外部系统接口包",
    ]
    assert table(found) == [
        *MANAGEMENT,
        ("产出目标", "数量目标", "老干部综合信息管理系统建设完成率", "=100.00%"),
        ("产出目标", "质量目标", "老干部综合信息管理系统建设验收合格率", "=100.00%"),
        ("产出目标", "时效目标", "老干部综合信息管理系统建设竣工及时性", "=100.00%"),
        ("效果目标", "社会效益目标", "老干部综合情况信息归档完整性", "完整"),
        ("效果目标", "社会效益目标", "老干部服务情况分析支持度", "支持"),
        ("效果目标", "社会效益目标", "老干部日常工作情况的管理高效性", "高效"),
        ("影响力目标", "可持续目标", "平台长效运维机制健全性", "健全"),
        ("影响力目标", "满意度目标", "管理人员满意度", "≥90.00%"),
        ("影响力目标", "满意度目标", "平台使用人员满意度", "≥90.00%"),
    ]
    assert [(p.code, p.field) for p in found.problems] == [
        ("ticks_lost", "project_types"),
        ("ticks_lost", "fund_uses"),
    ]


def test_petitions(form: Callable[[str], Declaration]) -> None:
    found = form("petitions.txt")
    name = "上海人大系统人民群众来信来访智能化工作平台建设经费"
    check_common(found, name, 114_824_000, "市人大信访智能化工作平台")
    assert [c.label for c in found.project_types if c.ticked] == ["其他一次性项目"]
    assert [c.label for c in found.fund_uses if c.ticked] == ["信息化建设类"]
    assert [(m.title, m.date) for m in found.milestones] == [
        (f"第{number}阶段", None) for number in ("一", "二", "三", "四")
    ]
    assert found.milestones[3].text == "第四阶段：正式运行半个月以后，进行项目验收。"
    assert found.plan.text.endswith("\n主要成果：完成项目验收")
    assert table(found) == [
        ("投入和管理目标", "投入管理", "预算执行率", "≥95%"),
        ("投入和管理目标", "财务管理", "资金使用合规性", "合规"),
        ("投入和管理目标", "财务管理", "财务制度执行有效", "有效"),
        ("投入和管理目标", "项目管理", "管理制度执行有效性", "有效"),
        ("投入和管理目标", "项目管理", "人员到位率", "=100%"),
        ("产出目标", "数量目标", "系统开发完成率", "=100%"),
        ("产出目标", "数量目标", "硬件采购完成率", "=100%"),
        ("产出目标", "数量目标", "系统试运行完成率", "=100%"),
        ("产出目标", "质量目标", "采购设备质量情况", "达标"),
        ("产出目标", "质量目标", "系统运行出错率", "达标"),
        ("产出目标", "时效目标", "系统开发完成及时率", "及时"),
        ("产出目标", "时效目标", "硬件采购完成及时率", "及时"),
        ("产出目标", "时效目标", "系统试运行完成及时率", "及时"),
        ("效果目标", "社会效益目标", "社会知晓度", "≥85%"),
        ("效果目标", "社会效益目标", "平台信访信息采集情况", "≥1000"),
        ("影响力目标", "可持续目标", "长效管理机制健全性", "健全"),
        ("影响力目标", "满意度目标", "使用者满意度", "≥90%"),
        ("影响力目标", "满意度目标", "管理者满意度", "≥90%"),
    ]
    assert (found.indicators[14].operator, found.indicators[14].value, found.indicators[14].unit) == ("≥", 1000, None)
    assert [(p.code, p.field, p.place) for p in found.problems] == [
        ("level_moved", "indicators[5].level1", Place(line=31))
    ]
