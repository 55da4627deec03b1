"""Opening a vote: the law is asked, the voters are noted, a secret one gets its key."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.keychain import keychain
from huitang_conference.services.voting.law import require_amendments_done, require_consent, require_quorum
from huitang_conference.services.voting.log import append
from huitang_conference.services.voting.polls import locked, log_as_prepared, must_be, running
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict

VOTERS = """
INSERT INTO conference.voter (poll_id, attendee_id, by_hand)
SELECT $1, id, is_remote FROM conference.attendee
WHERE meeting_id = $2 AND role = 'member' AND presence = 'present' ORDER BY id
RETURNING attendee_id, by_hand
"""
# The database's clock is the one that all nodes share: it opens and it closes.
OPEN = """
UPDATE conference.poll SET state = 'open', opened_at = clock_timestamp(),
  closes_at = clock_timestamp() + make_interval(secs => seconds), members_total = $2, present_at_open = $3,
  public_key = $4, version = version + 1
WHERE id = $1 RETURNING *
"""


async def open_poll(ctx: Ctx, actor: Actor, poll_id: UUID) -> None:
    """Open a prepared vote. Raises Conflict, naming the article, for what the rules of the body do not allow now."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        await _may_open(ctx, meeting, poll)
        voters = await ctx.db.fetch(VOTERS, poll_id, meeting["id"])
        quorum = require_quorum(meeting, len(voters))
        require_consent(meeting, poll, len(voters))
        await log_as_prepared(ctx, poll)
        public_key = await _new_key(ctx, poll)
        opened = (await ctx.db.fetch(OPEN, poll_id, meeting["members_total"], len(voters), public_key))[0]
        await ctx.db.execute("UPDATE conference.meeting SET poll_id = $2 WHERE id = $1", meeting["id"], poll_id)
        body: dict[str, Any] = {
            "members": meeting["members_total"],
            "present": len(voters),
            "quorum": quorum.needed,
            "voters": sorted(voter["attendee_id"] for voter in voters),
            "public_key": public_key.hex() if public_key else "",
        }
        await append(ctx, opened, "opened", body, opened["opened_at"])
        await write.audit("conference.poll.opened", ref("poll", poll_id), detail={"present": len(voters)})
        await tell_hall(ctx, meeting["id"], "poll.opened")


async def _may_open(ctx: Ctx, meeting: dict[str, Any], poll: dict[str, Any]) -> None:
    must_be(poll, "prepared")
    if meeting["state"] != "open":
        raise Conflict(_("The meeting is not in session: nothing can be put to the vote now."))
    others = await ctx.db.fetch(
        "SELECT title FROM conference.poll WHERE meeting_id = $1 AND state = 'open' LIMIT 1", meeting["id"]
    )
    if others:
        raise Conflict(_("The vote on “{title}” is still open; close it first.", title=others[0]["title"]))
    await require_amendments_done(ctx, meeting, poll)


async def _new_key(ctx: Ctx, poll: dict[str, Any]) -> bytes | None:
    """The public key of a secret vote; its private half is on disk before the vote is open."""
    if poll["secrecy"] != "secret":
        return None
    chain = keychain(ctx)
    # Left over when an earlier try to open this vote was rolled back. The lock of the poll is held: nobody else opens
    # it.
    try:
        await asyncio.to_thread(chain.destroy, poll["id"])
        return await asyncio.to_thread(chain.make, poll["id"])
    except OSError as error:
        ctx.log.error("the key of a secret vote cannot be kept in %s: %s", chain.folder, error)
        raise Conflict(
            _("The key of the secret vote cannot be stored; the operator finds the reason in the log.")
        ) from error
