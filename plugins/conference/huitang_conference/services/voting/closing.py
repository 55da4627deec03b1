"""Closing a vote: presses are opened, mixed, stored as ballots without a name, counted; then the key is destroyed."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.events import PollClosed
from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.choices import unpadded
from huitang_conference.services.voting.counting import Roster, result_of
from huitang_conference.services.voting.keychain import KeyLost, forget_key, keychain
from huitang_conference.services.voting.log import append
from huitang_conference.services.voting.polls import locked, must_be, running
from huitang_conference.services.voting.progress import VOTERS
from huitang_conference.services.voting.sealing import SealError, open_all
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict

JOINED = """
INSERT INTO conference.voter (poll_id, attendee_id, by_hand)
SELECT $1, id, is_remote FROM conference.attendee WHERE meeting_id = $2 AND role = 'member' AND presence = 'present'
ON CONFLICT DO NOTHING
"""
CLOSE = """
UPDATE conference.poll SET state = 'closed', closed_at = $2, present_at_close = $3, result = $4::text::jsonb,
  announced_at = CASE WHEN show = 'live' THEN $2::timestamptz END, version = version + 1
WHERE id = $1 RETURNING *
"""
BALLOTS = """
INSERT INTO conference.ballot (id, poll_id, choice)
SELECT gen_random_uuid(), $1, choice FROM unnest($2::text[]) AS b(choice)
"""
LOT = 16
"""Random bytes that each ballot draws; their order is the order of the ballots."""


async def close_poll(ctx: Ctx, actor: Actor, poll_id: UUID) -> None:
    """Close an open vote and fix its result. Raises Conflict when it is not open, or its key is not to be found."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        must_be(poll, "open")
        if poll["manner"] != "key":
            raise Conflict(_("A show of hands closes when its numbers are recorded."))
        ballots = await _ballots(ctx, poll)
        await settle(ctx, meeting, poll, ballots)
        await write.audit("conference.poll.closed", ref("poll", poll_id))
        await write.emit(PollClosed(meeting_id=meeting["id"], poll_id=poll_id))
        await tell_hall(ctx, meeting["id"], "poll.closed")
    await forget_key(ctx, poll_id)


async def settle(ctx: Ctx, meeting: dict[str, Any], poll: dict[str, Any], ballots: list[str]) -> None:
    """Inside the write that closes: count, and fix the result with the hash that goes on the sheet."""
    await ctx.db.execute(JOINED, poll["id"], meeting["id"])
    roster = Roster((await ctx.db.fetch(VOTERS, poll["id"]))[0])
    counted = Counter(ballots)
    result = result_of(meeting, poll, roster, counted)
    now = (await ctx.db.fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    body = {"ballots": sorted(counted.items()), "voters": roster.voters, "present": roster.present} | result
    record = await append(ctx, poll, "closed", body, now)
    result["root"] = record.hash.hex()
    await ctx.db.execute(CLOSE, poll["id"], now, roster.present, msgspec.json.encode(result).decode())
    if poll["show"] == "live":
        await append(ctx, poll, "announced", {}, now)


async def _ballots(ctx: Ctx, poll: dict[str, Any]) -> list[str]:
    """The choices that count. Of a secret vote: opened, mixed, stored by themselves; the sealed ones are removed."""
    if poll["secrecy"] == "open":
        rows = await ctx.db.fetch("SELECT choice FROM conference.press WHERE poll_id = $1", poll["id"])
        return [row["choice"] for row in rows]
    rows = await ctx.db.fetch("SELECT attendee_id, sealed FROM conference.press WHERE poll_id = $1", poll["id"])
    sealed = [(row["attendee_id"], row["sealed"]) for row in rows]
    try:
        ballots = [unpadded(content) for content in open_all(poll["id"], keychain(ctx).read(poll["id"]), sealed)]
    except (KeyLost, SealError) as error:
        ctx.log.error("the secret vote %s cannot be counted: %s", poll["id"], error)
        told = _("The presses of this secret vote cannot be opened: its key is lost or not in this node's key folder. "
                 "If it does not come back, void the vote and repeat it.")  # fmt: skip
        raise Conflict(told) from error
    # Nothing of the order in which they were pressed or stored is left from here on.
    ballots = mixed(ballots)
    await ctx.db.execute(BALLOTS, poll["id"], ballots)
    await ctx.db.execute("UPDATE conference.press SET sealed = NULL WHERE poll_id = $1", poll["id"])
    return ballots


def mixed(ballots: list[str]) -> list[str]:
    """The ballots in an order drawn by lot from the system's random numbers."""
    lots = os.urandom(LOT * len(ballots))
    drawn = sorted((lots[LOT * n : LOT * (n + 1)], ballot) for n, ballot in enumerate(ballots))
    return [ballot for _lot, ballot in drawn]
