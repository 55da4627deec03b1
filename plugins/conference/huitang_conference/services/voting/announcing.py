"""Announcing a withheld result: from here on the hall may see it."""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.log import append
from huitang_conference.services.voting.polls import locked, must_be, running
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict


async def announce(ctx: Ctx, actor: Actor, poll_id: UUID) -> None:
    """Announce the result of a closed vote. Raises Conflict when it is not closed, or has been announced."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, running(ctx, actor))
        must_be(poll, "closed")
        if poll["announced_at"] is not None:
            raise Conflict(_("The result has been announced already."))
        now = ctx.clock.now()
        await append(ctx, poll, "announced", {}, now)
        await ctx.db.execute(
            "UPDATE conference.poll SET announced_at = $2, version = version + 1 WHERE id = $1", poll_id, now
        )
        await ctx.db.execute("UPDATE conference.meeting SET poll_id = $2 WHERE id = $1", meeting["id"], poll_id)
        await write.audit("conference.poll.announced", ref("poll", poll_id))
        await tell_hall(ctx, meeting["id"], "poll.announced")
