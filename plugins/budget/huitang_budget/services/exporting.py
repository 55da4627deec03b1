"""The filtered list as a workbook: one sheet of declarations, one of their findings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from huitang_budget.services.access import EXPORT, READ, Ctx, finding_in_scope, in_scope
from huitang_budget.services.detail import names_of
from huitang_budget.services.listing import Filter, Row, list_declarations
from huitang_budget.services.wording import rule_title, word
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import Sql, new_id
from huitang_sdk.documents import Column, Sheet, workbook
from huitang_sdk.i18n import Translator

_ = Translator("budget")
BATCH = 200
LIMIT = 20_000
"""The most declarations of one export; the workbook says when there were more."""


async def export_list(ctx: Ctx, actor: Actor, wanted: Filter, ids: Sequence[UUID] = ()) -> bytes:
    """Everything that matches the filter (and is among `ids`, if given) and may be exported by the actor."""
    rows, total = await _rows(ctx, actor, wanted)
    if ids:
        rows = [row for row in rows if row.id in set(ids)]
        total = len(rows)
    findings = await _findings(ctx, actor, [row.id for row in rows])
    names = await names_of(ctx, [row.assignee_id for row in rows])
    sheets = [
        Sheet(_("Declarations"), _declaration_columns(), _declaration_rows(rows, names, total)),
        Sheet(_("Findings"), _finding_columns(), _finding_rows(ctx, findings)),
    ]
    content = await asyncio.to_thread(workbook, [_resolved(sheet) for sheet in sheets])
    async with ctx.db.write(actor) as write:
        detail = {"declarations": len(rows), "findings": len(findings), "filter": msgspec.to_builtins(wanted)}
        await write.audit("budget.declaration.exported", Ref("budget.export", new_id()), detail=detail)
    return content


def _resolved(sheet: Sheet) -> Sheet:
    """The rows made here, in the reader's language, and not in the thread that writes them."""
    return Sheet(sheet.name, sheet.columns, list(sheet.rows))


async def _rows(ctx: Ctx, actor: Actor, wanted: Filter) -> tuple[list[Row], int]:
    rows: list[Row] = []
    page = 1
    while True:
        asked = msgspec.structs.replace(wanted, page=page, size=BATCH)
        part = await list_declarations(ctx, actor, asked, permission=EXPORT)
        rows += part.rows
        if len(part.rows) < BATCH or len(rows) >= LIMIT:
            return rows[:LIMIT], part.total
        page += 1


async def _findings(ctx: Ctx, actor: Actor, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    sql = Sql(list(ids))
    scope = ctx.permissions.scope(actor, EXPORT)
    readable = ctx.permissions.scope(actor, READ)
    return await ctx.db.fetch(
        f"""
        SELECT d.unit, d.project, d.year, f.severity, f.criterion, f.rule, f.message, f.quote, f.place,
            f.state, f.reason
        FROM budget.finding f JOIN budget.declaration d ON d.id = f.declaration_id
        WHERE d.id = ANY($1::uuid[]) AND {in_scope(scope, sql)} AND {finding_in_scope(readable, sql)}
        ORDER BY array_position($1::uuid[], d.id), f.position
        """,
        *sql.values,
    )


def _declaration_columns() -> list[Column]:
    return [
        Column(_("Declaring unit"), 30),
        Column(_("Project"), 44),
        Column(_("Year"), 8, "number"),
        Column(_("Total budget (yuan)"), 18, "money"),
        Column(_("Budget of the year (yuan)"), 18, "money"),
        Column(_("Budget of the previous year (yuan)"), 18, "money"),
        Column(_("Spent of it (yuan)"), 18, "money"),
        Column(_("Status"), 10),
        Column(_("Conclusion"), 14),
        Column(_("Reviewer"), 12),
        Column(_("Due"), 12, "date"),
        Column(word("high"), 6, "integer"),
        Column(word("medium"), 6, "integer"),
        Column(word("low"), 6, "integer"),
        Column(word("info"), 6, "integer"),
        Column(_("Undecided"), 8, "integer"),
        Column(_("File"), 30),
        Column(_("Imported"), 18, "time"),
    ]


def _declaration_rows(rows: Sequence[Row], names: dict[UUID, str], total: int) -> Iterator[Sequence[Any]]:
    for row in rows:
        yield (
            row.unit,
            row.project,
            row.year,
            row.total_fen,
            row.current_year_fen,
            row.previous_year_fen,
            row.previous_executed_fen,
            word(row.status),
            word(row.conclusion),
            names.get(row.assignee_id, "") if row.assignee_id else "",
            row.due,
            row.high,
            row.medium,
            row.low,
            row.info,
            row.open,
            row.file_name,
            row.imported_at,
        )
    if total > len(rows):
        left = _("{count} more were left out; narrow the filter.", count=total - len(rows))
        yield (left, *[None] * (len(_declaration_columns()) - 1))


def _finding_columns() -> list[Column]:
    return [
        Column(_("Declaring unit"), 30),
        Column(_("Project"), 44),
        Column(_("Year"), 8, "number"),
        Column(_("Severity"), 8),
        Column(_("Criterion"), 10),
        Column(_("Rule"), 24),
        Column(_("Finding"), 60),
        Column(_("Quote"), 40),
        Column(_("Place"), 18),
        Column(_("Decision"), 10),
        Column(_("Reason"), 30),
    ]


def _finding_rows(ctx: Ctx, findings: Sequence[dict[str, Any]]) -> Iterator[Sequence[Any]]:
    for row in findings:
        yield (
            row["unit"],
            row["project"],
            row["year"],
            word(row["severity"]),
            word(row["criterion"]),
            rule_title(ctx, row["rule"]),
            row["message"],
            row["quote"],
            row["place"],
            word(row["state"]),
            row["reason"],
        )
