"""Protection of people: who is complained of in a matter, and who stays away from it.

Both take effect at once and everywhere, since every query carries `access.unhindered`. Their to-dos and notices
about the matter are taken off their lists, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access, attending, joined
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.accusing import Named, accounts_named, put_accused
from huitang_petitions.tables import Recusal
from huitang_sdk.contracts import Account, Actor, Ref, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound


class Kept(Struct, frozen=True):
    """Somebody who is kept away: a name, and since when.

    `account` is whose account it is, by user name and unit. `name_only`: nobody on the platform was found by the name,
    so nobody is kept away.
    """

    id: UUID
    name: str
    since: datetime
    whole_unit: bool = False
    reason: str = ""
    account: str = ""
    name_only: bool = False


async def accuse_named(
    ctx: Ctx, actor: Actor, matter_id: UUID, name: str, *, organisation_id: UUID | None = None
) -> UUID:
    """`accuse` by what somebody typed: an account's user name or name, or the name of an organisation; any other name
    is only written down.

    Raises Invalid (field "accused") that names them when several people have this name, and what `accuse` raises.
    """
    found = await accounts_named(ctx, name)
    if len(found) > 1:
        people = _(", ").join(_known_as(account) for account in found)
        several = _("Several people have this name: {people}. Type the user name of one.", people=people)
        raise Invalid(several, fields={"accused": several})
    unit = None if found or organisation_id else await ctx.identity.organisation_named(name)
    return await accuse(
        ctx,
        actor,
        matter_id,
        account_id=found[0].id if found else None,
        organisation_id=unit.id if unit else organisation_id,
        name=name,
    )


def _known_as(account: Account) -> str:
    unit = account.organisation_name
    return f"{account.username} ({unit})" if unit else account.username


async def accuse(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    *,
    account_id: UUID | None = None,
    organisation_id: UUID | None = None,
    name: str = "",
) -> UUID:
    """Mark a person or a whole organisation as complained of: by account, by organisation, or, for those who are not on
    the platform, by name. Raises Invalid when nothing is named, Conflict for oneself and for whoever has the matter in
    hand: it goes to somebody else first."""
    account = await ctx.identity.account(account_id) if account_id else None
    unit = await ctx.identity.organisation(organisation_id) if organisation_id else None
    shown = account.name if account else unit.name if unit else name.strip()
    if not shown:
        missing = _("Choose or name who is complained of.")
        raise Invalid(missing, fields={"accused": missing})
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.PROTECT, lock=True)
        await _not_in_hand(ctx, row, account_id, organisation_id)
        one = Named(shown, account.id if account else None, unit.id if unit else None)
        (accused_id,) = await put_accused(ctx, write, actor, matter_id, [one])
        await joined.keep_away(ctx, row["merged_into"] or matter_id)
        await take_off_lists(ctx, matter_id)
        await attending.see_to(ctx, [matter_id])
    return accused_id


async def acquit(ctx: Ctx, actor: Actor, matter_id: UUID, accused_id: UUID, reason: str) -> None:
    """Take the mark back, with a reason: they may reach the matter again."""
    _needed(reason)
    async with ctx.db.write(actor) as write:
        await access.matter_for(ctx, actor, matter_id, access.PROTECT, lock=True)
        sql = "DELETE FROM petitions.accused WHERE id = $1 AND matter_id = $2 RETURNING id"
        if not await ctx.db.fetch(sql, accused_id, matter_id):
            raise NotFound(_("Nobody of this kind is marked in this matter."))
        await joined.keep_away(ctx, matter_id)
        await write.audit("petitions.accused.unmarked", access.ref(matter_id), reason=reason.strip())
        await attending.see_to(ctx, [matter_id])


async def recuse(ctx: Ctx, actor: Actor, matter_id: UUID, account_id: UUID, reason: str) -> UUID:
    """Keep somebody away for a conflict of interest (条例 art. 28), also from the matter that this one is joined to.

    Everybody may say so of themselves.
    """
    _needed(reason)
    permission = access.READ if account_id == actor.account_id else access.PROTECT
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, permission, lock=True)
        if await ctx.db.fetch(
            "SELECT id FROM petitions.recusal WHERE matter_id = $1 AND account_id = $2", matter_id, account_id
        ):
            raise Conflict(_("They stay away from this matter already."))
        recusal_id = await _keep_away(ctx, write, actor, matter_id, account_id, reason.strip())
        if row["merged_into"]:
            await recuse_with_joined(ctx, write, actor, row["merged_into"])
        await attending.see_to(ctx, [matter_id])
    return recusal_id


_RECUSED = """
SELECT DISTINCT ON (y.account_id) y.id, y.account_id, y.reason
FROM petitions.recusal y JOIN petitions.matter m ON m.id = y.matter_id
WHERE m.merged_into = $1 AND NOT EXISTS (
    SELECT FROM petitions.recusal z WHERE z.matter_id = $1 AND z.account_id = y.account_id
) ORDER BY y.account_id, y.decided_at
"""


async def recuse_with_joined(ctx: Ctx, write: Write, actor: Actor, main_id: UUID) -> None:
    """Whoever stays away from a matter that is joined to another stays away from the one it is handled in."""
    for row in await ctx.db.fetch(_RECUSED, main_id):
        reason = ctx.personal.unseal("recusal.reason", row["id"], row["reason"])
        await _keep_away(ctx, write, actor, main_id, row["account_id"], reason)


async def _keep_away(ctx: Ctx, write: Write, actor: Actor, matter_id: UUID, account_id: UUID, reason: str) -> UUID:
    recusal_id = new_id()
    theirs = "UPDATE petitions.matter SET assignee_id = NULL WHERE id = $1 AND assignee_id = $2"
    await ctx.db.execute(theirs, matter_id, account_id)
    await Recusal.insert(
        Recusal(
            id=recusal_id,
            matter_id=matter_id,
            account_id=account_id,
            reason=ctx.personal.seal("recusal.reason", recusal_id, reason),
            decided_at=ctx.clock.now(),
            decided_by=actor.account_id,
        )
    )
    await take_off_lists(ctx, matter_id)
    await write.audit("petitions.recusal.decided", access.ref(matter_id), detail={"account": str(account_id)})
    return recusal_id


async def kept_away(ctx: Ctx, actor: Actor, matter_id: UUID) -> tuple[list[Kept], list[Kept]]:
    """Who is complained of, and who is recused, for whoever may decide on it; empty for others."""
    if not ctx.permissions.may(actor, access.PROTECT):
        return [], []
    accused = await ctx.db.fetch("SELECT * FROM petitions.accused WHERE matter_id = $1 ORDER BY marked_at", matter_id)
    recused = await ctx.db.fetch("SELECT * FROM petitions.recusal WHERE matter_id = $1 ORDER BY decided_at", matter_id)
    names = await ctx.identity.accounts([row["account_id"] for row in (*accused, *recused) if row["account_id"]])
    return [
        Kept(
            row["id"],
            _name(ctx, row),
            row["marked_at"],
            whole_unit=row["organisation_id"] is not None,
            account=_known_as(names[row["account_id"]]) if row["account_id"] in names else "",
            name_only=row["account_id"] is None and row["organisation_id"] is None,
        )
        for row in accused
    ], [
        Kept(
            row["id"],
            names[row["account_id"]].name if row["account_id"] in names else "",
            row["decided_at"],
            reason=ctx.personal.unseal("recusal.reason", row["id"], row["reason"]),
        )
        for row in recused
    ]


def _name(ctx: Ctx, row: dict[str, Any]) -> str:
    return ctx.personal.unseal("accused.name", row["id"], row["name"])


async def _not_in_hand(ctx: Ctx, row: dict[str, Any], account_id: UUID | None, organisation_id: UUID | None) -> None:
    """The matter may not be in the hands of whoever is complained of in it (条例 art. 30)."""
    going_on = await joined.going_on(ctx, row)
    hands = {going_on["handler_id"], row["organisation_id"]} - {None}
    below = {node.id: node.parent_id for node in await ctx.identity.organisations()}
    for hand in hands:
        unit: UUID | None = hand
        while unit:
            if unit == organisation_id:
                raise Conflict(_("They have the matter in hand. Give it to somebody else first."))
            unit = below.get(unit)
    if account_id and account_id == row["assignee_id"]:
        raise Conflict(_("They have the matter in hand. Give it to somebody else first."))


async def take_off_lists(ctx: Ctx, matter_id: UUID) -> None:
    """To-dos and notices about it, and those joined with it, that stand with somebody who may no longer reach them."""
    for one in await joined.together_with(ctx, matter_id):
        subjects = [access.ref(one)]
        for kind in access.HANGING:
            rows = await ctx.db.fetch(f"SELECT id FROM petitions.{kind} WHERE matter_id = $1", one)
            subjects += [Ref(f"petitions.{kind}", row["id"]) for row in rows]
        for subject in subjects:
            holders = [todo.assignee_id for todo in await ctx.todos.of(subject)]
            holders += await ctx.notifications.recipients(subject)
            reaching = set(await access.reaching(ctx, holders, one))
            for account_id in holders:
                if account_id not in reaching:
                    await ctx.todos.close(subject, assignee=account_id)
                    await ctx.notifications.withdraw(subject, recipient=account_id)


def _needed(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
