"""Deciding findings, writing the opinion and closing the review."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from huitang_budget.events import FindingDecided, OpinionWritten, ReviewFinished, ReviewReopened
from huitang_budget.services.access import (
    READ,
    REVIEW,
    Ctx,
    check_version,
    finding_in_scope,
    ref,
    row_in_scope,
    stale,
)
from huitang_budget.services.assigning import open_todo
from huitang_budget.services.history import record
from huitang_sdk.contracts import Actor, Scope
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
        await _start_review(ctx, declaration_id)
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
    return rows[0]


async def _start_review(ctx: Ctx, declaration_id: UUID) -> None:
    """The first decision starts the review; the row's version stays, so that open forms on the page remain valid."""
    await ctx.db.execute(
        "UPDATE budget.declaration SET updated_at = $2,"
        " status = CASE WHEN status = 'reviewed' THEN status ELSE 'in_review' END WHERE id = $1",
        declaration_id,
        ctx.clock.now(),
    )


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
        await _change(ctx, declaration_id, row["version"], "opinion = $3", text)
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
    if open_findings := await _open_findings(ctx, actor, declaration_id):
        raise Conflict(_("{count} findings are not decided yet. Accept or dismiss them first.", count=open_findings))
    async with ctx.db.write(actor) as write:
        values = (conclusion, ctx.clock.now(), actor.account_id)
        await _change(
            ctx,
            declaration_id,
            row["version"],
            "status = 'reviewed', conclusion = $3, reviewed_at = $4, reviewed_by = $5",
            *values,
        )
        await ctx.todos.close(ref(declaration_id))
        detail = {"before": row["status"], "after": "reviewed", "conclusion": conclusion}
        await record(ctx, write, actor, declaration_id, "review.finished", detail)
        await write.emit(ReviewFinished(declaration_id=declaration_id, conclusion=conclusion))


async def reopen_review(
    ctx: Ctx, actor: Actor, declaration_id: UUID, *, reason: str, version: int | None = None
) -> None:
    """Take a finished review up again; that needs a reason."""
    if not reason.strip():
        message = _("Say why the review is opened again.")
        raise Invalid(message, fields={"reason": message})
    row = await row_in_scope(
        ctx, actor, declaration_id, REVIEW, "d.status, d.version, d.conclusion, d.assignee_id, d.due, d.project"
    )
    check_version(row, version)
    if row["status"] != "reviewed":
        raise Conflict(_("The review is not finished."))
    async with ctx.db.write(actor) as write:
        await _change(
            ctx,
            declaration_id,
            row["version"],
            "status = 'in_review', conclusion = '', reviewed_at = NULL, reviewed_by = NULL",
        )
        if row["assignee_id"]:
            await open_todo(ctx, declaration_id, row["project"], row["assignee_id"], row["due"])
        detail = {"before": "reviewed", "after": "in_review", "conclusion": row["conclusion"]}
        await record(ctx, write, actor, declaration_id, "review.reopened", detail, reason=reason.strip())
        await write.emit(ReviewReopened(declaration_id=declaration_id))


async def _open_findings(ctx: Ctx, actor: Actor, declaration_id: UUID) -> int:
    sql = Sql(declaration_id)
    visible = finding_in_scope(ctx.permissions.scope(actor, READ), sql)
    rows = await ctx.db.fetch(
        f"SELECT count(*) AS n FROM budget.finding f WHERE f.declaration_id = $1 AND f.state = 'open' AND {visible}",
        *sql.values,
    )
    return int(rows[0]["n"])


async def _change(ctx: Ctx, declaration_id: UUID, version: int, changes: str, *values: Any) -> None:
    """Change the row if it is still at `version`; Conflict if not. `changes` uses $3 and on."""
    now = f"${len(values) + 3}"
    rows = await ctx.db.fetch(
        f"UPDATE budget.declaration SET {changes}, version = version + 1, updated_at = {now}"
        " WHERE id = $1 AND version = $2 RETURNING version",
        *(declaration_id, version, *values, ctx.clock.now()),
    )
    if not rows:
        raise stale()
