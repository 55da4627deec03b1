"""Somebody must be left who may look after a matter, and take back marks that a letter's words alone have made.

A letter that complains of everybody in the receiving office who could do so goes to the nearest organisation above in
which somebody is left. Where nobody is, and whenever the last of them is marked, recused or loses the permission later,
operators who have nothing to do with the matter have it on their lists by its number alone, until somebody can.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.accusing import Named
from huitang_petitions.workflow import OPEN, put_on_lists
from huitang_sdk.contracts import Account, Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql
from huitang_sdk.declare import HealthCheck, HealthStatus, NotificationKind
from huitang_sdk.i18n import DEFAULT_LOCALE, use_locale

UNATTENDED = "petitions.unattended"
KINDS = (NotificationKind(UNATTENDED, "A matter that nobody may look after", todo=True),)
GRANT = "permissions.grant.manage"
"""Whoever holds it can let somebody else look after the matter."""
_MARKED = """
SELECT x.matter_id AS id FROM petitions.accused x
    WHERE (x.account_id IS NOT NULL OR x.organisation_id IS NOT NULL){of_matter_id}
UNION SELECT y.matter_id FROM petitions.recusal y WHERE TRUE{of_matter_id}
UNION SELECT w.id FROM petitions.matter w WHERE w.whistle{of_id}
"""
_TOGETHER = """
main AS (SELECT DISTINCT coalesce(o.merged_into, o.id) AS id FROM petitions.matter o WHERE o.id IN ({these})),
together AS (SELECT id FROM main UNION SELECT g.id FROM main JOIN petitions.matter g ON g.merged_into = main.id)
"""


def ref(matter_id: UUID) -> Ref:
    """What operators are told of: not the matter itself, which they need not be able to see."""
    return Ref(UNATTENDED, matter_id)


async def office_for(ctx: Ctx, office: UUID, accused: Sequence[Named], *, whistle: bool) -> UUID:
    """The office, or the nearest organisation above it, in which somebody is left who may look after such a letter;
    the office itself when nobody is anywhere."""
    above = {node.id: node.parent_id for node in await ctx.identity.organisations()}
    unit: UUID | None = office
    while unit:
        for account_id in await ctx.permissions.holders(access.PROTECT, unit):
            actor = await ctx.permissions.as_actor(account_id)
            if actor and await _may_attend(ctx, actor, accused, whistle):
                return unit
        unit = above.get(unit)
    return office


async def _may_attend(ctx: Ctx, actor: Actor, accused: Sequence[Named], whistle: bool) -> bool:
    units = await access.units_of(ctx, actor)
    named = any(one.account_id == actor.account_id or one.organisation_id in units for one in accused)
    return not named and (not whistle or ctx.permissions.may(actor, access.WHISTLE))


async def see_to(ctx: Ctx, matters: Collection[UUID] | None = None) -> int:
    """Put what nobody may look after on the operators' lists, and take off what somebody may again; of all matters, or
    of these and those joined to them. Returns how many there are."""
    concerned = None if matters is None else await _together(ctx, matters)
    rows = {row["id"]: row for row in await _unattended(ctx, concerned)}
    known = await ctx.todos.due(UNATTENDED, before=date.max)
    for matter_id in sorted({todo.subject.id for todo in known} - set(rows)):
        if concerned is None or matter_id in concerned:
            await _attended_again(ctx, matter_id)
    for matter_id, row in rows.items():
        told = {todo.assignee_id for todo in known if todo.subject.id == matter_id}
        wanted = await _operators(ctx, row)
        if told != wanted:
            await _tell(ctx, row, wanted)
    return len(rows)


async def see_to_new(ctx: Ctx, matters: Collection[UUID]) -> None:
    """The same for matters that have just come in; most complain of nobody, and cost one question together."""
    if await _guarded(ctx, matters):
        await see_to(ctx, matters)


async def _unattended(ctx: Ctx, matters: Collection[UUID] | None = None) -> list[dict[str, Any]]:
    """The open matters with protected people that nobody reaches who may decide on the protection."""
    left = {row["id"]: row for row in await _guarded(ctx, matters)}
    units = {row["organisation_id"] for row in left.values()} | {row["handler_id"] for row in left.values()}
    people = {one for unit in units - {None} for one in await ctx.permissions.holders(access.PROTECT, unit)}
    for account_id in sorted(people):
        actor = await ctx.permissions.as_actor(account_id) if left else None
        if actor:
            sql = Sql(list(left))
            condition = await access.visible(ctx, actor, access.PROTECT, sql)
            reached = f"SELECT m.id FROM petitions.matter m WHERE m.id = ANY($1::uuid[]) AND {condition}"
            for row in await ctx.db.fetch(reached, *sql.values):
                del left[row["id"]]
    return list(left.values())


async def _together(ctx: Ctx, matters: Collection[UUID]) -> set[UUID]:
    """These and all that are joined with one of them."""
    sql = f"WITH {_TOGETHER.format(these='SELECT unnest($1::uuid[])')} SELECT id FROM together"
    return {row["id"] for row in await ctx.db.fetch(sql, list(matters))}


async def _guarded(ctx: Ctx, matters: Collection[UUID] | None) -> Sequence[dict[str, Any]]:
    """The open matters, of these, from which somebody is kept away, in themselves or in one they are joined with."""
    sql = Sql(list(OPEN))
    these = "" if matters is None else f" = ANY({sql.put(list(matters), '::uuid[]')})"
    marked = _MARKED.format(
        of_matter_id=f" AND matter_id{these}" if these else "", of_id=f" AND w.id{these}" if these else ""
    )
    return await ctx.db.fetch(
        f"WITH {_TOGETHER.format(these=marked)}"
        " SELECT m.id, m.number, m.organisation_id, m.handler_id FROM together JOIN petitions.matter m USING (id)"
        " WHERE m.state = ANY($1) ORDER BY m.id",
        *sql.values,
    )


async def _operators(ctx: Ctx, row: dict[str, Any]) -> set[UUID]:
    """Those who grant roles and are neither complained of nor recused in it: the number may be told to them, whether
    or not they may read reports of whistle-blowers."""
    found = set()
    for account_id in await ctx.permissions.holders(GRANT, row["organisation_id"]):
        actor = await ctx.permissions.as_actor(account_id)
        if actor:
            sql = Sql(row["id"])
            condition = await access.uninvolved(ctx, actor, sql)
            if await ctx.db.fetch(f"SELECT FROM petitions.matter m WHERE m.id = $1 AND {condition}", *sql.values):
                found.add(account_id)
    return found


class _SeenToAlready(Exception):
    """Another process was quicker: the write has nothing left to do."""


async def _told(ctx: Ctx, matter_id: UUID) -> set[UUID]:
    """Who has it on the list, by now and until the end of the write: of two processes one waits for the other."""
    await ctx.db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(ref(matter_id)))
    return {todo.assignee_id for todo in await ctx.todos.of(ref(matter_id))}


async def _tell(ctx: Ctx, row: dict[str, Any], wanted: Collection[UUID]) -> None:
    """Those who are wanted have it on their lists, and nobody else."""
    accounts = await ctx.identity.accounts(list(wanted))
    subject = ref(row["id"])
    with suppress(_SeenToAlready):
        async with ctx.db.write(SYSTEM) as write:
            told = await _told(ctx, row["id"])
            new = sorted(set(wanted) - told)
            if told == set(wanted):
                raise _SeenToAlready
            for account_id in sorted(told - set(wanted)):
                await ctx.todos.close(subject, assignee=account_id)
            for account_id in new:
                await _open(ctx, row, account_id, accounts)
            await write.audit("petitions.matter.unattended", access.ref(row["id"]), detail={"people": len(new)})


async def _open(ctx: Ctx, row: dict[str, Any], account_id: UUID, accounts: Mapping[UUID, Account]) -> None:
    with use_locale(accounts[account_id].locale if account_id in accounts else DEFAULT_LOCALE):
        title = _(
            "Nobody may look after {number}: let somebody who has nothing to do with it hold the role “{role}”",
            number=row["number"],
            role=_("Head of the office for letters and visits"),
        )
    due = ctx.clock.today()
    await ctx.todos.open(
        UNATTENDED, subject=ref(row["id"]), assignee=account_id, title=title, url="/permissions/grants", due=due
    )


async def _attended_again(ctx: Ctx, matter_id: UUID) -> None:
    """Whoever may look after it now finds it on their list."""
    joined = "SELECT FROM petitions.matter WHERE id = $1 AND merged_into IS NOT NULL"
    with suppress(_SeenToAlready):
        async with ctx.db.write(SYSTEM) as write:
            if not await ctx.db.fetch(joined, matter_id):
                await put_on_lists(ctx, matter_id)  # before the lock, as whoever marks somebody: no deadlock
            if not await _told(ctx, matter_id):
                raise _SeenToAlready
            await ctx.todos.close(ref(matter_id))
            await write.audit("petitions.matter.attended", access.ref(matter_id))


async def check(ctx: Ctx) -> HealthStatus:
    """Of what nobody may look after an operator knows. Everybody who reads the console reads this answer, so it names
    no matter, and what an operator has on the list is not said here."""
    for row in await _unattended(ctx):
        if not await _operators(ctx, row):
            return HealthStatus(
                ok=False,
                message=_("There is a matter that nobody may look after, and no operator who could be told which."),
                remedy=_(
                    "Let somebody from outside, of whom no letter can complain, hold the role “{role}” over everything:"
                    " within an hour it stands on their list.",
                    role=_("Head of the office for letters and visits"),
                ),
            )
    return HealthStatus(ok=True, message=_("For every matter there is somebody who may look after it, or knows of it."))


CHECKS = (HealthCheck("petitions.attended", "Somebody may look after every matter", check),)
