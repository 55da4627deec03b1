"""Rehearsals 演练: a copy of a meeting on which everything works, and of which nothing stays.

The copy has its own seats, roster, agenda, documents and prepared votes. Ending it deletes its rows with everything
that hangs on them; the audit log keeps that a rehearsal was held, when and by whom.
"""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services.access import MANAGE, OPERATE, Ctx, meeting_to_change, ref
from huitang_conference.services.copying import copy_agenda, copy_polls, copy_roster, copy_seats
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import Translator

_ = Translator("conference")


async def start(ctx: Ctx, actor: Actor, meeting_id: UUID) -> UUID:
    """Make the copy. Raises Conflict unless the meeting is convened and no other rehearsal of it is going on."""
    async with ctx.db.write(actor) as write:
        permission = MANAGE if ctx.permissions.may(actor, MANAGE) else OPERATE
        meeting = await meeting_to_change(ctx, actor, meeting_id, permission)
        if meeting["rehearsal_of"] is not None:
            raise Conflict(_("This is a rehearsal itself."))
        if meeting["state"] != "convened":
            raise Conflict(_("A meeting is rehearsed after the call and before it begins."))
        if await running(ctx, meeting_id) is not None:
            raise Conflict(_("A rehearsal of this meeting is going on. End it first."))
        copy_id = new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.meeting (id, organisation_id, body_id, title, number, sitting, place, starts_at,
                ends_at, state, profile, rehearsal_of, members_total, created_by, created_at)
            SELECT $2, organisation_id, body_id, $3 || title, number, sitting, place, starts_at, ends_at, 'convened',
                profile, id, members_total, $4, $5
            FROM conference.meeting WHERE id = $1
            """,
            *(meeting_id, copy_id, _("Rehearsal: "), actor.account_id, ctx.clock.now()),
        )
        await copy_roster(ctx, meeting_id, copy_id)
        await copy_seats(ctx, meeting_id, copy_id)
        await copy_agenda(ctx, meeting_id, copy_id, with_documents=True)
        await copy_polls(ctx, meeting_id, copy_id)
        await write.audit("conference.rehearsal.started", ref("meeting", meeting_id), detail={"rehearsal_id": copy_id})
    return copy_id


async def running(ctx: Ctx, meeting_id: UUID) -> UUID | None:
    """The rehearsal of a meeting that is going on, if any; the caller has asked for the permission."""
    rows = await ctx.db.fetch("SELECT id FROM conference.meeting WHERE rehearsal_of = $1", meeting_id)
    return rows[0]["id"] if rows else None


async def end(ctx: Ctx, actor: Actor, rehearsal_id: UUID) -> UUID:
    """Delete the copy with everything in it; returns the meeting that was rehearsed. Conflict while a vote is open."""
    async with ctx.db.write(actor) as write:
        permission = MANAGE if ctx.permissions.may(actor, MANAGE) else OPERATE
        copy = await meeting_to_change(ctx, actor, rehearsal_id, permission)
        meeting_id: UUID | None = copy["rehearsal_of"]
        if meeting_id is None:
            raise Conflict(_("This is no rehearsal: its record stays."))
        if await ctx.db.fetch("SELECT 1 FROM conference.poll WHERE meeting_id = $1 AND state = 'open'", rehearsal_id):
            raise Conflict(_("A vote is open. Close it first."))
        files = await ctx.db.fetch(
            """
            SELECT DISTINCT d.file_id FROM conference.document d WHERE d.meeting_id = $1 AND NOT EXISTS (
                SELECT 1 FROM conference.document o WHERE o.file_id = d.file_id AND o.meeting_id <> $1)
            """,
            rehearsal_id,
        )
        leave = await ctx.db.fetch("SELECT id FROM conference.leave_request WHERE meeting_id = $1", rehearsal_id)
        await ctx.db.execute("DELETE FROM conference.meeting WHERE id = $1", rehearsal_id)
        for row in files:
            await ctx.files.delete(row["file_id"], actor=actor)
        for row in leave:
            await ctx.todos.close(ref("leave", row["id"]))
        await write.audit(
            "conference.rehearsal.ended", ref("meeting", meeting_id), detail={"rehearsal_id": rehearsal_id}
        )
    return meeting_id
