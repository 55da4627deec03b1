"""The steps of a meeting by the words of the desks: what a button says, done by the service that knows how."""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services import agenda, attendance, meetings
from huitang_conference.services.access import Ctx
from huitang_conference.services.voting.running import NewPoll, open_poll, prepare_poll
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
STEPS = {
    "open": meetings.open_meeting,
    "adjourn": meetings.adjourn,
    "resume": meetings.resume,
    "close": meetings.close,
}


async def move_meeting(ctx: Ctx, actor: Actor, meeting_id: UUID, step: str) -> None:
    """Open, adjourn, resume, close. Raises NotFound for another step, Conflict when it does not fit the state."""
    if step not in STEPS:
        raise NotFound
    await STEPS[step](ctx, actor, meeting_id)


async def put_to_vote(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID) -> UUID:
    """Prepare a vote on an item that has none, such as a motion from the floor, and open it; returns its id.

    Raises Conflict, with the article, when the rules do not let it be opened now; it stays prepared then.
    """
    item = next((one for one in await agenda.items(ctx, meeting_id) if one.id == item_id), None)
    if item is None:
        raise NotFound(_("There is no such item on this agenda."))
    new = NewPoll(kind="motion", title=item.title, text=item.text, item_id=item_id)
    poll_id = await prepare_poll(ctx, actor, meeting_id, new)
    await open_poll(ctx, actor, poll_id)
    return poll_id


async def set_presence(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID, presence: str) -> None:
    """What the operator notes of somebody: present, away or left. Raises Invalid for anything else."""
    if presence in ("away", "left"):
        await attendance.leave(ctx, actor, meeting_id, attendee_id, for_good=presence == "left")
    elif presence == "present":
        rows = await ctx.db.fetch("SELECT presence FROM conference.attendee WHERE id = $1", attendee_id)
        if rows and rows[0]["presence"] in ("away", "left"):
            await attendance.return_(ctx, actor, meeting_id, attendee_id)
        else:
            await attendance.check_in(ctx, actor, meeting_id, attendee_id, "staff")
    else:
        raise Invalid(_("Choose one of the list."))
