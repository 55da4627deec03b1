"""Elections: ballots handed to the rules for counting, and the next round made ready from the result."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from huitang_conference.services.access import Ctx, _
from huitang_conference.services.voting.choices import Candidate
from huitang_conference.services.voting.polls import locked, must_be, prepare_poll, preparing
from huitang_conference.services.voting.repeating import as_new
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid

ROUNDS = {"runoff": "runoff", "further_election": "further", "revote": "first", "election": "first"}
"""What the rules call the next step, and the round that it is."""


async def prepare_next_round(ctx: Ctx, actor: Actor, poll_id: UUID, names: Sequence[Candidate | str] = ()) -> UUID:
    """Prepare what the result of an election asks for: a run-off among the tied, an election for the seats left over.

    `names`: the candidates, where the rules leave them open. Returns the id of the new vote. Raises Conflict when
    nothing follows, Invalid when candidates have to be named.
    """
    async with ctx.db.write(actor):
        meeting, poll = await locked(ctx, actor, poll_id, preparing(ctx, actor))
        must_be(poll, "closed")
        result = msgspec.json.decode(poll["result"])
        following = result.get("election", {}).get("next", {"kind": "none"})
        if following["kind"] not in ROUNDS:
            raise Conflict(_("No further round follows from this result."))
        people = list(names) or list(following["candidates"])
        if not people:
            raise Invalid(_("Name the candidates of the next round."), fields={"names": _("Required.")})
        old = as_new(poll)
        options = old.options | {"round": ROUNDS[following["kind"]], "follows": str(poll_id)}
        if options["round"] == "runoff":
            options["write_ins"] = False
        new = msgspec.structs.replace(old, names=people, seats=following["seats"], options=options)
        return await prepare_poll(ctx, actor, meeting["id"], new)
