"""The seat plan of a meeting: seats on a grid, each with a label that is also the place of its device, and who sits
there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import MANAGE, OPERATE, Ctx, meeting_to_change, ref
from huitang_conference.services.roster import attendee_in
from huitang_conference.services.state import tell_desk, tell_hall
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
KINDS = ("seat", "chair", "podium")
MOST_SEATS = 10_000
LARGEST = 500.0
"""Seats stand between 0 and this on both axes; one is the width of a seat."""


class Place(Struct, frozen=True, kw_only=True):
    """One seat of a plan: where it stands, in seats from the left and from the front."""

    label: str
    x: float
    y: float
    kind: str = "seat"


class Seat(Struct, frozen=True, kw_only=True):
    """One seat of a meeting with whoever sits there."""

    id: UUID
    label: str
    x: float
    y: float
    kind: str
    attendee_id: UUID | None
    name: str
    title: str
    role: str
    presence: str
    has_fault: bool


SEATS = """
SELECT s.id, s.label, s.x, s.y, s.kind, s.attendee_id, coalesce(a.name, '') AS name, coalesce(a.title, '') AS title,
    coalesce(a.role, '') AS role, coalesce(a.presence, '') AS presence, s.has_fault
FROM conference.seat s LEFT JOIN conference.attendee a ON a.id = s.attendee_id
WHERE s.meeting_id = $1 ORDER BY s.y, s.x, s.label
"""


async def seats(ctx: Ctx, meeting_id: UUID) -> list[Seat]:
    """The seats row by row; the caller has checked that the actor may see the meeting."""
    return [Seat(**row) for row in await ctx.db.fetch(SEATS, meeting_id)]


def grid(rows: int, columns: int, *, head: int = 0) -> list[Place]:
    """A plain hall: `rows` of `columns` seats, labelled 1排1座 …; `head` seats of the presidium in front.

    >>> [place.label for place in grid(1, 2, head=1)]
    ['主席台1座', '1排1座', '1排2座']
    """
    offset = (columns - head) / 2
    front = [Place(label=f"主席台{n + 1}座", x=max(0.0, offset + n), y=0.0, kind="chair") for n in range(head)]
    first = 2.0 if head else 0.0
    hall = [
        Place(label=f"{row + 1}排{column + 1}座", x=float(column), y=first + row)
        for row in range(rows)
        for column in range(columns)
    ]
    return [*front, *hall]


async def lay_out(ctx: Ctx, actor: Actor, meeting_id: UUID, plan: Sequence[Place]) -> None:
    """Give the meeting this plan. Seats whose label stays keep who sits there; others are taken away."""
    check_plan(plan)
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        await put_seats(ctx, meeting_id, plan)
        await _told(ctx, write, meeting_id, "laid_out", {"seats": len(plan)})


async def put_seats(ctx: Ctx, meeting_id: UUID, plan: Sequence[Place]) -> None:
    """Inside a write: the rows of a plan."""
    labels = [place.label for place in plan]
    await ctx.db.execute(
        "DELETE FROM conference.seat WHERE meeting_id = $1 AND label <> ALL($2::text[])", meeting_id, labels
    )
    await ctx.db.execute(
        """
        INSERT INTO conference.seat (id, meeting_id, label, x, y, kind)
        SELECT p.id, $1, p.label, p.x, p.y, p.kind
        FROM unnest($2::uuid[], $3::text[], $4::real[], $5::real[], $6::text[]) p (id, label, x, y, kind)
        ON CONFLICT (meeting_id, label) DO UPDATE SET x = EXCLUDED.x, y = EXCLUDED.y, kind = EXCLUDED.kind
        """,
        *(meeting_id, [new_id() for _place in plan], labels, [place.x for place in plan]),
        *([place.y for place in plan], [place.kind for place in plan]),
    )


def check_plan(plan: Sequence[Place]) -> None:
    """Raises Invalid for a plan that is no plan."""
    if not plan:
        raise Invalid(_("The plan has no seats."))
    if len(plan) > MOST_SEATS:
        raise Invalid(_("The plan has more than {count} seats.", count=MOST_SEATS))
    seen: set[str] = set()
    for place in plan:
        if not place.label.strip() or len(place.label) > 40 or not place.label.isprintable():
            raise Invalid(_("Every seat needs a label of at most {count} characters.", count=40))
        if place.label in seen:
            raise Invalid(_("Two seats are called {label}.", label=place.label))
        if place.kind not in KINDS or not (0 <= place.x <= LARGEST and 0 <= place.y <= LARGEST):
            raise Invalid(_("Seat {label} stands outside the plan.", label=place.label))
        seen.add(place.label)


async def move(ctx: Ctx, actor: Actor, meeting_id: UUID, seat_id: UUID, x: float, y: float) -> None:
    """Move one seat on the plan."""
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        seat = await seat_in(ctx, meeting_id, seat_id)
        if not (0 <= x <= LARGEST and 0 <= y <= LARGEST):
            raise Invalid(_("Seat {label} stands outside the plan.", label=seat["label"]))
        await ctx.db.execute("UPDATE conference.seat SET x = $2, y = $3 WHERE id = $1", seat_id, x, y)
        await _told(ctx, write, meeting_id, "moved", {"seat": seat["label"], "x": x, "y": y})


async def add(ctx: Ctx, actor: Actor, meeting_id: UUID, place: Place) -> UUID:
    """One more seat. Raises Conflict when its label is taken."""
    check_plan([place])
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        seat_id = new_id()
        rows = await ctx.db.fetch(
            "INSERT INTO conference.seat (id, meeting_id, label, x, y, kind) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT DO NOTHING RETURNING id",
            *(seat_id, meeting_id, place.label, place.x, place.y, place.kind),
        )
        if not rows:
            raise Conflict(_("Two seats are called {label}.", label=place.label))
        await _told(ctx, write, meeting_id, "added", {"seat": place.label})
    return seat_id


async def take_away(ctx: Ctx, actor: Actor, meeting_id: UUID, seat_id: UUID) -> None:
    """Take one seat off the plan; whoever sat there has none then."""
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        seat = await seat_in(ctx, meeting_id, seat_id)
        await ctx.db.execute("DELETE FROM conference.seat WHERE id = $1", seat_id)
        await _told(ctx, write, meeting_id, "taken_away", {"seat": seat["label"], "attendee": seat["attendee_id"]})


async def assign(ctx: Ctx, actor: Actor, meeting_id: UUID, seat_id: UUID, attendee_id: UUID) -> None:
    """Let somebody sit here; an earlier seat of the same person becomes free. Conflict when somebody else has it."""
    async with ctx.db.write(actor) as write:
        await may_seat(ctx, actor, meeting_id)
        seat = await seat_in(ctx, meeting_id, seat_id)
        attendee = await attendee_in(ctx, meeting_id, attendee_id)
        if seat["attendee_id"] not in (None, attendee_id):
            raise Conflict(_("Somebody sits on {label} already. Swap the two, or free the seat.", label=seat["label"]))
        await ctx.db.execute("UPDATE conference.seat SET attendee_id = NULL WHERE attendee_id = $1", attendee_id)
        await ctx.db.execute("UPDATE conference.seat SET attendee_id = $2 WHERE id = $1", seat_id, attendee_id)
        await _told(ctx, write, meeting_id, "assigned", {"seat": seat["label"], "name": attendee["name"]})


async def unassign(ctx: Ctx, actor: Actor, meeting_id: UUID, seat_id: UUID) -> None:
    """Free a seat."""
    async with ctx.db.write(actor) as write:
        await may_seat(ctx, actor, meeting_id)
        seat = await seat_in(ctx, meeting_id, seat_id)
        await ctx.db.execute("UPDATE conference.seat SET attendee_id = NULL WHERE id = $1", seat_id)
        await _told(ctx, write, meeting_id, "freed", {"seat": seat["label"], "attendee": seat["attendee_id"]})


async def swap(ctx: Ctx, actor: Actor, meeting_id: UUID, first_id: UUID, second_id: UUID) -> None:
    """Let the people of two seats change places, in one act; either seat may be free."""
    async with ctx.db.write(actor) as write:
        await may_seat(ctx, actor, meeting_id)
        first, second = await seat_in(ctx, meeting_id, first_id), await seat_in(ctx, meeting_id, second_id)
        await ctx.db.execute(
            "UPDATE conference.seat SET attendee_id = NULL WHERE id = ANY($1::uuid[])", [first_id, second_id]
        )
        for seat_id, attendee_id in ((first_id, second["attendee_id"]), (second_id, first["attendee_id"])):
            await ctx.db.execute("UPDATE conference.seat SET attendee_id = $2 WHERE id = $1", seat_id, attendee_id)
        await _told(ctx, write, meeting_id, "swapped", {"seats": [first["label"], second["label"]]})


async def assign_in_order(ctx: Ctx, actor: Actor, meeting_id: UUID) -> int:
    """Seat everybody who has no seat yet, in the order of the roster, on the free seats row by row; returns how many.

    Seats of the presidium are for whoever presides and those who follow in the order, the others start with the hall.
    """
    async with ctx.db.write(actor) as write:
        await may_seat(ctx, actor, meeting_id)
        rows = await ctx.db.fetch(
            """
            WITH free AS (
                SELECT id, row_number() OVER (ORDER BY kind <> 'chair', y, x, label) AS n FROM conference.seat
                WHERE meeting_id = $1 AND attendee_id IS NULL AND kind <> 'podium'
            ), standing AS (
                SELECT a.id, row_number() OVER (ORDER BY NOT a.is_chair,
                    array_position(ARRAY['member', 'observer', 'staff'], a.role), a.position, a.name) AS n
                FROM conference.attendee a WHERE a.meeting_id = $1 AND a.role <> 'staff' AND NOT a.is_remote
                    AND NOT EXISTS (SELECT 1 FROM conference.seat s WHERE s.attendee_id = a.id)
            )
            UPDATE conference.seat s SET attendee_id = standing.id FROM free JOIN standing USING (n)
            WHERE s.id = free.id RETURNING s.id
            """,
            meeting_id,
        )
        await _told(ctx, write, meeting_id, "assigned_in_order", {"people": len(rows)})
    return len(rows)


async def set_fault(ctx: Ctx, actor: Actor, meeting_id: UUID, seat_id: UUID, has_fault: bool) -> None:
    """Say that the device of a seat does not work, or works again."""
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, OPERATE)
        seat = await seat_in(ctx, meeting_id, seat_id)
        await ctx.db.execute("UPDATE conference.seat SET has_fault = $2 WHERE id = $1", seat_id, has_fault)
        await write.audit(
            "conference.seat.fault_set",
            ref("meeting", meeting_id),
            detail={"seat": seat["label"], "has_fault": has_fault},
        )
        await tell_desk(ctx, meeting_id, "seat.fault", seat_id=seat_id, seat=seat["label"], has_fault=has_fault)


async def may_seat(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """Seats are given by the staff before the meeting and by the operator during it."""
    permission = MANAGE if ctx.permissions.may(actor, MANAGE) else OPERATE
    return await meeting_to_change(ctx, actor, meeting_id, permission)


async def seat_in(ctx: Ctx, meeting_id: UUID, seat_id: UUID) -> dict[str, Any]:
    """The row of one seat of this meeting. Raises NotFound."""
    rows = await ctx.db.fetch("SELECT * FROM conference.seat WHERE id = $1 AND meeting_id = $2", seat_id, meeting_id)
    if not rows:
        raise NotFound(_("There is no such seat in this meeting."))
    return rows[0]


async def _told(ctx: Ctx, write: Write, meeting_id: UUID, what: str, detail: Mapping[str, Any]) -> None:
    await write.audit(f"conference.seating.{what}", ref("meeting", meeting_id), detail=detail)
    await tell_hall(ctx, meeting_id, "seating.changed")
