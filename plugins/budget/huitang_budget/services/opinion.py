"""The review opinion as a Word document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitang_budget.declarations.model import Found
from huitang_budget.services.access import Ctx
from huitang_budget.services.detail import Detail, FindingView, get_declaration, names_of
from huitang_budget.services.template import OPINION
from huitang_budget.services.wording import CRITERIA, rule_basis, rule_title, word
from huitang_sdk.contracts import Actor
from huitang_sdk.i18n import format_money, use_locale


async def opinion_document(ctx: Ctx, actor: Actor, declaration_id: UUID) -> tuple[str, bytes]:
    """The file name and the document. Raises NotFound out of scope, BrokenTemplate for a broken template."""
    detail = await get_declaration(ctx, actor, declaration_id)
    people = await names_of(ctx, [detail.assignee_id, detail.reviewed_by])
    values = opinion_values(ctx, detail, people)
    document = await ctx.documents.fill(OPINION.id, values)
    return f"审查意见-{file_part(values['project'])}{document.ending}", document.content


def file_part(text: str) -> str:
    """A text as a part of a file name."""
    kept = "".join(" " if char in '\\/:*?"<>|' or not char.isprintable() else char for char in text)
    return " ".join(kept.split())[:80] or "申报表"


def opinion_values(ctx: Ctx, detail: Detail, people: dict[UUID, str]) -> dict[str, Any]:
    """What a template may name. The opinion is written in Chinese whatever language its reader works in."""
    form = detail.form
    with use_locale("zh-CN"):
        shown = [finding for finding in detail.findings if finding.state != "dismissed"]
        day = ctx.clock.today()
        return {
            "project": _text(form.project_name),
            "unit": _text(form.declaring_unit),
            "year": form.year.value or "",
            "total": format_money(form.total_fen.value),
            "current_year": format_money(form.current_year_fen.value),
            "previous_year": format_money(form.previous_year_fen.value),
            "start": form.start.value.isoformat() if form.start.value else form.start.text,
            "end": form.end.value.isoformat() if form.end.value else form.end.text,
            "conclusion": word(detail.conclusion) or "（未作结论）",
            "opinion": detail.opinion,
            "opinion_paragraphs": [line for line in detail.opinion.splitlines() if line.strip()],
            "findings": [_finding(ctx, number, finding) for number, finding in enumerate(shown, start=1)],
            "criteria": [_criterion(ctx, name, shown) for name in CRITERIA],
            "counts": {name: sum(f.severity == name for f in shown) for name in ("high", "medium", "low", "info")},
            "dismissed": [_finding(ctx, n, f) for n, f in enumerate(detail.findings, 1) if f.state == "dismissed"],
            "not_computed": [
                {"rule": gap.rule, "title": rule_title(ctx, gap.rule), "reason": gap.reason}
                for gap in detail.not_computed
            ],
            "reviewer": people.get(detail.reviewed_by or detail.assignee_id or UUID(int=0), ""),
            "date": f"{day.year}年{day.month}月{day.day}日",
            "file_name": detail.file_name,
        }


def _text(found: Found[str]) -> str:
    return found.value or found.text


def _finding(ctx: Ctx, number: int, finding: FindingView) -> dict[str, Any]:
    return {
        "number": number,
        "criterion": word(finding.criterion),
        "severity": word(finding.severity),
        "message": finding.message,
        "quote": finding.quote,
        "place": finding.place,
        "state": word(finding.state),
        "reason": finding.reason,
        "basis": rule_basis(ctx, finding.rule),
    }


def _criterion(ctx: Ctx, name: str, shown: Sequence[FindingView]) -> dict[str, Any]:
    own = [finding for finding in shown if finding.criterion == name]
    return {"name": word(name), "findings": [_finding(ctx, n, finding) for n, finding in enumerate(own, start=1)]}
