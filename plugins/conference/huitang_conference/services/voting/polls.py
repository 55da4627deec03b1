"""Votes before they open: prepared, changed, withdrawn."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services.access import CHAIR, MANAGE, OPERATE, Ctx, _, meeting_for, ref
from huitang_conference.services.state import tell_hall
from huitang_conference.services.voting.choices import Candidate
from huitang_conference.services.voting.law import check_new, usual_manner
from huitang_conference.services.voting.log import append
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound

Kind = Literal["motion", "amendment", "appointment", "election"]


class NewPoll(Struct, frozen=True, kw_only=True):
    """What is put to the vote.

    `names`: the persons of an appointment (several: merged into one vote), or the candidates of an election. `secrecy`
    and `manner` None: as the rules of the body have it first. `options`: `subject` (what the rules call the matter:
    "motion", "appointment", "dismissal", "resignation", "recall" …), `rule` (a majority of the profile by name),
    `merge_agreed` (how many agreed to merge), and for elections `write_ins` (default true), `post`, `equal`,
    `preselection`.
    """

    kind: Kind
    title: str
    item_id: UUID | None = None
    text: str = ""
    amends_id: UUID | None = None
    names: list[Candidate | str] = []
    seats: int = 1
    options: dict[str, Any] = {}
    secrecy: Literal["open", "secret"] | None = None
    manner: Literal["key", "hands"] | None = None
    counts: Literal["first", "last"] = "first"
    seconds: int | None = None
    show: Literal["live", "withheld"] = "withheld"


INSERT = """
INSERT INTO conference.poll (id, meeting_id, item_id, kind, amends_id, title, text, names, seats, options, secrecy,
  counts, manner, seconds, show, attempt, repeats_id, repeat_reason, position)
SELECT $1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $10::text::jsonb, $11, $12, $13, $14, $15, $16, $17, $18,
  coalesce((SELECT max(position) FROM conference.poll WHERE meeting_id = $2), 0) + 1
RETURNING *
"""
CHANGE = """
UPDATE conference.poll SET item_id = $2, kind = $3, amends_id = $4, title = $5, text = $6, names = $7::text::jsonb,
  seats = $8, options = $9::text::jsonb, secrecy = $10, counts = $11, manner = $12, seconds = $13, show = $14,
  version = version + 1
