"""A hall to try things in: a body, its meeting in session, and terminals at the seats, all made up.

Or terminals for a real meeting's rehearsal. Either way the codes are known once, to whoever asked for them.
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services import bodies, meetings, members, seating
from huitang_conference.services.access import MANAGE, Ctx, meeting_for, ref
from huitang_conference.services.members import MemberValues
from huitang_conference.services.voting.progress import progress
from huitang_conference.services.voting.running import NewPoll, announce, close_poll, open_poll, prepare_poll
from huitang_sdk.contracts import Actor, NewDevice
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
ROLE = "conference.terminal"
A_ROW = 20


class Seats(Struct, frozen=True):
    """The meeting, and for each seat its label and the code that enrols its terminal."""

    meeting_id: UUID
    codes: list[tuple[str, str]]


async def make_hall(ctx: Ctx, actor: Actor, organisation: str, seats: int) -> Seats:
    """A meeting in session of `seats` made-up members of an organisation, each with a seat and an invited terminal.

    Raises NotFound for an organisation that does not exist.
    """
    found = await ctx.identity.organisation_named(organisation)
    if found is None:
        raise NotFound(_("There is no organisation of this name."))
    name = f"演练{secrets.token_hex(2)}"
    values = bodies.BodyValues(name=name, kind="standing_committee", profile_id="city-standing-committee")
    body_id = await bodies.create(ctx, actor, found.id, values)
    async with ctx.db.write(actor) as write:
        for number in range(1, seats + 1):
            member = MemberValues(name=f"模拟{number:04}", title="委员", position=number)
            await members.insert(ctx, write, body_id, member)
    planned = meetings.MeetingValues(title=f"{name}会议", place=name, starts_at=ctx.clock.now())
    meeting_id = await meetings.create(ctx, actor, body_id, planned)
    plan = [seating.Place(label=f"{name}·{p.label}", x=p.x, y=p.y) for p in seating.grid(-(-seats // A_ROW), A_ROW)]
    await seating.lay_out(ctx, actor, meeting_id, plan[:seats])
    await meetings.convene(ctx, actor, meeting_id, reason="rehearsal", notify=False)
    await seating.assign_in_order(ctx, actor, meeting_id)
    await meetings.open_meeting(ctx, actor, meeting_id)
    return await invite_terminals(ctx, actor, meeting_id, seats)


async def invite_terminals(ctx: Ctx, actor: Actor, meeting_id: UUID, seats: int) -> Seats:
    """A terminal for each of the first seats of a meeting that somebody sits at. Raises NotFound, Conflict."""
    meeting = await meeting_for(ctx, actor, meeting_id, MANAGE)
    labels = [seat.label for seat in await seating.seats(ctx, meeting_id) if seat.attendee_id is not None][:seats]
    if len(labels) < seats:
        raise Conflict(_("Only {count} seats of this meeting have somebody sitting there.", count=len(labels)))
    new = [NewDevice(label[:100], label, ROLE) for label in labels]
    async with ctx.db.write(actor) as write:
        invited = await ctx.devices.invite(new, organisation_id=meeting["organisation_id"], actor=actor)
        await write.audit("conference.terminals.invited", ref("meeting", meeting_id), detail={"count": len(invited)})
    return Seats(meeting_id, [(one.device.place, one.code) for one in invited])


async def put_to_the_vote(ctx: Ctx, actor: Actor, meeting_id: UUID, number: int, *, is_secret: bool) -> UUID:
    """A made-up motion, open."""
    secrecy = "secret" if is_secret else "open"
    new = NewPoll(kind="motion", title=f"演练表决（{number}）", secrecy=secrecy)  # type: ignore[arg-type]
    poll_id = await prepare_poll(ctx, actor, meeting_id, new)
    await open_poll(ctx, actor, poll_id)
    return poll_id


async def has_everybody_pressed(ctx: Ctx, actor: Actor, poll_id: UUID) -> bool:
    """Whether nobody is left who could press."""
    return (await progress(ctx, actor, poll_id)).not_pressed == 0


async def end_the_vote(ctx: Ctx, actor: Actor, poll_id: UUID) -> dict[str, Any]:
    """Close and announce; the result."""
    await close_poll(ctx, actor, poll_id)
    rows = await ctx.db.fetch("SELECT announced_at, result FROM conference.poll WHERE id = $1", poll_id)
    if rows[0]["announced_at"] is None:
        await announce(ctx, actor, poll_id)
    result: dict[str, Any] = msgspec.json.decode(rows[0]["result"])
    return result


async def send_terminals_home(ctx: Ctx, actor: Actor, meeting_id: UUID) -> int:
    """Revoke the terminals at the seats of a meeting; how many."""
    meeting = await meeting_for(ctx, actor, meeting_id, MANAGE)
    labels = {seat.label for seat in await seating.seats(ctx, meeting_id)}
    found = await ctx.devices.devices(organisation_id=meeting["organisation_id"])
    revoked = [d for d in found if d.place in labels and d.revoked_at is None and d.role == ROLE]
    for device in revoked:
        await ctx.devices.revoke(device.id, actor=actor, reason="rehearsal")
    return len(revoked)
