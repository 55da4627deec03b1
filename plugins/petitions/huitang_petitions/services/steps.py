"""Taking a matter one step further on its way: who may, what the step needs, and its reason, sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import access, answering, asking, attending, happening, joined
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.workflow import MATTER
from huitang_sdk.contracts import Actor, Begin, Delivery, Process, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Invalid

TO_ORGANISATION = ("transfer", "assign")
"""Moves into another organisation's hands."""
BACK = ("object", "take_back")
"""Moves back into the hands of the office that registered the matter."""
NOTED = {
    "told": access.HANDLE,
    "address_unclear": access.DECIDE,
    "reported_back": access.HANDLE,
    "hearing_started": access.REVIEW,
    "hearing_ended": access.REVIEW,
}
"""What is put on record without a step, and the permission it needs."""
UNTOLD = """
SELECT 1 FROM petitions.deadline
WHERE matter_id = $1 AND limit_id = 'tell' AND state IN ('running', 'extended', 'late', 'paused')
"""
"""Whether the petitioner is still to be told that the matter was received (art. 23)."""
NOT_TOLD = """
SELECT 1 FROM unnest($1::uuid[]) AS matter (id) WHERE NOT EXISTS (
    SELECT FROM petitions.event t WHERE t.matter_id = matter.id AND t.kind = 'told'
    AND coalesce(t.detail ->> 'organ', '') = $2 AND t.at >= coalesce(
        (SELECT max(at) FROM petitions.event r WHERE r.matter_id = matter.id AND r.kind = 'reopened'), '-infinity'))
"""
WITH_REASON = ("object", "insist", "settle", "close", "reopen", "withdraw")


class Wanted(Struct, frozen=True, kw_only=True):
    """What goes with a step. `article` is what a refusal stands on, `organ` an organ that is not on the platform,
    `note` the reason in the officer's words, `asked_on` the day on which the petitioner asked for a review or a
    re-review, or the organ objected (None: today), `words` what the petitioner is answered: read with the code."""

    organisation_id: UUID | None = None
    organ: str = ""
    article: str = ""
    note: str = ""
    asked_on: date | None = None
    words: str = ""


async def take(
    ctx: Ctx, actor: Actor, matter_id: UUID, transition: str, wanted: Wanted, *, version: int | None = None
) -> Process:
    """Take a step. Raises Invalid at the field that is missing, Conflict when the matter has gone on meanwhile or the
    clock refuses the event, and what `access.matter_for` raises."""
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.READ, lock=True)
        if row["merged_into"]:
            raise Conflict(_("This matter was joined to another one. Go on with that one."))
        process = await begun(ctx, write, row)
        organisation, organ = await _whose(ctx, transition, row, process, wanted)
        words = wanted.words.replace("\0", "").strip()
        _check(
            transition, wanted, organ, await answering.missing(ctx, matter_id, transition, words, wanted.note.strip())
        )
        await asking.check_day(ctx, row, transition, wanted.asked_on)
        fact = MATTER.transition(transition).fact
        event_id = await joined.accepted_with_another(ctx, matter_id, fact) or new_id()
        data: dict[str, Any] = {"event": str(event_id)}
        data |= {"organ": organ} if organ else {}
        data |= {"article": wanted.article.strip()} if wanted.article.strip() else {}
        data |= {"asked_on": str(wanted.asked_on)} if wanted.asked_on else {}
        if transition in TO_ORGANISATION or transition == "take_back":
            handler = organisation if transition in TO_ORGANISATION else None
            await ctx.db.execute("UPDATE petitions.matter SET handler_id = $2 WHERE id = $1", matter_id, handler)
            await joined.into_same_hands(ctx, matter_id)
        moved = await ctx.workflow.move(
            write, actor, access.ref(matter_id), transition, data=data, version=version, organisation=organisation
        )
        await _finish(ctx, row, moved, event_id, wanted.note.strip())
        await answering.say(ctx, write, actor, matter_id, words)
    return moved


async def note(ctx: Ctx, actor: Actor, matter_id: UUID, kind: str) -> None:
    """Put on record what changes no state: the petitioner was told, or cannot be since name or address are unclear, a
    hearing began or ended, a result was reported.

    Raises Invalid for anything else, Conflict when the clock refuses it, and what `access.matter_for` raises.
    """
    if kind not in NOTED:
        raise Invalid(_("Choose one of the list."), fields={"kind": _("Choose one of the list.")})
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, NOTED[kind], lock=True)
        process = await begun(ctx, write, row)
        _stays, organ = await _whose(ctx, kind, row, process, Wanted())
        detail = {"organ": organ} if organ else {}
        if kind == "address_unclear":
            await _unclear(ctx, write, actor, row)
        else:
            if kind == "told":
                await _not_told_yet(ctx, await joined.together_with(ctx, matter_id), organ)
            await joined.happens(ctx, write, actor, row, kind, detail=detail)
        await ctx.workflow.recount(write, access.ref(matter_id))


async def _unclear(ctx: Ctx, write: Write, actor: Actor, row: Mapping[str, Any]) -> None:
    """Art. 23 excepts those whose name or address is unclear: of this matter only, whoever joined it has their own."""
    if not await ctx.db.fetch(UNTOLD, row["id"]):
        raise Conflict(_("There is nothing left to tell the petitioner of."))
    await happening.record(ctx, write, actor, row, "address_unclear")


async def _not_told_yet(ctx: Ctx, matters: Sequence[UUID], organ: str) -> None:
    """Raises Conflict when every petitioner of these has been told in this round, by this organ."""
    if not await ctx.db.fetch(NOT_TOLD, list(matters), organ):
        raise Conflict(_("There is nothing left to tell the petitioner of."))


