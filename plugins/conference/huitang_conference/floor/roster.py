"""Who sits where: the meetings that are going on, and of each its seats, its people and what concerns each of them.

Read for everybody at once and shared: when a node has gone, thousands of terminals ask the next one within a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.floor.messages import Attendee, Mine, Pressed, Seat, ToConfirm
from huitang_conference.services.access import SEAT, Ctx, in_scope
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql

# An open meeting before an adjourned one, before one that has just closed, before the next one.
GOING_ON = """
SELECT m.id, m.place, m.state FROM conference.meeting m
WHERE (m.state IN ('open', 'adjourned', 'convened')
    OR (m.state = 'closed' AND m.closed_at > now() - interval '10 minutes')) AND {scope}
ORDER BY array_position(ARRAY['open', 'adjourned', 'closed', 'convened'], m.state), m.starts_at, m.id
"""
PLACES = """
SELECT s.id AS seat_id, s.label, s.kind, s.has_fault, a.id, a.account_id, a.name, a.title, a.role, a.is_chair,
  a.is_remote, a.presence
FROM (SELECT * FROM conference.seat WHERE meeting_id = $1) s
FULL JOIN (SELECT * FROM conference.attendee WHERE meeting_id = $1) a ON a.id = s.attendee_id
"""
PRESSES = """
SELECT p.poll_id, p.attendee_id, p.receipt, p.number
FROM conference.press p JOIN conference.meeting m ON m.poll_id = p.poll_id WHERE m.id = $1
"""
RECORDS = """
SELECT s.id, s.attendee_id, s.record, coalesce(i.title, '') AS item
FROM conference.speech s LEFT JOIN conference.item i ON i.id = s.item_id
WHERE s.meeting_id = $1 AND s.state = 'done' AND s.record <> '' AND s.confirmed_at IS NULL ORDER BY s.ended_at
"""


class Meeting(Struct, frozen=True):
    """A meeting that is going on, or about to."""

    id: UUID
    place: str
    state: str


class Place(Struct, frozen=True):
    """A seat and who has it; either may be missing."""

    seat: Seat | None = None
    attendee: Attendee | None = None


class Roster(Struct):
    """One meeting's, as it stood a moment ago; `mine` is brought up to date by what this process does itself."""

    seats: dict[str, Place]
    """By the seat's label."""
    people: dict[UUID, Place]
    """By the account of whoever attends."""
    mine: dict[UUID, Mine]
    """By attendee."""

    def place_of(self, meeting: Meeting, actor: Actor) -> Place | None:
        """Where a device stands, or where a person sits; None: not in this meeting."""
        if actor.device_id is None:
            return self.people.get(actor.account_id) if actor.account_id else None
        hall, separator, label = actor.place.partition("/")
        if separator and hall == meeting.place and label in self.seats:
            return self.seats[label]
        return self.seats.get(actor.place)


async def going_on(ctx: Ctx, actor: Actor) -> list[Meeting]:
    """The meetings within the actor's reach, the one to sit in first."""
    sql = Sql()
    condition = in_scope(ctx, actor, SEAT, sql)
    return [Meeting(**row) for row in await ctx.db.fetch(GOING_ON.format(scope=condition), *sql.values)]


async def read_roster(ctx: Ctx, meeting_id: UUID) -> Roster:
    """Everybody's place and what concerns them, of one meeting."""
    places = await ctx.db.fetch(PLACES, meeting_id)
    waiting: dict[UUID, list[ToConfirm]] = {}
    for row in await ctx.db.fetch(RECORDS, meeting_id):
        record = ToConfirm(speech=row["id"], item=row["item"], record=row["record"])
        waiting.setdefault(row["attendee_id"], []).append(record)
    pressed: dict[UUID, Pressed] = {}
    for row in await ctx.db.fetch(PRESSES, meeting_id):
        pressed[row["attendee_id"]] = Pressed(poll=row["poll_id"], receipt=row["receipt"], number=row["number"])
    roster = Roster({}, {}, {})
    for row in places:
        place = Place(_seat(row), _attendee(row))
        if place.seat is not None:
            roster.seats[place.seat.label] = place
        if place.attendee is not None:
            who = place.attendee.id
            roster.mine[who] = Mine(
                presence=row["presence"],
                press=pressed.get(who),
                has_fault=bool(row["has_fault"]),
                to_confirm=waiting.get(who, []),
            )
            if row["account_id"] is not None:
                roster.people[row["account_id"]] = place
    return roster


def _seat(row: dict[str, Any]) -> Seat | None:
    return Seat(id=row["seat_id"], label=row["label"], kind=row["kind"]) if row["seat_id"] else None


def _attendee(row: dict[str, Any]) -> Attendee | None:
    if row["id"] is None:
        return None
    return Attendee(**{name: row[name] for name in Attendee.__struct_fields__})


def choose(meetings: Sequence[tuple[Meeting, Place]]) -> tuple[Meeting, Place] | None:
    """Of the meetings that have a place for somebody the first; none when two that are open claim it."""
    if not meetings or (len(meetings) > 1 and meetings[1][0].state == "open"):
        return None
    return meetings[0]
