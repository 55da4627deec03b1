"""Sample declarations of the fictional city, written in the form's own layout and imported like any other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from huitang_budget.services.access import Ctx
from huitang_budget.services.assigning import assign, reviewers
from huitang_budget.services.deciding import decide_finding, finish_review, write_opinion
from huitang_budget.services.detail import FindingView, get_declaration
from huitang_budget.services.importing import import_files
from huitang_budget.services.storing import Upload
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM

TYPES = (
    "市委市政府已确定的新增项目", "结转项目", "其他一次性项目", "经常性专项业务费", "其他经常性项目",
)  # fmt: skip
USES = ("基本建设工程类", "信息化建设类", "政策补贴类", "政府购买服务", "资产购置类", "其他事业专业类")
OPINIONS = (
    "项目立项依据充分，目标与资金匹配。请按采纳的审查发现修改申报表后重新报送。",
    "建议申报单位补充成本构成明细，并将无法衡量的指标值改为数值或分级标准。",
    "绩效目标明确、指标可衡量，同意按现有目标批复。",
)
DISMISSALS = ("经与申报单位核实，附件中已有说明。", "属于表式问题，不影响目标审核。", "该项已在可行性研究报告中论证。")


async def load(ctx: Ctx, city: Any) -> None:
    """Import the sample declarations, assign some and decide on some; a second time nothing changes."""
    del city
    if await ctx.db.fetch("SELECT 1 FROM budget.declaration LIMIT 1"):
        return
    root = (await ctx.identity.organisations())[0]
    clerk = city_actor(root.id)
    outcomes = await import_files(ctx, clerk, sample_files(), batch="samples")
    failed = [f"{outcome.name}: {outcome.error}" for outcome in outcomes if outcome.error]
    if failed:
        raise ValueError("; ".join(failed))
    ids = [form.id for outcome in outcomes for form in outcome.forms]
    await _work(ctx, ids)


def city_actor(organisation_id: UUID) -> Actor:
    """The platform itself, standing in the city: owner of what names no unit of the tree."""
    return Actor(name=SYSTEM.name, is_system=True, organisation_id=organisation_id)


async def _work(ctx: Ctx, ids: Sequence[UUID]) -> None:
    """Two thirds assigned, half begun, some finished: every state and every chart has something to show."""
    today = ctx.clock.today()
    for number, declaration_id in enumerate(ids):
        detail = await get_declaration(ctx, SYSTEM, declaration_id)
        people = await reviewers(ctx, detail.organisation_id)
        if not people or number % 4 == 3:
            continue
        person = people[number % len(people)]
        await assign(ctx, SYSTEM, declaration_id, person.id, due=today + timedelta(days=1 + number))
        actor = Actor(account_id=person.id, name=person.name, is_system=True)
        if number % 4 != 2:
            await _decide(ctx, actor, number, detail.id, detail.findings)


async def _decide(ctx: Ctx, actor: Actor, number: int, declaration_id: UUID, findings: Sequence[FindingView]) -> None:
    finished = number % 8 == 0
    for place, finding in enumerate(findings):
        if finished or place % 3 != 2:
            dismissed = (number + place) % 5 == 4
            reason = DISMISSALS[place % len(DISMISSALS)] if dismissed else ""
            await decide_finding(ctx, actor, finding.id, "dismissed" if dismissed else "accepted", reason=reason)
    await write_opinion(ctx, actor, declaration_id, OPINIONS[number % len(OPINIONS)])
    if finished:
        conclusion = "pass" if not findings else "revise" if len(findings) < 8 else "reject"
        await finish_review(ctx, actor, declaration_id, conclusion)


def sample_forms() -> list[dict[str, Any]]:
    """The sample projects as data."""
    text = (files("huitang_budget") / "documents" / "samples.toml").read_text(encoding="utf-8")
    forms: list[dict[str, Any]] = tomllib.loads(text)["forms"]
    return forms


def sample_files() -> list[Upload]:
    """The sample forms as files; some files hold two forms."""
    texts: dict[str, list[str]] = {}
    for form in sample_forms():
        texts.setdefault(form["file"], []).append(form_text(form))
    return [Upload(name, "\n\n".join(parts).encode()) for name, parts in texts.items()]


def form_text(form: Mapping[str, Any]) -> str:
    """One form in the printed layout: labels and values with tabs between, as a scanner gives it."""
    return "\n".join(_lines(form)) + "\n"


def _lines(form: Mapping[str, Any]) -> Iterator[str]:
    yield from ("云江市财政支出项目绩效目标申报表", "", f"({form['year']}年)", "", f"申报单位名称：{form['unit']}", "")
    yield f"项目名称\t{form['project']}"
    yield f"项目类型\t{_boxes(TYPES, form['type'])}"
    yield f"资金用途\t{_boxes(USES, form['use'])}"
    yield f"开始时间\t{form['start']}\t结束时间\t{form['end']}"
    yield f"项目概况\t{form['overview']}"
    yield f"立项依据\t{form['basis']}"
    yield f"项目设立的必要性\t{form['necessity']}"
    yield f"保证项目实施的制度、措施\t{form['measures']}"
    total, current, before, spent = form["amounts"]
    yield f"项目总预算（元）\t{total}\t项目当年预算（元）\t{current}"
    yield f"同名项目上年预算额（元）\t{before}\t同名项目上年预算执行数（元）\t{spent}"
    yield from ("", "\t子项目名称\t\t预算金额（元）")
    for number, (name, amount) in enumerate(form["sub_projects"]):
        yield f"{'项目当年投入资金构成' if number == 0 else ''}\t{name}\t\t{amount}"
    yield f"项目实施计划\t{' '.join(f'<p>{_step(line)}</p>' for line in form['plan'])}"
    yield f"项目总目标\t{form['overall']}"
    yield f"年度绩效目标\t{form['annual']}"
    yield from _indicators(form["indicators"])
    yield "备注"


def _boxes(labels: Sequence[str], ticked: str) -> str:
    boxes = {True: '<input checked="" type="checkbox"/>', False: '<input type="checkbox"/>'}
    return " ".join(f"{label} {boxes[label == ticked]}" for label in labels)


def _step(line: str) -> str:
    """ "2026-03-25 开标" as forms write it: "开标：2026-03-25"; a step without a date stays as it is."""
    day, _space, title = line.partition(" ")
    return f"{title}：{day}" if title and day[:4].isdigit() else line


def _indicators(rows: Sequence[str]) -> Iterator[str]:
    """The table, each level printed once like merged cells."""
    if not rows:
        return
    yield from ("分解目标", "一级指标\t二级指标\t三级指标\t指标目标值")
    above = ("", "")
    for row in rows:
        level1, level2, level3, target = row.split("|")
        first = "" if above[0] == level1 else level1
        second = "" if above == (level1, level2) else level2
        above = (level1, level2)
        yield f"{first}\t{second}\t{level3}\t{target}"
