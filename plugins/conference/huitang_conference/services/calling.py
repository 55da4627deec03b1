"""Calls for service from the seats: water, paper, help with the device, somebody of the staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import OPERATE, Ctx, attendee_for, meeting_for, ref
from huitang_conference.services.state import tell_desk
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")

WANTS = ("staff", "water", "device", "paper")
"""What can be called for."""


class ServiceCall(Struct, frozen=True, kw_only=True):
    """A call that nobody has answered yet."""

    id: UUID
    what: str
    name: str
    seat_label: str
    at: datetime


async def call_for_service(ctx: Ctx, actor: Actor, meeting_id: UUID, what: str) -> UUID:
    """Tell the operator that the actor's seat needs something; the same call twice is one call. Returns its id.

    Raises Invalid for an unknown `what`, NotFound for somebody who does not sit in this meeting.
    """
    if what not in WANTS:
        raise Invalid(_("That cannot be called for."))
    async with ctx.db.write(actor) as write:
        attendee = await attendee_for(ctx, actor, meeting_id)
        waiting = await ctx.db.fetch(
            "SELECT id FROM conference.service_call WHERE meeting_id = $1 AND attendee_id = $2 AND what = $3"
            " AND answered_at IS NULL",
            *(meeting_id, attendee["id"], what),
        )
        identifier: UUID = waiting[0]["id"] if waiting else new_id()
        if not waiting:
            await ctx.db.execute(
                "INSERT INTO conference.service_call (id, meeting_id, attendee_id, seat_label, what, at)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                *(identifier, meeting_id, attendee["id"], attendee["seat_label"] or "", what, ctx.clock.now()),
            )
        await write.audit("conference.service.called", ref("service_call", identifier), detail={"what": what})
        await tell_desk(ctx, meeting_id, "service.called", id=identifier, want=what)
        return identifier


async def answer_call(ctx: Ctx, actor: Actor, call_id: UUID) -> UUID:
    """Somebody is on the way. Returns the meeting's id. Raises NotFound, Conflict when it was answered before."""
    async with ctx.db.write(actor) as write:
        rows = await ctx.db.fetch("SELECT * FROM conference.service_call WHERE id = $1 FOR UPDATE", call_id)
        if not rows:
            raise NotFound(_("There is no such call."))
        meeting_id: UUID = rows[0]["meeting_id"]
        await meeting_for(ctx, actor, meeting_id, OPERATE)
        if rows[0]["answered_at"] is not None:
            raise Conflict(_("Somebody has answered this call already."))
        await ctx.db.execute(
            "UPDATE conference.service_call SET answered_at = $2, answered_by = $3 WHERE id = $1",
            *(call_id, ctx.clock.now(), actor.account_id),
        )
        await write.audit("conference.service.answered", ref("service_call", call_id))
        await tell_desk(ctx, meeting_id, "service.answered", id=call_id)
        return meeting_id


async def open_calls(ctx: Ctx, meeting_id: UUID) -> list[ServiceCall]:
    """The calls of a meeting that wait, oldest first; the caller has asked for the permission."""
    rows = await ctx.db.fetch(
        "SELECT c.id, c.what, coalesce(a.name, '') AS name, c.seat_label, c.at FROM conference.service_call c"
        " LEFT JOIN conference.attendee a ON a.id = c.attendee_id"
        " WHERE c.meeting_id = $1 AND c.answered_at IS NULL ORDER BY c.at LIMIT 50",
        meeting_id,
    )
    return [ServiceCall(**row) for row in rows]
