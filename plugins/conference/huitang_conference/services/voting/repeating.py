"""A vote once more: the earlier attempt stays in the record with the reason, voided if it was still open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.state import tell_desk, tell_hall
from huitang_conference.services.voting.choices import Candidate
from huitang_conference.services.voting.keychain import forget_key
from huitang_conference.services.voting.log import append
from huitang_conference.services.voting.opening import open_poll
from huitang_conference.services.voting.polls import NewPoll, locked, must_be, prepare_poll, running
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid


async def void_poll(ctx: Ctx, actor: Actor, poll_id: UUID, reason: str) -> None:
    """Break off an open vote: nothing of it is counted, the key of a secret one is destroyed. Not inside another
    write. Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("Say why the vote is broken off; it goes into the record."), fields={"reason": _("Required.")})
    async with ctx.db.write(actor):
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        must_be(poll, "open")
        await _void(ctx, actor, poll, reason)
        await tell_hall(ctx, meeting["id"], "poll.voided")
    await forget_key(ctx, poll_id)


async def repeat_poll(ctx: Ctx, actor: Actor, poll_id: UUID, reason: str, *, open_now: bool = True) -> UUID:
    """Vote again on the same: a new attempt, opened at once, the old one kept. Returns its id. Not inside another
    write."""
    return await _again(ctx, actor, poll_id, reason, {}, open_now)


async def fall_back_to_hands(ctx: Ctx, actor: Actor, poll_id: UUID, reason: str) -> UUID:
    """Vote by show of hands because the devices fail: both attempts are in the record. Returns the new attempt's id.

    Raises Conflict for an election, which is held by secret ballot. Not inside another write.
    """
    return await _again(ctx, actor, poll_id, reason, {"manner": "hands", "secrecy": "open", "seconds": None}, True)


async def _again(ctx: Ctx, actor: Actor, poll_id: UUID, reason: str, changes: dict[str, Any], open_now: bool) -> UUID:
    if not reason.strip():
        raise Invalid(_("Say why the vote is repeated; it goes into the record."), fields={"reason": _("Required.")})
    async with ctx.db.write(actor):
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        if poll["kind"] == "election" and changes:
            raise Conflict(_("Elections are held by secret ballot, not by show of hands."))
        newer = await ctx.db.fetch("SELECT 1 FROM conference.poll WHERE repeats_id = $1 LIMIT 1", poll_id)
        if poll["state"] in ("withdrawn", "prepared") or newer:
            raise Conflict(_("Only the latest attempt of a vote that has been opened can be repeated."))
        if poll["state"] == "open":
            await _void(ctx, actor, poll, reason)
        new = msgspec.structs.replace(as_new(poll), **changes)
        again = await prepare_poll(
            ctx, actor, meeting["id"], new, attempt=poll["attempt"] + 1, repeats_id=poll_id, reason=reason
        )
        if open_now:
            await open_poll(ctx, actor, again)
    await forget_key(ctx, poll_id)
    return again


def as_new(poll: dict[str, Any]) -> NewPoll:
    """The same matter, to be put to the vote once more."""
    same = ("kind", "title", "item_id", "text", "amends_id", "seats", "secrecy", "manner", "counts", "seconds", "show")
    names = msgspec.json.decode(poll["names"], type=list[Candidate | str])
    return NewPoll(names=names, options=msgspec.json.decode(poll["options"]), **{name: poll[name] for name in same})


async def _void(ctx: Ctx, actor: Actor, poll: dict[str, Any], reason: str) -> None:
    """Inside a write that holds both locks; the key is destroyed after its commit."""
    pressed = (await ctx.db.fetch("SELECT count(*) AS n FROM conference.press WHERE poll_id = $1", poll["id"]))[0]["n"]
    await append(ctx, poll, "voided", {"reason": reason, "pressed": pressed}, ctx.clock.now())
    sql = "UPDATE conference.poll SET state = 'void', void_reason = $2, closed_at = clock_timestamp() WHERE id = $1"
    await ctx.db.execute(sql, poll["id"], reason)
    await ctx.db.execute("UPDATE conference.press SET sealed = NULL WHERE poll_id = $1", poll["id"])
    async with ctx.db.write(actor) as write:
        await write.audit("conference.poll.voided", ref("poll", poll["id"]), reason=reason)


async def mark_fault(
    ctx: Ctx, actor: Actor, poll_id: UUID, attendee_id: UUID, *, has_fault: bool = True, reason: str = ""
) -> None:
    """Note that a voter's device does not work in this vote: neither an abstention nor "not pressed"."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        must_be(poll, "open")
        sql = """
        INSERT INTO conference.voter (poll_id, attendee_id, has_fault)
        SELECT $1, id, $4 FROM conference.attendee WHERE id = $2 AND meeting_id = $3 AND role = 'member'
        ON CONFLICT (poll_id, attendee_id) DO UPDATE SET has_fault = $4 RETURNING attendee_id
        """
        if not await ctx.db.fetch(sql, poll_id, attendee_id, meeting["id"], has_fault):
            raise Invalid(_("Only members of this body vote."))
        body = {"attendee": attendee_id, "has_fault": has_fault, "reason": reason}
        await append(ctx, poll, "fault", body, ctx.clock.now())
        detail = {"attendee_id": str(attendee_id), "has_fault": has_fault}
        await write.audit("conference.poll.fault_marked", ref("poll", poll_id), detail=detail, reason=reason)
        await tell_desk(ctx, meeting["id"], "poll.fault", poll_id=poll_id, **detail)
