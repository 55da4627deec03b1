"""What `budget declarations check` prints: one JSON array, or a readable report in zh-CN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from huitang_budget.declarations.model import Choice, Declaration, Finding, Found, Place, Review
from huitang_budget.declarations.parse.money import yuan
from huitang_budget.declarations.readers.base import place_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

CRITERIA = {"completeness": "完整性", "relevance": "相关性", "adequacy": "适当性", "feasibility": "可行性"}
"""Terms of the four criteria in reports; in data they are English keys."""

SEVERITIES = {"high": "严重", "medium": "一般", "low": "轻微", "info": "提示"}
_STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}


def declaration_json(declaration: Declaration, review: Review) -> dict[str, Any]:
    """One declaration and its review as plain data: amounts integer fen or None, dates `date` or None."""
    return {
        "source": declaration.source,
        "form": declaration.form,
        "declaring_unit": declaration.declaring_unit.value,
        "year": declaration.year.value,
        "project_name": declaration.project_name.value,
        "project_types": ticked(declaration.project_types),
        "fund_uses": ticked(declaration.fund_uses),
        "start": declaration.start.value,
        "end": declaration.end.value,
        "total_fen": declaration.total_fen.value,
        "current_year_fen": declaration.current_year_fen.value,
        "previous_year_fen": declaration.previous_year_fen.value,
        "previous_executed_fen": declaration.previous_executed_fen.value,
        "sub_projects": [
            {"name": sub.name.value, "amount_fen": sub.amount_fen.value} for sub in declaration.sub_projects
        ],
        "milestones": [{"title": m.title, "date": m.date, "text": m.text} for m in declaration.milestones],
        "indicators": [
            {name: getattr(row, name) for name in ("level1", "level2", "level3", "target", "operator", "value", "unit")}
            for row in declaration.indicators
        ],
        "findings": [_finding(finding) for finding in review.findings],
        "not_computed": [{"rule": item.rule, "reason": item.reason} for item in review.not_computed],
        "problems": [
            {"code": p.code, "field": p.field, "quote": p.quote, "message": p.message, "place": _place(p.place)}
            for p in declaration.problems
        ],
    }


def ticked(choices: Sequence[Choice]) -> list[str]:
    """Labels of the boxes known to be ticked."""
    return [choice.label for choice in choices if choice.ticked]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "criterion": CRITERIA[finding.criterion],
        "severity": finding.severity,
        "field": finding.field,
        "quote": finding.quote,
        "message": finding.message,
        "place": _place(finding.place),
        "related": list(finding.related),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    """The parts of a place that the format has."""
    built: dict[str, Any] | None = msgspec.to_builtins(place)
    return built


def render_json(declarations: Sequence[Declaration], reviews: Sequence[Review]) -> str:
    """The array that `--format json` prints; numbers of indicators exactly as written (100.00)."""
    rows = [declaration_json(d, r) for d, r in zip(declarations, reviews, strict=True)]
    encoded = msgspec.json.Encoder(decimal_format="number").encode(rows)
    return msgspec.json.format(encoded, indent=2).decode()


def print_report(console: Console, declarations: Sequence[Declaration], reviews: Sequence[Review]) -> None:
    """The readable report: per declaration its main facts, what was hard to read, and the findings."""
    for declaration, review in zip(declarations, reviews, strict=True):
        console.rule(_plain(declaration.project_name.value or "（没有读到项目名称）"))
        console.print(_facts(declaration))
        for problem in declaration.problems:
            console.print(f"  ⚠ {problem.message}", style="yellow", markup=False)
        if review.findings:
            console.print(_findings(review.findings))
        else:
            console.print("没有审查意见。", style="green")
        for skipped in review.not_computed:
            console.print(f"  ○ 规则 {skipped.rule} 无法计算：{skipped.reason}", style="dim", markup=False)
    total = sum(len(review.findings) for review in reviews)
    console.print(f"共 {len(declarations)} 份申报表，{total} 条审查意见。", style="bold")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _facts(declaration: Declaration) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, value in _fact_rows(declaration):
        table.add_row(name, _plain(value))
    return table


def _fact_rows(declaration: Declaration) -> list[tuple[str, str]]:
    def money(found: Found[int]) -> str:
        return yuan(found.value) if found.value is not None else (f"未读出（{found.text}）" if found.text else "—")

    days = (declaration.start, declaration.end)
    dates = " 至 ".join(found.value.isoformat() if found.value else (found.text or "—") for found in days)
    steps = "；".join(f"{m.title} {m.date or '（无日期）'}" for m in declaration.milestones)
    return [
        ("文件", f"{declaration.source}（第 {declaration.form} 份表）"),
        ("申报单位", declaration.declaring_unit.value or "—"),
        ("年度", str(declaration.year.value or "—")),
        ("项目类型", "、".join(ticked(declaration.project_types)) or "—"),
        ("资金用途", "、".join(ticked(declaration.fund_uses)) or "—"),
        ("起止时间", dates),
        ("总预算", money(declaration.total_fen)),
        ("当年预算", money(declaration.current_year_fen)),
        ("上年预算 / 执行", f"{money(declaration.previous_year_fen)} / {money(declaration.previous_executed_fen)}"),
        ("实施计划", steps or "—"),
        ("指标", f"{len(declaration.indicators)} 条"),
    ]


def _findings(findings: Sequence[Finding]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=False)
    for name in ("标准", "程度", "规则", "意见", "依据的原文"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        where = f"（{place_text(finding.place)}）" if finding.place else ""
        table.add_row(
            CRITERIA[finding.criterion],
            Text(SEVERITIES[finding.severity], style=_STYLES[finding.severity]),
            Text(finding.rule),
            Text(finding.message),
            Text(finding.quote[:80] + where),
        )
    return table
