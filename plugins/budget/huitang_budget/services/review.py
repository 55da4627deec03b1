"""The review as a workflow: who may take which step, until when, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitang_budget.services.access import ASSIGN, READ, REVIEW, Ctx, finding_in_scope, ref
from huitang_sdk.contracts import Actor, Process, Ref
from huitang_sdk.db import Sql
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import Assigning, Deadline, Facts, Mark, Mirror, State, Task, Tell, Transition, Workflow

_ = Translator("budget")
LATE = 1
"""Days after the due date on which the reviewer is told that the review is overdue."""


async def facts(ctx: Ctx, subjects: Sequence[Ref]) -> dict[Ref, Facts]:
    """What notices and to-dos say of declarations."""
    sql = "SELECT id, project, unit FROM budget.declaration WHERE id = ANY($1::uuid[])"
    rows = {row["id"]: row for row in await ctx.db.fetch(sql, [subject.id for subject in subjects])}
    return {subject: _facts(subject, rows.get(subject.id, {"project": "", "unit": ""})) for subject in subjects}


def _facts(subject: Ref, row: Mapping[str, str]) -> Facts:
    title = row["project"] or _("(no project name)")
    return Facts(title, f"/budget/declarations/{subject.id}", {"project": title, "unit": row["unit"]})


async def marks(ctx: Ctx) -> Sequence[Mark]:
    """The reminders that the operator set, and the one after the due date."""
    told = (Tell("budget.due_soon"),)
    before = [Mark(f"left-{days}", -days, told) for days in sorted(set(ctx.settings.remind_days), reverse=True)]
    return [*before, Mark("overdue", LATE, told)]


def review_days(ctx: Ctx) -> int:
    return ctx.settings.review_days


async def undecided(ctx: Ctx, actor: Actor, process: Process) -> str:
    """A review is not finished while findings that the reviewer sees are undecided."""
    count = await open_findings(ctx, actor, process.subject.id)
    return _("{count} findings are not decided yet. Accept or dismiss them first.", count=count) if count else ""


async def open_findings(ctx: Ctx, actor: Actor, declaration_id: UUID) -> int:
    sql = Sql(declaration_id)
    visible = finding_in_scope(ctx.permissions.scope(actor, READ), sql)
    rows = await ctx.db.fetch(
        f"SELECT count(*) AS n FROM budget.finding f WHERE f.declaration_id = $1 AND f.state = 'open' AND {visible}",
        *sql.values,
    )
    return int(rows[0]["n"])


TASK = Task("budget.assigned", "Review: {project}", deadline="review")
WORKFLOW = Workflow(
    id=ref(UUID(int=0)).kind,
    title="Review of a declaration",
    read=READ,
    states=(
        State("imported", "Imported"),
        State("assigned", "Assigned", task=TASK),
        State("in_review", "In review", task=TASK),
        State("reviewed", "Reviewed", final=True),
    ),
    transitions=(
        Transition(id="assign", title="Assign", from_=("imported",), to="assigned", permission=ASSIGN, hidden=True),
        Transition(
            id="begin",
            title="Decide a finding",
            from_=("imported", "assigned"),
            to="in_review",
            permission=REVIEW,
            fact="review.begun",
            hidden=True,
        ),
        Transition(
            id="finish",
            title="Finish the review",
            from_=("imported", "assigned", "in_review"),
            to="reviewed",
            permission=REVIEW,
            fact="review.finished",
            refuse=undecided,
            hidden=True,
        ),
        Transition(
            id="reopen",
            title="Open the review again",
            from_=("reviewed",),
            to="in_review",
            permission=REVIEW,
            reason=True,
            fact="review.reopened",
            hidden=True,
        ),
    ),
    deadlines=(
        Deadline(
            id="review", title="Review", days=review_days, begins=("assigned",), reopens=("in_review",), marks=marks
        ),
    ),
    assigning=Assigning(
        permission=ASSIGN, to=REVIEW, moves="assign", deadline="review", tell=(Tell("budget.assigned"),)
    ),
    facts=facts,
    mirror=Mirror(
        table="declaration",
        state="status",
        assignee="assignee_id",
        due="due",
        deadline="review",
        changed="updated_at",
    ),
)
