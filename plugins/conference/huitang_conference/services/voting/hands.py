"""Votes by show of hands: of remote members beside the keys, and of everybody where the devices fail. Two people record
them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.events import PollClosed
from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.closing import settle
from huitang_conference.services.voting.log import append
from huitang_conference.services.voting.manual import act, ask
from huitang_conference.services.voting.polls import must_be
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid, NotFound


class Hands(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """Hands that were counted."""

    for_: int
    against: int = 0
    abstain: int = 0

    @property
    def total(self) -> int:
        return self.for_ + self.against + self.abstain


# Whose hands are counted: everybody's, or those of remote members who have pressed nothing.
PEOPLE = """
SELECT count(*) AS people FROM conference.attendee t
LEFT JOIN conference.voter v ON v.attendee_id = t.id AND v.poll_id = $2
LEFT JOIN conference.press p ON p.attendee_id = t.id AND p.poll_id = $2
WHERE t.meeting_id = $1 AND t.role = 'member' AND t.presence = 'present'
  AND ($3 OR (p.attendee_id IS NULL AND coalesce(v.by_hand, t.is_remote)))
"""


async def record_hands(ctx: Ctx, actor: Actor, poll_id: UUID, hands: Hands) -> UUID:
    """Ask for recording the hands of everybody; a second person confirms (`manual.confirm`), which closes the vote.

    Returns the id of the act. Raises Conflict when the vote is not an open show of hands, Invalid for impossible
    numbers.
    """
    return await _asked(ctx, actor, poll_id, hands, "poll.hands")


async def record_remote_hands(ctx: Ctx, actor: Actor, poll_id: UUID, hands: Hands) -> UUID:
    """Ask for recording the hands of those who attend remotely, beside the keys; a second person confirms.

    Numbers replace the ones recorded before. Raises like `record_hands`.
    """
    return await _asked(ctx, actor, poll_id, hands, "poll.remote-hands")


async def _asked(ctx: Ctx, actor: Actor, poll_id: UUID, hands: Hands, name: str) -> UUID:
    rows = await ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1", poll_id)
    if not rows:
        raise NotFound(_("There is no such vote."))
    await _check(ctx, rows[0], hands, name)
    detail = {"poll_id": str(poll_id)} | msgspec.to_builtins(hands)
    return await ask(ctx, actor, rows[0]["meeting_id"], name, detail)


async def _check(ctx: Ctx, poll: dict[str, Any], hands: Hands, name: str) -> None:
    """Raises Conflict or Invalid for hands that cannot be."""
    must_be(poll, "open")
    by_hands = poll["manner"] == "hands"
    if (name == "poll.hands") != by_hands or poll["kind"] == "election":
        raise Conflict(_("This vote is not held by show of hands."))
    people = (await ctx.db.fetch(PEOPLE, poll["meeting_id"], poll["id"], by_hands))[0]["people"]
    if min(hands.for_, hands.against, hands.abstain) < 0 or hands.total > people:
        raise Invalid(
            _("{hands} hands are more than the {people} members who vote by hand.", hands=hands.total, people=people)
        )


async def _recording(ctx: Ctx, detail: dict[str, Any], name: str) -> tuple[dict[str, Any], Hands]:
    """The poll, locked, and the hands to be put into it, checked again: minutes may have passed."""
    hands = msgspec.convert({word: detail[word] for word in ("for", "against", "abstain")}, Hands)
    sql = "SELECT * FROM conference.poll WHERE id = $1 FOR NO KEY UPDATE"
    poll = (await ctx.db.fetch(sql, UUID(detail["poll_id"])))[0]
    await _check(ctx, poll, hands, name)
    poll["hands"] = msgspec.json.encode(hands).decode()
    await ctx.db.execute("UPDATE conference.poll SET hands = $2::text::jsonb WHERE id = $1", poll["id"], poll["hands"])
    whose = "all" if name == "poll.hands" else "remote"
    await append(ctx, poll, "hands", {"whose": whose, "hands": hands}, ctx.clock.now())
    return poll, hands


@act("poll.hands")
async def _all_hands(ctx: Ctx, actor: Actor, meeting: dict[str, Any], detail: dict[str, Any]) -> None:
    poll, hands = await _recording(ctx, detail, "poll.hands")
    async with ctx.db.write(actor) as write:
        await settle(ctx, meeting, poll, [])
        await write.audit("conference.poll.closed", ref("poll", poll["id"]), detail=msgspec.to_builtins(hands))
        await write.emit(PollClosed(meeting_id=meeting["id"], poll_id=poll["id"]))
        await tell_hall(ctx, meeting["id"], "poll.closed")


@act("poll.remote-hands")
async def _remote_hands(ctx: Ctx, actor: Actor, meeting: dict[str, Any], detail: dict[str, Any]) -> None:
    poll, hands = await _recording(ctx, detail, "poll.remote-hands")
    async with ctx.db.write(actor) as write:
        await write.audit("conference.poll.hands_recorded", ref("poll", poll["id"]), detail=msgspec.to_builtins(hands))
