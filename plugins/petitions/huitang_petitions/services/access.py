"""Who may do what with which matter: the permissions, and the actor's rows as SQL.

Beside the reach of a grant three things keep people away from a matter, and they stand in the same condition, so that
no list, count, search or export can leave them out: whoever is complained of in it, alone or with their whole unit
(条例 art. 30), whoever is recused (art. 28), and, for the report of a whistle-blower, whoever does not hold `WHISTLE`.
Matters that are joined are one in this: whoever is kept away from one is kept away from all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from huitang_petitions.settings import PetitionsSettings
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
Ctx = PluginContext[PetitionsSettings]

READ = "petitions.matter.read"
REGISTER = "petitions.matter.register"
DECIDE = "petitions.matter.decide"
HANDLE = "petitions.matter.handle"
APPROVE = "petitions.matter.approve"
REVIEW = "petitions.matter.review"
MERGE = "petitions.matter.merge"
EXPORT = "petitions.matter.export"
SUPERVISE = "petitions.matter.supervise"
PROTECT = "petitions.matter.protect"
WHISTLE = "petitions.whistle.read"
REVEAL = "petitions.person.reveal"
SITUATION = "petitions.situation.read"
SATISFACTION = "petitions.satisfaction.read"
RULES = "petitions.rule.manage"

HANGING = ("supervision", "extension", "visit")
"""Tables whose rows hang on a matter, and which to-dos, notices and audit records name as things of their own."""


def ref(matter_id: UUID) -> Ref:
    return Ref("petitions.matter", matter_id)


async def units_of(ctx: Ctx, actor: Actor) -> list[UUID]:
    """The organisations an actor belongs to, by account, position or grant, each with all above it."""
    units = {actor.organisation_id} | {grant.organisation_id for grant in actor.grants}
    if actor.account_id and (account := await ctx.identity.account(actor.account_id)):
        units |= {account.organisation_id} | {position.organisation_id for position in account.positions}
    above = {node.id: node.parent_id for node in await ctx.identity.organisations()}
    for unit in list(units):
        while unit := above.get(unit) if unit else None:
            units.add(unit)
    return [unit for unit in units if unit]


async def visible(ctx: Ctx, actor: Actor, permission: str, sql: Sql, alias: str = "m") -> str:
    """The condition that an actor may reach a matter row with a permission. Every query over matters carries it.

    Rows belong to the office that registered them, and are shared with the organisation that handles them and with the
    person they are assigned to.
    """
    scope = ctx.permissions.scope(actor, permission)
    handled = ""
    if scope.organisations:
        units = sql.put(list(scope.organisations), "::uuid[]")
        handled = f"{alias}.handler_id IS NOT NULL AND {alias}.handler_id = ANY({units})"
    reach = scope.where_sql(
        sql, organisation=f"{alias}.organisation_id", key=f"{alias}.id", owner=f"{alias}.assignee_id", more=handled
    )
    return f"({reach} AND {await unhindered(ctx, actor, sql, alias)})"


async def unhindered(ctx: Ctx, actor: Actor, sql: Sql, alias: str = "m") -> str:
    """The condition that nothing keeps the actor away from a matter, whatever the permission."""
    apart = await uninvolved(ctx, actor, sql, alias)
    return apart if ctx.permissions.may(actor, WHISTLE) else f"{apart} AND NOT {alias}.whistle"


async def uninvolved(ctx: Ctx, actor: Actor, sql: Sql, alias: str = "m") -> str:
    """The condition that the actor is neither complained of nor recused in a matter."""
    if actor.is_system:
        return "TRUE"
    account = sql.put(actor.account_id, "::uuid")
    units = sql.put(await units_of(ctx, actor), "::uuid[]")
    accused = (
        f"NOT EXISTS (SELECT 1 FROM petitions.accused x WHERE x.matter_id = {alias}.id"
        f" AND (x.account_id = {account} OR x.organisation_id = ANY({units})))"
    )
    recused = (
        f"NOT EXISTS (SELECT 1 FROM petitions.recusal y WHERE y.matter_id = {alias}.id AND y.account_id = {account})"
    )
    joined = f"{alias}.id <> ALL (ARRAY({_JOINED.format(theirs=_THEIRS.format(account=account, units=units))}))"
    return f"{accused} AND {recused} AND {joined}"


_THEIRS = (
    "SELECT matter_id FROM petitions.accused WHERE account_id = {account}"
    " UNION ALL SELECT matter_id FROM petitions.accused WHERE organisation_id = ANY({units})"
    " UNION ALL SELECT matter_id FROM petitions.recusal WHERE account_id = {account}"
)
# Of joined matters one is enough. Asked once for a query, whatever it reads; where none is joined it costs nothing. An
# array, since the planner takes NOT IN for dear and would rather read every matter.
_JOINED = """
SELECT h.id FROM (
    SELECT s.merged_into AS main FROM petitions.matter s
    WHERE s.merged_into IS NOT NULL AND (s.id IN ({theirs}) OR s.merged_into IN ({theirs}))
) g CROSS JOIN LATERAL (
    SELECT g.main AS id UNION ALL SELECT s.id FROM petitions.matter s WHERE s.merged_into = g.main
) h"""


async def kept_from(ctx: Ctx, actor: Actor) -> list[UUID]:
    """The matters that something keeps the actor away from: those that `unhindered` leaves out, by their indexes."""
    if actor.is_system:
        return []
    sql = Sql()
    account, units = sql.put(actor.account_id, "::uuid"), sql.put(await units_of(ctx, actor), "::uuid[]")
    theirs = _THEIRS.format(account=account, units=units)
    parts = [theirs, _JOINED.format(theirs=theirs)]
    if not ctx.permissions.may(actor, WHISTLE):
        parts.append("SELECT id FROM petitions.matter WHERE whistle")
    return [row["matter_id"] for row in await ctx.db.fetch(" UNION ".join(f"({part})" for part in parts), *sql.values)]


async def reaching(ctx: Ctx, accounts: Iterable[UUID | None], matter_id: UUID, permission: str = READ) -> list[UUID]:
    """Those of the accounts who may reach the matter: whoever is told of it, or given it, is asked about here first."""
    found = []
    for account_id in dict.fromkeys(accounts):
        actor = await ctx.permissions.as_actor(account_id) if account_id else None
        if actor and account_id:
            sql = Sql(matter_id)
            condition = await visible(ctx, actor, permission, sql)
            reached = f"SELECT m.id FROM petitions.matter m WHERE m.id = $1 AND {condition}"
            if await ctx.db.fetch(reached, *sql.values):
                found.append(account_id)
    return found


def nothing() -> NotFound:
    """What is said of a matter that is not there, of one that is not the reader's to see, and of whatever hangs on it:
    the same, so that the words tell nothing."""
    return NotFound(_("There is no such matter, or it is not yours to see."))


async def matter_for(
    ctx: Ctx, actor: Actor, matter_id: UUID, permission: str, *, lock: bool = False, version: int | None = None
) -> dict[str, Any]:
    """The row of a matter for an act that needs `permission`; `lock` inside a write.

    Raises NotFound when the actor may not even read it (and for whoever must stay away: nothing tells them that it is
    there), Forbidden when reading is all that is allowed, Conflict when `version` is no longer the row's.
    """
    sql = Sql(matter_id)
    readable = await visible(ctx, actor, READ, sql)
    usable = readable if permission == READ else await visible(ctx, actor, permission, sql)
    rows = await ctx.db.fetch(
        f"SELECT m.*, {usable} AS usable FROM petitions.matter m WHERE m.id = $1 AND ({readable} OR {usable})"
        f"{' FOR UPDATE OF m' if lock else ''}",
        *sql.values,
    )
    if not rows:
        raise nothing()
    row = rows[0]
    if not row.pop("usable"):
        raise Forbidden(_("You may read this matter, but not do this with it."), permission=permission)
    if version is not None and version != row["version"]:
        raise Conflict(
            _("Somebody changed this in the meantime. Nothing was saved; look at the new state and decide again.")
        )
    return row
