"""Well-made forms of the fictional city 云江市, and small helpers that change one thing in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from huitang_budget.declarations.model import Choice, Declaration, Found, Indicator, Milestone, Place, SubProject

AMOUNTS = ("total_fen", "current_year_fen", "previous_year_fen", "previous_executed_fen")
TYPES = ("市委市政府已确定的新增项目", "结转项目", "其他一次性项目", "经常性专项业务费", "其他经常性项目")
USES = ("基本建设工程类", "信息化建设类", "政策补贴类", "政府购买服务", "资产购置类", "其他事业专业类")


def day(text: str) -> date:
    return date(*map(int, text.split("-")))


def found(value: Any, text: str | None = None) -> Found[Any]:
    return Found(value, str(value) if text is None else text, Place(line=1))


def boxes(labels: Sequence[str], *ticked: str) -> tuple[Choice, ...]:
    return tuple(Choice(label, label in ticked) for label in labels)


def hidden(labels: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(label, None) for label in labels)


def sub(name: str, yuan: int | None, text: str | None = None) -> SubProject:
    amount = Found(None, text or "") if yuan is None else found(yuan * 100, text or str(yuan))
    return SubProject(found(name), amount)


def step(title: str, when: str | None, text: str | None = None) -> Milestone:
    said = text if text is not None else f"{title}：{when}" if when else title
    return Milestone(title, day(when) if when else None, said, Place(line=2))


def row(level1: str, level2: str, level3: str, target: str) -> Indicator:
    match = re.fullmatch(r"([≥≤=><]?)\s*(\d+(?:\.\d+)?)(.*)", target)
    if match is None:
        return Indicator(level1, level2, level3, target, place=Place(line=3))
    operator, number, unit = match.groups()
    return Indicator(level1, level2, level3, target, operator or None, Decimal(number), unit or None, Place(line=3))


ROWS = (
    row("投入和管理目标", "资金投入管理", "预算执行率", "=100%"),
    row("投入和管理目标", "项目实施管理", "政府采购程序合规率", "=100%"),
    row("产出目标", "数量目标", "档案查阅功能模块上线数量", "≥6个"),
    row("产出目标", "数量目标", "档案目录数字化数量", "≥12000条"),
    row("产出目标", "质量目标", "档案扫描验收合格率", "=100%"),
    row("产出目标", "时效目标", "档案查阅系统按期完成率", "=100%"),
    row("产出目标", "成本目标", "单页数字化加工成本", "≤0.6元"),
    row("效果目标", "社会效益目标", "市民查档平均等候时间缩短", "≥30%"),
    row("影响力目标", "可持续目标", "故障平均响应时间", "≤4小时"),
    row("影响力目标", "满意度目标", "查档市民满意度", "≥92%"),
)
STEPS = (
    step("招标公告发布", "2025-3-10"),
    step("开标", "2025-4-7"),
    step("合同签订", "2025-4-21"),
    step("详细设计", "2025-5-19"),
    step("系统开发", "2025-6-10"),
    step("系统测试", "2025-9-15"),
    step("系统试运行", "2025-10-13"),
    step("验收交付", "2025-11-14"),
)
SUBS = (
    sub("查阅系统软件开发", 682_000),
    sub("扫描设备购置", 314_500),
    sub("档案目录整理录入", 200_000),
    sub("等级保护测评", 90_000),
)
GOOD: dict[str, Any] = {
    "source": "yunjiang-archive.txt",
    "year": 2025,
    "declaring_unit": "云江市档案事务中心",
    "project_name": "云江市数字档案查阅系统建设项目",
    "project_types": boxes(TYPES, "其他一次性项目"),
    "fund_uses": boxes(USES, "信息化建设类"),
    "start": day("2025-3-3"),
    "end": day("2025-12-19"),
    "overview": "本项目建设面向市民和机关的档案查阅系统，把馆藏开放档案的目录录入系统，"
    "提供网上预约、目录检索和到馆取件功能，并与市财政局、市审计局的档案目录数据对接，减少往返跑路和重复报送。",
    "basis": "1.《云江市档案管理条例》；2.《关于推进全市数字档案馆建设工作的实施意见》（云政办发〔2024〕18号）。",
    "necessity": "目前查档须到馆填单，高峰日平均等候四十分钟。市民在外地无法查询目录，亟需开通手机端预约。"
    "馆内纸质目录破损严重，查找困难，急需完成等级保护测评后对外提供电子目录。",
    "measures": "成立由分管副主任任组长的项目组，信息科负责进度，财务科负责支付审核；每周召开例会并形成纪要；"
    "监理单位按月提交报告；档案实体出入库执行《云江市档案出入库登记办法》。",
    "total_fen": 1_286_500,
    "current_year_fen": 1_286_500,
    "previous_year_fen": 0,
    "previous_executed_fen": 0,
    "sub_projects": SUBS,
    "plan": "\n".join(m.text for m in STEPS),
    "milestones": STEPS,
    "overall_goal": "用一年建成覆盖全部开放档案的查阅系统，市民凭身份证即可预约和取件，机关之间可以互查目录，"
    "建立目录更新和设备维护的固定机制。",
    "annual_goal": "1、建成含预约、检索、取件、统计的查阅系统，上线手机小程序；2、录入开放档案目录12000条；"
    "3、开通与财政、审计档案目录的数据接口；4、通过等级保护测评和竣工验收。",
    "indicators": ROWS,
    "remark": None,
}
TRAINING: dict[str, Any] = {
    "source": "yunjiang-training.txt",
    "year": 2025,
    "declaring_unit": "云江市社区服务指导中心",
    "project_name": "云江市社区工作者培训经费",
    "project_types": boxes(TYPES, "经常性专项业务费"),
    "fund_uses": boxes(USES, "政府购买服务"),
    "start": day("2025-1-1"),
    "end": day("2025-12-31"),
    "overview": "每年分四期对全市社区工作者开展业务培训，内容为救助政策、矛盾调解、消防检查和办公软件，"
    "由承办机构负责师资、场地和教材，考试合格的发给结业证书。",
    "basis": "《云江市社区工作者管理办法》第二十一条；云江市民政工作会议纪要（2024年第6次）。",
    "necessity": "全市社区工作者一千二百余人，近三年新入职人员占四成，对救助政策和调解方法不熟悉，"
    "居民投诉中有三分之一与答复不准有关，需要分期轮训并以考试检验效果。",
    "measures": "采购合同约定师资条件和违约责任；每期开班前审核课表，结业后三日内统计考试成绩和评分；"
    "评分低于八十分的课程更换教师；经费按期据实结算，票据由财务科逐项核对。",
    "total_fen": 506_300,
    "current_year_fen": 506_300,
    "previous_year_fen": 480_000,
    "previous_executed_fen": 455_200,
    "sub_projects": (sub("师资课酬", 168_000), sub("场地租用", 142_300), sub("教材印制", 76_000), sub("食宿", 120_000)),
    "plan": "2025年2月：遴选承办机构；2025年3月：第一期；2025年5月：第二期；2025年8月：第三期；2025年10月：第四期；"
    "2025年11月：考核结算",
    "milestones": (
        step("遴选承办机构", None, "2025年2月：遴选承办机构"),
        step("第一期", None, "2025年3月：第一期"),
        step("第二期", None, "2025年5月：第二期"),
        step("第三期", None, "2025年8月：第三期"),
        step("第四期", None, "2025年10月：第四期"),
        step("考核结算", None, "2025年11月：考核结算"),
    ),
    "overall_goal": "三年内把全市社区工作者轮训一遍，使新入职人员上岗前都受过业务培训，居民对社区答复的投诉逐步减少。",
    "annual_goal": "全年举办4期培训，培训社区工作者不少于400人次，考试合格率达到95%，编印教材1套。",
    "indicators": (
        row("投入和管理目标", "投入管理", "预算执行率", "≥95%"),
        row("产出目标", "数量目标", "举办培训期数", "=4期"),
        row("产出目标", "数量目标", "培训社区工作者人次", "≥400人次"),
        row("产出目标", "质量目标", "学员考试合格率", "≥95%"),
        row("产出目标", "时效目标", "培训按期开班率", "=100%"),
        row("产出目标", "成本目标", "人均培训费用", "≤1260元"),
        row("效果目标", "社会效益目标", "社区答复投诉件数下降", "≥10%"),
        row("影响力目标", "可持续目标", "自编教材沿用年限", "≥3年"),
        row("影响力目标", "满意度目标", "参训学员满意度", "≥90%"),
    ),
    "remark": None,
}


def _wrapped(name: str, value: Any) -> Any:
    if isinstance(value, (Found, tuple)) or name in ("source", "form"):
        return value
    if value is None:
        return Found()
    if name in AMOUNTS:
        return found(value * 100, str(value))
    return found(value)


def form(base: dict[str, Any] | None = None, **changes: Any) -> Declaration:
    """A well-made form with changes: plain values are wrapped, amounts are yuan, None empties a field."""
    values = {**(GOOD if base is None else base), **changes}
    if "milestones" in changes and "plan" not in changes:
        values["plan"] = "\n".join(m.text for m in values["milestones"]) or None
    return Declaration(**{name: _wrapped(name, value) for name, value in values.items()})


def training(**changes: Any) -> Declaration:
    return form(TRAINING, **changes)


def without(*words: str) -> tuple[Indicator, ...]:
    """The rows of the good table whose second level holds none of the words."""
    return tuple(r for r in ROWS if not any(word in r.level2 for word in words))


def target(name: str, text: str) -> tuple[Indicator, ...]:
    """The good table with another target in the row whose name begins so."""
    changed = tuple(row(r.level1, r.level2, r.level3, text) if r.level3.startswith(name) else r for r in ROWS)
    assert changed != ROWS
    return changed


def plus(*more: Indicator) -> tuple[Indicator, ...]:
    return (*ROWS, *more)


def moved(**days: str | None) -> tuple[Milestone, ...]:
    """The good plan with other dates for the steps of these titles; None drops the step."""
    assert set(days) <= {m.title for m in STEPS}
    kept = (m for m in STEPS if days.get(m.title, "") is not None)
    return tuple(step(m.title, days[m.title]) if m.title in days else m for m in kept)


@dataclass(frozen=True)
class Case:
    """A form, what it is compared with, and whether the rule fires on it; `on` what field, if that is worth stating."""

    declaration: Declaration
    fires: bool
    others: tuple[Declaration, ...] = ()
    on: str | None = None


Examples = dict[str, tuple[Case, Case, Case]]
"""Rule id → firing, not firing, boundary."""


def yes(on: str | None = None, /, others: Sequence[Declaration] = (), base: Any = None, **changes: Any) -> Case:
    return Case(form(base, **changes), True, tuple(others), on)


def no(others: Sequence[Declaration] = (), base: Any = None, **changes: Any) -> Case:
    return Case(form(base, **changes), False, tuple(others))


def another(**changes: Any) -> Declaration:
    """The training form under another source, to compare with."""
    return training(**{"source": "other.txt", **changes})


def replaced(declaration: Declaration, **changes: Any) -> Declaration:
    return msgspec.structs.replace(declaration, **changes)