WHERE id = $1
"""


async def prepare_poll(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    new: NewPoll,
    *,
    attempt: int = 1,
    repeats_id: UUID | None = None,
    reason: str = "",
) -> UUID:
    """Prepare a vote and return its id. Raises NotFound, Forbidden, Conflict, and Invalid naming what the rules
    refuse."""
    async with ctx.db.write(actor) as write:
        meeting = await meeting_for(ctx, actor, meeting_id, preparing(ctx, actor), lock=True)
        if meeting["state"] in ("closed", "archived"):
            raise Conflict(_("The meeting is over; nothing more can be put to the vote in it."))
        values = await _values(ctx, meeting, new)
        poll_id = new_id()
        poll = (await ctx.db.fetch(INSERT, poll_id, meeting_id, *values, attempt, repeats_id, reason))[0]
        await append(ctx, poll, "prepared", described(poll), ctx.clock.now())
        await write.audit("conference.poll.prepared", ref("poll", poll_id), detail={"title": new.title}, reason=reason)
        await tell_hall(ctx, meeting_id, "poll.prepared")
    return poll_id


async def prepare_each(ctx: Ctx, actor: Actor, meeting_id: UUID, new: NewPoll) -> list[UUID]:
    """Appointments one by one: a vote for each of the names, in their order."""
    if new.kind != "appointment" or not new.names:
        raise Invalid(_("Only appointments are put to the vote name by name."))
    async with ctx.db.write(actor):
        return [
            await prepare_poll(
                ctx, actor, meeting_id, msgspec.structs.replace(new, names=[name], title=_titled(new.title, name))
            )
            for name in new.names
        ]


async def change_poll(ctx: Ctx, actor: Actor, poll_id: UUID, new: NewPoll) -> None:
    """Change a vote that has not been opened. Raises Conflict for any other."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, preparing(ctx, actor))
        must_be(poll, "prepared")
        await ctx.db.execute(CHANGE, poll_id, *await _values(ctx, meeting, new))
        fresh = (await ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1", poll_id))[0]
        await append(ctx, fresh, "changed" if fresh["log_sequence"] else "prepared", described(fresh), ctx.clock.now())
        await write.audit("conference.poll.changed", ref("poll", poll_id), detail={"title": new.title})
        await tell_hall(ctx, meeting["id"], "poll.changed")


async def withdraw_poll(ctx: Ctx, actor: Actor, poll_id: UUID, reason: str = "") -> None:
    """Take back a vote that has not been opened: it stays in the record as withdrawn."""
    async with ctx.db.write(actor) as write:
        meeting, poll = await locked(ctx, actor, poll_id, preparing(ctx, actor))
        must_be(poll, "prepared")
        await log_as_prepared(ctx, poll)
        await append(ctx, poll, "withdrawn", {"reason": reason}, ctx.clock.now())
        await ctx.db.execute("UPDATE conference.poll SET state = 'withdrawn' WHERE id = $1", poll_id)
        await write.audit("conference.poll.withdrawn", ref("poll", poll_id), reason=reason)
        await tell_hall(ctx, meeting["id"], "poll.withdrawn")


def preparing(ctx: Ctx, actor: Actor) -> str:
    """The permission under which this actor prepares votes: chair, operator or clerk."""
    return next((p for p in (CHAIR, MANAGE, OPERATE) if ctx.permissions.may(actor, p)), MANAGE)


def running(ctx: Ctx, actor: Actor) -> str:
    """The permission under which this actor opens and closes votes: as chair, or at the operator's desk for the
    chair."""
    return CHAIR if ctx.permissions.may(actor, CHAIR) else OPERATE


async def locked(ctx: Ctx, actor: Actor, poll_id: UUID, permission: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inside a write: the meeting and the poll, both locked, in this order everywhere. Raises NotFound."""
    rows = await ctx.db.fetch("SELECT meeting_id FROM conference.poll WHERE id = $1", poll_id)
    if not rows:
        raise NotFound(_("There is no such vote."))
    meeting = await meeting_for(ctx, actor, rows[0]["meeting_id"], permission, lock=True)
    found = await ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1 FOR NO KEY UPDATE", poll_id)
    return meeting, found[0]


def must_be(poll: dict[str, Any], state: str) -> None:
    """Raises Conflict unless the poll is in this state."""
    if poll["state"] == state:
        return
    if state == "prepared":
        raise Conflict(_("This vote is not prepared any more: it has been opened or withdrawn."))
    if state == "open":
        raise Conflict(_("This vote is not open."))
    raise Conflict(_("This vote is not closed."))


async def log_as_prepared(ctx: Ctx, poll: dict[str, Any]) -> None:
    """Begin the log of a vote that was copied from another meeting, and has none yet."""
    if not poll["log_sequence"]:
        await append(ctx, poll, "prepared", described(poll), ctx.clock.now())


def described(poll: dict[str, Any]) -> dict[str, Any]:
    """What the log says of a vote when it is prepared."""
    told = ("kind", "title", "text", "seats", "secrecy", "counts", "manner", "seconds", "attempt", "repeat_reason")
    refs = {name: poll[name] for name in ("meeting_id", "item_id", "amends_id", "repeats_id")}
    content = {name: msgspec.json.decode(poll[name]) for name in ("names", "options")}
    return {name: poll[name] for name in told} | refs | content


async def _values(ctx: Ctx, meeting: dict[str, Any], new: NewPoll) -> tuple[Any, ...]:
    """The columns from item_id to show."""
    names = [
        Candidate(str(number), name.strip()) if isinstance(name, str) else name
        for number, name in enumerate(new.names, 1)
    ]
    await check_new(ctx, meeting, new, names)
    manner, secrecy = usual_manner(meeting, new)
    encoded = (msgspec.json.encode(value).decode() for value in (names, new.options))
    head = (new.item_id, new.kind, new.amends_id, new.title.strip(), new.text, next(encoded), new.seats, next(encoded))
    return *head, secrecy, new.counts, manner, new.seconds, new.show


def _titled(title: str, name: Candidate | str) -> str:
    return f"{title}：{name if isinstance(name, str) else name.name}"
