"""Handing a declaration to a reviewer: a to-do with a due date, a notice, and a line in the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_budget.events import DeclarationAssigned
from huitang_budget.services.access import ASSIGN, REVIEW, Ctx, check_version, ref, row_in_scope, stale
from huitang_budget.services.history import record
from huitang_budget.services.wording import named
from huitang_sdk.contracts import Account, Actor, Write
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.i18n import DEFAULT_LOCALE, Translator, use_locale

_ = Translator("budget")


class Refused(Struct, frozen=True):
    """A declaration that could not be assigned with others, and why."""

    id: UUID
    message: str


def default_due(ctx: Ctx) -> date:
    return ctx.clock.today() + timedelta(days=ctx.settings.review_days)


async def reviewers(ctx: Ctx, organisation_id: UUID) -> list[Account]:
    """Who may be given a declaration of this unit, by name."""
    ids = await ctx.permissions.holders(REVIEW, organisation_id)
    accounts = await ctx.identity.accounts(ids)
    return sorted(accounts.values(), key=lambda account: account.name)


async def assign(
    ctx: Ctx,
    actor: Actor,
    declaration_id: UUID,
    assignee: UUID,
    *,
    due: date | None = None,
    note: str = "",
    version: int | None = None,
) -> None:
    """Give the review to `assignee`, due at `due` (else after `settings.review_days` days).

    Raises Invalid for somebody who may not review it or a due date that is past, Conflict for a finished review.
    """
    due = due or default_due(ctx)
    fields = "d.status, d.version, d.organisation_id, d.assignee_id, d.due, d.project, d.unit"
    row = await row_in_scope(ctx, actor, declaration_id, ASSIGN, fields)
    check_version(row, version)
    if row["status"] == "reviewed":
        raise Conflict(_("The review is finished. Open it again to assign it."))
    await _check(ctx, row, assignee, due)
    async with ctx.db.write(actor) as write:
        changed = await ctx.db.fetch(
            """
            UPDATE budget.declaration SET assignee_id = $3, due = $4, version = version + 1, updated_at = $5,
                status = CASE WHEN status = 'imported' THEN 'assigned' ELSE status END
            WHERE id = $1 AND version = $2 RETURNING version
            """,
            *(declaration_id, row["version"], assignee, due, ctx.clock.now()),
        )
        if not changed:
            raise stale()
        await _hand_over(ctx, actor, declaration_id, row, assignee, due)
        await _record(ctx, write, actor, declaration_id, row, assignee, due, note.strip())


async def _check(ctx: Ctx, row: dict[str, Any], assignee: UUID, due: date) -> None:
    if assignee not in await ctx.permissions.holders(REVIEW, row["organisation_id"]):
        message = _("This person may not review declarations of this unit.")
        raise Invalid(message, fields={"assignee": message})
    if due < ctx.clock.today():
        message = _("The due date is past.")
        raise Invalid(message, fields={"due": message})


async def _hand_over(
    ctx: Ctx, actor: Actor, declaration_id: UUID, row: dict[str, Any], assignee: UUID, due: date
) -> None:
    subject, url = ref(declaration_id), f"/budget/declarations/{declaration_id}"
    if row["assignee_id"] not in (None, assignee):
        await ctx.todos.close(subject, kind="budget.assigned", assignee=row["assignee_id"])
    await open_todo(ctx, declaration_id, row["project"], assignee, due)
    if assignee != actor.account_id:
        await ctx.notifications.send(
            "budget.assigned",
            [assignee],
            key=f"{declaration_id}:{row['version'] + 1}",
            url=url,
            data={"project": row["project"], "unit": row["unit"], "due": due.isoformat(), "by": named(actor)},
            subject=subject,
        )


async def open_todo(ctx: Ctx, declaration_id: UUID, project: str, assignee: UUID, due: date | None) -> None:
    """Put the review on the reviewer's list, in the reviewer's language."""
    account = await ctx.identity.account(assignee)
    with use_locale(account.locale if account else DEFAULT_LOCALE):
        title = _("Review: {project}", project=project or _("(no project name)"))
    url = f"/budget/declarations/{declaration_id}"
    await ctx.todos.open(
        "budget.assigned", subject=ref(declaration_id), assignee=assignee, title=title, url=url, due=due
    )


async def _record(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    declaration_id: UUID,
    row: dict[str, Any],
    assignee: UUID,
    due: date,
    note: str,
) -> None:
    names = {key: account.name for key, account in (await ctx.identity.accounts([assignee])).items()}
    before = {"assignee_id": row["assignee_id"], "due": row["due"], "status": row["status"]}
    after = {"assignee_id": assignee, "assignee": names.get(assignee, ""), "due": due}
    await record(
        ctx, write, actor, declaration_id, "declaration.assigned", {"before": before, "after": after}, reason=note
    )
    await write.emit(DeclarationAssigned(declaration_id=declaration_id, assignee_id=assignee))


async def assign_many(
    ctx: Ctx, actor: Actor, ids: Sequence[UUID], assignee: UUID, *, due: date | None = None
) -> tuple[int, list[Refused]]:
    """Assign several, each by itself; returns how many were assigned and which were not, with the reason."""
    refused: list[Refused] = []
    for declaration_id in ids:
        try:
            await assign(ctx, actor, declaration_id, assignee, due=due)
        except HuitangError as error:
            refused.append(Refused(declaration_id, error.message))
    return len(ids) - len(refused), refused
