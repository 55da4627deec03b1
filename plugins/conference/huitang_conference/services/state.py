"""The state of the hall: one value that every seat, screen and desk shows, told whole after every change.

It is small on purpose (a few kilobytes): whoever missed a message needs just the newest one. What only the desks may
see (how many have pressed, who is present) is told on a topic of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services.access import Ctx
from huitang_sdk.errors import NotFound

HALL = "conference.hall"
"""Topic of a meeting's state, key = the meeting's id: for seats, hall screens, desks."""
DESK = "conference.desk"
"""Topic of what only the chair and the operator see, key = the meeting's id."""


class MeetingState(Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    number: str
    body: str
    place: str
    state: str
    is_rehearsal: bool
    members_total: int
    present: int
    """Members who are checked in now."""
    observers: int


class ItemState(Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    title: str
    kind: str
    presenter: str


class PollState(Struct, frozen=True, kw_only=True):
    """The poll that is shown. `result` only when it may be seen: live ones of open polls, others once announced."""

    id: UUID
    kind: str
    title: str
    text: str
    names: list[Any]
    seats: int
    options: dict[str, Any]
    secrecy: str
    counts: str
    manner: str
    state: str
    attempt: int
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    announced_at: datetime | None
    result: dict[str, Any] | None


class Speaker(Struct, frozen=True, kw_only=True):
    speech_id: UUID
    attendee_id: UUID
    name: str
    title: str
    kind: str
    ordinal: int
    started_at: datetime | None = None
    ends_at: datetime | None = None
    """None: the rules set no limit."""
    extended_seconds: int = 0


class Speaking(Struct, frozen=True, kw_only=True):
    is_open: bool
    now: list[Speaker]
    """Whoever holds the floor; an interposition may stand beside the speech it interrupts."""
    queue: list[Speaker]


class HallState(Struct, frozen=True, kw_only=True):
    what: str
    """What happened last: "poll.opened", "speech.granted", "item.begun" …; "state" when nothing did."""
    meeting: MeetingState
    item: ItemState | None
    poll: PollState | None
    speaking: Speaking
    screen: dict[str, Any]
    push: dict[str, Any] | None
    at: datetime
    """The server's time, so that a screen's clock can be set by it."""


MEETING = """
SELECT m.*, b.name AS body_name,
  (SELECT count(*) FROM conference.attendee a WHERE a.meeting_id = m.id AND a.role = 'member'
    AND a.presence = 'present') AS present,
  (SELECT count(*) FROM conference.attendee a WHERE a.meeting_id = m.id AND a.role = 'observer'
    AND a.presence = 'present') AS observers
FROM conference.meeting m JOIN conference.body b ON b.id = m.body_id WHERE m.id = $1
"""
SPEECHES = """
SELECT s.*, a.name, a.title FROM conference.speech s JOIN conference.attendee a ON a.id = s.attendee_id
WHERE s.meeting_id = $1 AND s.state IN ('asked', 'speaking') ORDER BY s.position, s.asked_at LIMIT 60
"""


LIVE = """
SELECT p.choice, count(p.choice) AS votes FROM conference.poll o LEFT JOIN conference.press p ON p.poll_id = o.id
WHERE o.id = $1 AND o.secrecy = 'open' AND o.show = 'live' AND o.state = 'open' AND o.kind <> 'election'
GROUP BY p.choice
"""


async def hall_state(ctx: Ctx, meeting_id: UUID, what: str = "state") -> HallState:
    """The state of a meeting as everybody in the hall may see it. Raises NotFound."""
    rows = await ctx.db.fetch(MEETING, meeting_id)
    if not rows:
        raise NotFound
    row = rows[0]
    return HallState(
        what=what,
        meeting=_meeting(row),
        item=await _item(ctx, row["item_id"]),
        poll=await _poll(ctx, row["poll_id"]),
        speaking=await _speaking(ctx, row),
        screen=msgspec.json.decode(row["screen"]),
        push=msgspec.json.decode(row["push"]) if row["push"] else None,
        at=ctx.clock.now(),
    )


async def tell_hall(ctx: Ctx, meeting_id: UUID, what: str) -> None:
    """Inside a write: tell every seat and screen the new state, after the commit."""
    state = await hall_state(ctx, meeting_id, what)
    await ctx.live.publish(HALL, str(meeting_id), msgspec.to_builtins(state))


async def tell_desk(ctx: Ctx, meeting_id: UUID, what: str, **data: Any) -> None:
    """Inside a write: tell the desks something that the hall does not see."""
    await ctx.live.publish(DESK, str(meeting_id), {"what": what, **msgspec.to_builtins(data)})


def _meeting(row: dict[str, Any]) -> MeetingState:
    return MeetingState(
        id=row["id"],
        title=row["title"],
        number=row["number"],
        body=row["body_name"],
        place=row["place"],
        state=row["state"],
        is_rehearsal=row["rehearsal_of"] is not None,
        members_total=row["members_total"],
        present=row["present"],
        observers=row["observers"],
    )


async def _item(ctx: Ctx, item_id: UUID | None) -> ItemState | None:
    rows = await ctx.db.fetch("SELECT id, number, title, kind, presenter FROM conference.item WHERE id = $1", item_id)
    return ItemState(**rows[0]) if rows else None


async def _poll(ctx: Ctx, poll_id: UUID | None) -> PollState | None:
    rows = await ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1", poll_id)
    if not rows:
        return None
    row = rows[0]
    shown = row["state"] == "closed" and row["announced_at"] is not None
    values = {name: row[name] for name in PollState.__struct_fields__ if name in row}
    values |= {"names": msgspec.json.decode(row["names"]), "options": msgspec.json.decode(row["options"])}
    values["result"] = msgspec.json.decode(row["result"]) if row["result"] and shown else None
    if row["state"] == "open":
        counts = await live_counts(ctx, row["id"])
        values["result"] = {"counts": counts} if counts is not None else None
    return PollState(**values)


async def live_counts(ctx: Ctx, poll_id: UUID) -> dict[str, int] | None:
    """The running totals of an open poll that is shown live; None for every other."""
    rows = await ctx.db.fetch(LIVE, poll_id)
    return {row["choice"]: row["votes"] for row in rows if row["choice"]} if rows else None


async def _speaking(ctx: Ctx, meeting: dict[str, Any]) -> Speaking:
    now: list[Speaker] = []
    queue: list[Speaker] = []
    for row in await ctx.db.fetch(SPEECHES, meeting["id"]):
        ends = None
        if row["started_at"] and row["allowed_seconds"] is not None:
            ends = row["started_at"] + timedelta(seconds=row["allowed_seconds"] + row["extended_seconds"])
        speaker = Speaker(
            speech_id=row["id"],
            attendee_id=row["attendee_id"],
            name=row["name"],
            title=row["title"],
            kind=row["kind"],
            ordinal=row["ordinal"],
            started_at=row["started_at"],
            ends_at=ends,
            extended_seconds=row["extended_seconds"],
        )
        (now if row["state"] == "speaking" else queue).append(speaker)
    return Speaking(is_open=meeting["speaking_open"], now=now, queue=queue)
