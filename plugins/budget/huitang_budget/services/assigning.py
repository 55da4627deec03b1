"""Handing a declaration to a reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from huitang_budget.events import DeclarationAssigned
from huitang_budget.services.access import ASSIGN, REVIEW, Ctx, change_row, check_version, ref, row_in_scope
from huitang_sdk.contracts import Account, Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.i18n import Translator

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
    row = await row_in_scope(ctx, actor, declaration_id, ASSIGN, "d.status, d.version, d.organisation_id")
    check_version(row, version)
    if row["status"] == "reviewed":
        raise Conflict(_("The review is finished. Open it again to assign it."))
    if assignee not in await ctx.permissions.holders(REVIEW, row["organisation_id"]):
        message = _("This person may not review declarations of this unit.")
        raise Invalid(message, fields={"assignee": message})
    async with ctx.db.write(actor) as write:
        await ctx.workflow.assign(write, actor, ref(declaration_id), assignee, due=due, note=note)
        await change_row(ctx, declaration_id, row["version"])
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
