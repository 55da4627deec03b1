"""Joining matters that are one: the handling goes on in one of them, and nothing of the others is lost.

Every petitioner stays with the matter he or she brought, with its code and its clock; what happens to the matter that
is gone on with happens to those joined to it, too, so that each petitioner is told and each clock is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from huitang_petitions.services import access, catching_up, happening, joined, protecting, steps, telling
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing.ending import ENDED
from huitang_petitions.workflow import put_on_lists
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.errors import Conflict


async def join(ctx: Ctx, actor: Actor, matter_id: UUID, into: UUID) -> None:
    """Join a matter to another, with everything that was joined to it before.

    Raises Conflict for a matter and itself, one that was withdrawn, one whose target is joined to another already,
    one whose readers would learn of a report in confidence, and one that would come into the hands, or the sight, of
    whoever is complained of in it.
    """
    if matter_id == into:
        raise Conflict(_("A matter cannot be joined to itself."))
    async with ctx.db.write(actor) as write:
        first, second = sorted((matter_id, into))
        rows = {one: await access.matter_for(ctx, actor, one, access.MERGE, lock=True) for one in (first, second)}
        row, target = rows[matter_id], rows[into]
        if row["merged_into"]:
            raise Conflict(_("It was joined to another matter already."))
        if target["merged_into"]:
            raise Conflict(_("The other matter was joined itself. Join this one to the matter that is gone on with."))
        if joined.GONE in (row["state"], target["state"]):
            raise Conflict(_("A matter that was withdrawn cannot be joined."))
        if target["whistle"] and not row["whistle"]:
            raise Conflict(
                _("Whoever reads this matter would learn that there is a report in confidence. Join that to this one.")
            )
        if target["handler_id"] and await steps.complained_of(ctx, matter_id, target["handler_id"]):
            raise Conflict(_("Whoever has the other matter in hand is complained of in this one (art. 30)."))
        if target["state"] in ENDED:  # also under review: that is of an answer others had
            raise Conflict(
                _("The other matter was answered or is over: nobody here would get an answer. Open it again first.")
            )
        now = ctx.clock.now()
        moved = (
            "UPDATE petitions.matter SET merged_into = $2, updated_at = $3, caught_up = TRUE, handler_alone ="
            " CASE WHEN merged_into IS NULL THEN handler_id ELSE handler_alone END"
            " WHERE id = $1 OR merged_into = $1 RETURNING *"
        )
        newcomers = await ctx.db.fetch(moved, matter_id, into, now)
        await joined.into_same_hands(ctx, into)
        await joined.keep_away(ctx, into)
        await protecting.recuse_with_joined(ctx, write, actor, into)
        event_id = await happening.record(ctx, write, actor, row, "merged", shown=True, audit=False)
        await telling.tell(ctx, row, "merged", event_id)
        if _may_be_known(row, target):
            await happening.record(ctx, write, actor, target, "merged", audit=False)
        await catching_up.catch_up(ctx, write, actor, target, newcomers)
        await ctx.todos.close(access.ref(matter_id))
        await protecting.take_off_lists(ctx, into)
        await _audit(write, "petitions.matter.merged", row, target)


async def part(ctx: Ctx, actor: Actor, matter_id: UUID) -> None:
    """Take a matter out again: it goes on by itself. Raises Conflict for one that is not joined."""
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.MERGE, lock=True)
        if not row["merged_into"]:
            raise Conflict(_("It is not joined to another matter."))
        (main,) = await ctx.db.fetch("SELECT id, whistle FROM petitions.matter WHERE id = $1", row["merged_into"])
        await joined.take_out(ctx, main["id"], only=matter_id)
        await put_on_lists(ctx, matter_id)
        await _audit(write, "petitions.matter.parted", row, main)


def _may_be_known(row: Mapping[str, Any], main: Mapping[str, Any]) -> bool:
    """Whether whoever reads the main matter may know that one was joined: not that there is a report in confidence."""
    return bool(main["whistle"] or not row["whistle"])


async def _audit(write: Write, action: str, row: Mapping[str, Any], main: Mapping[str, Any]) -> None:
    """A record on each of the two. Once they are apart, somebody may read one and be kept away from the other: so none
    names the other, and whoever reads both pairs them by what they share."""
    shared = str(uuid4())
    await write.audit(action, access.ref(row["id"]), detail={"side": "joined", "operation": shared})
    if _may_be_known(row, main):
        await write.audit(action, access.ref(main["id"]), detail={"side": "main", "operation": shared})
