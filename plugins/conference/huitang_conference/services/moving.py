"""How the chair takes a meeting from one step to the next: into session, on to an item, a motion from the floor."""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services import attendance, meetings
from huitang_conference.services.access import CHAIR, Ctx, meeting_for, ref
from huitang_conference.services.rulebook import profile_of
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.running import NewPoll, prepare_poll
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid, NotFound
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


async def begin_item(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID) -> None:
    """Take up an item of the agenda; the one in hand is done. Raises Conflict while a vote is open."""
    async with ctx.db.write(actor) as write:
        meeting = await meeting_for(ctx, actor, meeting_id, CHAIR, lock=True)
        if meeting["state"] != "open":
            raise Conflict(_("The meeting is not in session."))
        if await ctx.db.fetch(
            "SELECT 1 FROM conference.poll WHERE meeting_id = $1 AND state = 'open' LIMIT 1", meeting_id
        ):
            raise Conflict(_("A vote is open. Close it first."))
        now = ctx.clock.now()
        begun = await ctx.db.fetch(
            "UPDATE conference.item SET state = 'current', started_at = $3 WHERE id = $2 AND meeting_id = $1"
            " AND state IN ('pending', 'deferred') RETURNING title",
            *(meeting_id, item_id, now),
        )
        if not begun:
            raise Conflict(_("This item is in hand or done already."))
        await ctx.db.execute(
            "UPDATE conference.item SET state = 'done', ended_at = $2 WHERE id = $1", meeting["item_id"], now
        )
        await ctx.db.execute("UPDATE conference.meeting SET item_id = $2 WHERE id = $1", meeting_id, item_id)
        await write.audit("conference.item.begun", ref("item", item_id), detail={"title": begun[0]["title"]})
        await tell_hall(ctx, meeting_id, "item.begun")


async def take_motion(ctx: Ctx, actor: Actor, meeting_id: UUID, title: str, proposers: int) -> UUID:
    """Put a motion from the floor to the item in hand, as a vote that is prepared; returns its id.

    Raises Conflict, with the article, below the number of members that the rules ask for.
    """
    if not title.strip():
        raise Invalid(_("Say what is moved."), fields={"title": _("Say what is moved.")})
    meeting = await meeting_for(ctx, actor, meeting_id, CHAIR)
    profile = profile_of(meeting)
    rule = profile.joint_proposal_members
    if rule is not None and proposers < rule.value:
        citation = profile.cite(rule)
        article = citation.text if citation else _("the rules of this body")
        told = _("A motion from the floor needs {needed} members ({article}).", needed=rule.value, article=article)
        raise Conflict(told, fields={"proposers": told})
    new = NewPoll(kind="motion", title=title, item_id=meeting["item_id"], options={"proposers": proposers})
    return await prepare_poll(ctx, actor, meeting_id, new)


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
