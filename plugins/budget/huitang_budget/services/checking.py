"""Running the rules and keeping what they found; a second run keeps the decisions on what is found again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from huitang_budget.declarations.importing import place_text
from huitang_budget.declarations.model import Declaration, Finding, NotComputed, Review
from huitang_budget.declarations.review import review_declarations
from huitang_budget.events import DeclarationChecked
from huitang_budget.services.access import REVIEW, Ctx, check_version, row_in_scope
from huitang_budget.services.comparing import Others, load_others
from huitang_budget.services.history import record
from huitang_budget.settings import catalogue_of
from huitang_budget.tables import StoredFinding, StoredNotComputed
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id

LIMIT_REACHED = "comparison.limit"
COMPARISONS = "comparison."
"""Rules under this prefix look at other declarations; those that name none sum all of them up."""


async def run_rules(ctx: Ctx, declarations: Sequence[Declaration], others: Others) -> list[Review]:
    """Review off the event loop: a large comparison takes seconds."""
    catalogue, today = catalogue_of(ctx.settings), ctx.clock.today()
    forms = [other.form for other in others.entries]
    reviews = await asyncio.to_thread(review_declarations, declarations, others=forms, on=today, catalogue=catalogue)
    if not others.left_out:
        return reviews
    reason = f"同年度申报表过多：只与最近导入的 {len(forms)} 份作了比较，另有 {others.left_out} 份没有比较"
    noted = NotComputed(LIMIT_REACHED, reason)
    return [msgspec.structs.replace(review, not_computed=(*review.not_computed, noted)) for review in reviews]


def stored_findings(declaration_id: UUID, review: Review, others: Others) -> list[StoredFinding]:
    """Rows for the findings of one review, in order."""
    rows: list[StoredFinding] = []
    used: dict[str, int] = {}
    for position, finding in enumerate(review.findings):
        related = others.ids_of(finding.related)
        key = finding_key(finding, related)
        used[key] = used.get(key, 0) + 1
        rows.append(_row(declaration_id, position, finding, f"{key}:{used[key]}", related, others))
    return rows


def _row(
    declaration_id: UUID, position: int, finding: Finding, key: str, related: list[UUID], others: Others
) -> StoredFinding:
    sums_up = finding.rule.startswith(COMPARISONS) and not related
    return StoredFinding(
        id=new_id(),
        declaration_id=declaration_id,
        key=key,
        position=position,
        rule=finding.rule,
        criterion=finding.criterion,
        severity=finding.severity,
        field=finding.field,
        quote=finding.quote,
        message=finding.message,
        place=place_text(finding.place) if finding.place else "",
        related_ids=related,
        compared_units=others.units() if sums_up else [],
    )


def finding_key(finding: Finding, related: Sequence[UUID]) -> str:
    """What makes a finding the same one in the next run: rule, field, quote and the declarations it names."""
    parts = [finding.rule, finding.field, finding.quote, *map(str, related)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def stored_gaps(declaration_id: UUID, review: Review) -> list[StoredNotComputed]:
    """Rows for the rules that could not be computed."""
    return [
        StoredNotComputed(id=new_id(), declaration_id=declaration_id, rule=gap.rule, reason=gap.reason)
        for gap in review.not_computed
    ]


async def check_again(ctx: Ctx, actor: Actor, declaration_id: UUID, *, version: int | None = None) -> dict[str, int]:
    """Run today's rules on a stored declaration; returns how many findings are new, kept and gone.

    Decisions stay with findings that are found again. A decided finding that is gone is written to the record with its
    decision before it leaves the list. The row's version stays: the state of the review does not change.
    """
    row = await row_in_scope(ctx, actor, declaration_id, REVIEW)
    check_version(row, version)
    declaration = msgspec.json.decode(row["content"], type=Declaration)
    others = await load_others(ctx, [declaration], without=declaration_id)
    review = (await run_rules(ctx, [declaration], others))[0]
    async with ctx.db.write(actor) as write:
        changed = await _replace(ctx, write, actor, declaration_id, stored_findings(declaration_id, review, others))
        await ctx.db.execute("DELETE FROM budget.not_computed WHERE declaration_id = $1", declaration_id)
        if gaps := stored_gaps(declaration_id, review):
            await StoredNotComputed.insert(*gaps)
        await ctx.db.execute(
            "UPDATE budget.declaration SET checked_on = $2, updated_at = $3 WHERE id = $1",
            declaration_id,
            ctx.clock.today(),
            ctx.clock.now(),
        )
        await write.emit(DeclarationChecked(declaration_id=declaration_id))
    return changed


KEEP = """
UPDATE budget.finding SET position = $2, severity = $3, criterion = $4, message = $5, place = $6, compared_units = $7
WHERE id = $1
"""


async def _replace(
    ctx: Ctx, write: Write, actor: Actor, declaration_id: UUID, found: Sequence[StoredFinding]
) -> dict[str, int]:
    known = await ctx.db.fetch(
        "SELECT id, key, rule, quote, state, reason FROM budget.finding WHERE declaration_id = $1 FOR UPDATE",
        declaration_id,
    )
    by_key = {row["key"]: row for row in known}
    fresh = [row for row in found if row.key not in by_key]
    for row in found:
        if row.key in by_key:
            values = (row.position, row.severity, row.criterion, row.message, row.place, row.compared_units)
            await ctx.db.execute(KEEP, by_key[row.key]["id"], *values)
    gone = [row for row in known if row["key"] not in {row.key for row in found}]
    await ctx.db.execute("DELETE FROM budget.finding WHERE id = ANY($1::uuid[])", [row["id"] for row in gone])
    if fresh:
        await StoredFinding.insert(*fresh)
    changed = {"new": len(fresh), "kept": len(found) - len(fresh), "gone": len(gone)}
    lost = [_decision(row) for row in gone if row["state"] != "open"]
    await record(ctx, write, actor, declaration_id, "declaration.checked", {**changed, "decisions_gone": lost})
    return changed


def _decision(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in ("rule", "quote", "state", "reason")}