async def begun(ctx: Ctx, write: Write, row: Mapping[str, Any]) -> Process:
    """The process of a matter; it begins with the first step that anybody takes."""
    subject = access.ref(row["id"])
    process = await ctx.workflow.process(subject)
    if process is not None:
        return process
    return await ctx.workflow.start(
        write,
        SYSTEM,
        subject,
        _in_hands_of(row),
        state=row["state"],
        assignee=row["assignee_id"],
        since=ctx.clock.today(),
    )


async def begin(ctx: Ctx, lot: Sequence[tuple[MatterRegistered, Delivery]]) -> None:
    """Begin the way of new matters, so that they stand on the lists of those who decide. Delivered again: nothing."""
    ids = [event.matter_id for event, _delivery in lot]
    begun_already = await ctx.workflow.processes([access.ref(identifier) for identifier in ids])
    fresh = [identifier for identifier in ids if identifier not in begun_already]
    if not fresh:
        return
    async with ctx.db.write(SYSTEM) as write:
        rows = await ctx.db.fetch(
            "SELECT * FROM petitions.matter WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", fresh
        )
        today = ctx.clock.today()
        begins = [
            Begin(access.ref(row["id"]), _in_hands_of(row), row["state"], row["assignee_id"], today) for row in rows
        ]
        if not await ctx.workflow.start_many(write, SYSTEM, begins, told=True):
            raise Conflict(_("This has been started already."))
    await attending.see_to_new(ctx, fresh)


def _in_hands_of(row: Mapping[str, Any]) -> UUID:
    """The organisation whose people have a matter on their lists when its way begins: one taken over may be far on."""
    found: UUID = row["organisation_id"] if row["state"] in ("registered", "objected") else row["handler_id"]
    return found or row["organisation_id"]


async def _whose(
    ctx: Ctx, transition: str, row: Mapping[str, Any], process: Process, wanted: Wanted
) -> tuple[UUID | None, str]:
    """The organisation whose hands the matter goes into (None: it stays), and the organ that the event concerns."""
    if transition in TO_ORGANISATION:
        found = await ctx.identity.organisation(wanted.organisation_id) if wanted.organisation_id else None
        if found is None:
            missing = _("Choose whom it goes to.")
            raise Invalid(missing, fields={"organisation": missing})
        if await complained_of(ctx, row["id"], found.id):
            refused = _("They are complained of in this matter: it may not go into their hands (art. 30).")
            raise Invalid(refused, fields={"organisation": refused})
        if row["whistle"] and not await _is_read_in(ctx, row["id"], found.id):
            unread = _("Nobody there may read reports of whistle-blowers: nobody could handle it. Keep it here.")
            raise Invalid(unread, fields={"organisation": unread})
        return found.id, found.name
    if transition == "send_away":
        return None, wanted.organ.strip()
    handler = await ctx.identity.organisation(row["handler_id"]) if row["handler_id"] else None
    organ = handler.name if handler else ""
    if transition in BACK:
        return row["organisation_id"], organ
    if transition == "insist":
        return row["handler_id"], organ
    return None, organ if process.state in ("transferred", "assigned", "handling") else ""


async def _is_read_in(ctx: Ctx, matter_id: UUID, organisation_id: UUID) -> bool:
    """Whether somebody who belongs there may handle what is given to it, and nothing keeps them away from this."""
    for account_id in await ctx.permissions.holders(access.HANDLE, organisation_id):
        actor = await ctx.permissions.as_actor(account_id)
        if actor and organisation_id in await access.units_of(ctx, actor):
            sql = Sql(matter_id)
            condition = await access.unhindered(ctx, actor, sql)
            if await ctx.db.fetch(f"SELECT FROM petitions.matter m WHERE m.id = $1 AND {condition}", *sql.values):
                return True
    return False


async def complained_of(ctx: Ctx, matter_id: UUID, organisation_id: UUID) -> bool:
    """Whether an organisation, or one above it, is complained of in a matter, or in one that is joined to it."""
    above = {node.id: node.parent_id for node in await ctx.identity.organisations()}
    units, unit = [organisation_id], above.get(organisation_id)
    while unit:
        units.append(unit)
        unit = above.get(unit)
    sql = (
        "SELECT x.id FROM petitions.accused x JOIN petitions.matter m ON m.id = x.matter_id"
        " WHERE (m.id = $1 OR m.merged_into = $1) AND x.organisation_id = ANY($2)"
    )
    return bool(await ctx.db.fetch(sql, matter_id, units))


def _check(transition: str, wanted: Wanted, organ: str, unsaid: Mapping[str, str]) -> None:
    missing: dict[str, str] = {}
    if transition == "send_away" and not organ:
        missing["organ"] = _("Name the organ it goes to.")
    if transition == "refuse" and not wanted.article.strip():
        missing["article"] = _("Name the article the refusal stands on.")
    if transition in WITH_REASON and not wanted.note.strip():
        missing["note"] = _("Say why.")
    missing |= unsaid
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)


async def _finish(ctx: Ctx, row: Mapping[str, Any], moved: Process, event_id: UUID, note: str) -> None:
    """What the register keeps of a step beside its events."""
    if note:
        sealed = ctx.personal.seal("event.note", event_id, note)
        await ctx.db.execute("UPDATE petitions.event SET note = $2 WHERE id = $1", event_id, sealed)
    await ctx.db.execute(
        "UPDATE petitions.matter SET closed_at = $2, version = version + 1 WHERE id = $1", row["id"], moved.finished_at
    )
