"""Deciding findings, writing the opinion and closing the review."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from huitang_budget.events import FindingDecided, OpinionWritten, ReviewFinished, ReviewReopened
from huitang_budget.services.access import (
    READ,
    REVIEW,
    Ctx,
    change_row,
    check_version,
    finding_in_scope,
    ref,
    row_in_scope,
    stale,
)
from huitang_budget.services.history import record
from huitang_sdk.contracts import Actor, Scope, Write
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("budget")
State = Literal["open", "accepted", "dismissed"]
CONCLUSIONS = ("pass", "revise", "reject")
MAX_REASON = 2000
MAX_OPINION = 20_000


async def decide_finding(
    ctx: Ctx, actor: Actor, finding_id: UUID, state: State, *, reason: str = "", version: int | None = None
) -> UUID:
    """Accept or dismiss a finding, or take the decision back ("open"); returns the declaration's id.

    A dismissal needs a reason (Invalid). Raises Conflict when it was decided meanwhile or the review is finished.
    """
    reason = reason.strip()
    _check_reason(state, reason)
    finding = await _finding(ctx, actor, finding_id)
    declaration_id: UUID = finding["declaration_id"]
    async with ctx.db.write(actor) as write:
        changed = await ctx.db.fetch(
            """
            UPDATE budget.finding SET state = $2, reason = $3, version = version + 1,
                decided_by = CASE WHEN $2 = 'open' THEN NULL ELSE $4::uuid END,
                decided_at = CASE WHEN $2 = 'open' THEN NULL ELSE $5::timestamptz END
            WHERE id = $1 AND version = coalesce($6::int, version) RETURNING version
            """,
            *(finding_id, state, "" if state == "open" else reason, actor.account_id, ctx.clock.now(), version),
        )
        if not changed:
            raise stale()
        await _start_review(ctx, write, actor, declaration_id, finding["status"])
        before = {"state": finding["state"], "reason": finding["reason"]}
        detail = {
            "finding_id": str(finding_id),
            "rule": finding["rule"],
            "message": finding["message"],
            "before": before,
        }
        detail["after"] = {"state": state, "reason": reason}
        action = {"open": "finding.reopened", "accepted": "finding.accepted", "dismissed": "finding.dismissed"}[state]
        await record(ctx, write, actor, declaration_id, action, detail, reason=reason)
        await write.emit(FindingDecided(declaration_id=declaration_id, finding_id=finding_id, state=state))
    return declaration_id


def _check_reason(state: str, reason: str) -> None:
    if state not in ("open", "accepted", "dismissed"):
        raise Invalid(_("A finding can be accepted, dismissed or opened again."))
    if state == "dismissed" and not reason:
        message = _("Say why the finding is dismissed; without a reason nothing was saved.")
        raise Invalid(message, fields={"reason": message})
    if len(reason) > MAX_REASON:
        message = _("The reason is longer than {count} characters.", count=MAX_REASON)
        raise Invalid(message, fields={"reason": message})


async def _finding(ctx: Ctx, actor: Actor, finding_id: UUID) -> dict[str, Any]:
    scope: Scope = ctx.permissions.scope(actor, READ)
    sql = Sql(finding_id)
    rows = await ctx.db.fetch(
        "SELECT f.declaration_id, f.state, f.reason, f.rule, f.message FROM budget.finding f"
        f" WHERE f.id = $1 AND {finding_in_scope(scope, sql)}",
        *sql.values,
    )
    if not rows:
        raise NotFound(_("There is no such finding, or it is not yours to see."))
    row = await row_in_scope(ctx, actor, rows[0]["declaration_id"], REVIEW, "d.status")
    if row["status"] == "reviewed":
        raise Conflict(_("The review is finished. Open it again to change decisions."))
    return {**rows[0], "status": row["status"]}


async def _start_review(ctx: Ctx, write: Write, actor: Actor, declaration_id: UUID, status: str) -> None:
    """The first decision starts the review; the row's version stays, so that open forms on the page remain valid."""
    if status == "in_review":
        sql = "UPDATE budget.declaration SET updated_at = $2 WHERE id = $1"
        await ctx.db.execute(sql, declaration_id, ctx.clock.now())
    else:
        await ctx.workflow.move(write, actor, ref(declaration_id), "begin", settled=True)


async def write_opinion(ctx: Ctx, actor: Actor, declaration_id: UUID, text: str, *, version: int | None = None) -> None:
    """Keep the reviewer's own words for the opinion document; earlier versions stay in the record."""
    text = text.strip()
    if len(text) > MAX_OPINION:
        message = _("The opinion is longer than {count} characters.", count=MAX_OPINION)
        raise Invalid(message, fields={"opinion": message})
    row = await row_in_scope(ctx, actor, declaration_id, REVIEW, "d.opinion, d.version, d.status")
    check_version(row, version)
    if row["status"] == "reviewed":
        raise Conflict(_("The review is finished. Open it again to change the opinion."))
    async with ctx.db.write(actor) as write:
        await change_row(ctx, declaration_id, row["version"], "opinion = $3", text)
        await record(ctx, write, actor, declaration_id, "opinion.written", {"before": row["opinion"], "after": text})
        await write.emit(OpinionWritten(declaration_id=declaration_id))


async def finish_review(
    ctx: Ctx, actor: Actor, declaration_id: UUID, conclusion: str, *, version: int | None = None
) -> None:
    """Close the review with a conclusion. Raises Conflict while findings the actor sees are undecided."""
    if conclusion not in CONCLUSIONS:
        message = _("Choose a conclusion.")
        raise Invalid(message, fields={"conclusion": message})
    row = await row_in_scope(ctx, actor, declaration_id, REVIEW, "d.status, d.version, d.conclusion")
    check_version(row, version)
    if row["status"] == "reviewed":
        raise Conflict(_("The review is finished already."))
    async with ctx.db.write(actor) as write:
        await ctx.workflow.move(write, actor, ref(declaration_id), "finish", data={"conclusion": conclusion})
        values = (conclusion, ctx.clock.now(), actor.account_id)
        await change_row(
            ctx, declaration_id, row["version"], "conclusion = $3, reviewed_at = $4, reviewed_by = $5", *values
        )
        await write.emit(ReviewFinished(declaration_id=declaration_id, conclusion=conclusion))


async def reopen_review(
    ctx: Ctx, actor: Actor, declaration_id: UUID, *, reason: str, version: int | None = None
) -> None:
    """Take a finished review up again; that needs a reason."""
    if not reason.strip():
        message = _("Say why the review is opened again.")
        raise Invalid(message, fields={"reason": message})
    row = await row_in_scope(ctx, actor, declaration_id, REVIEW, "d.status, d.version, d.conclusion")
    check_version(row, version)
    if row["status"] != "reviewed":
        raise Conflict(_("The review is not finished."))
    async with ctx.db.write(actor) as write:
        taken_back = {"conclusion": row["conclusion"]}
        await ctx.workflow.move(write, actor, ref(declaration_id), "reopen", note=reason, data=taken_back)
        await change_row(ctx, declaration_id, row["version"], "conclusion = '', reviewed_at = NULL, reviewed_by = NULL")
        await write.emit(ReviewReopened(declaration_id=declaration_id))
