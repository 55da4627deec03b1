"""The hall at a glance: every seat with who sits there and how it stands, and everybody who has no seat.

Of a vote it says who has pressed, never what: that is all the operator has to know to help.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.floor.hub import floor
from huitang_conference.services import rehearsal
from huitang_conference.services.access import OPERATE, Ctx, meeting_for
from huitang_conference.services.calling import ServiceCall, open_calls
from huitang_conference.services.desks import (
    Confirmation,
    PollLine,
    confirmations,
    poll_lines,
    standing_of,
)
from huitang_conference.services.screens import AgendaLine, Quorum, agenda_lines, quorum_of
from huitang_conference.services.state import HallState, hall_state
from huitang_conference.services.voting.progress import Progress, numbers
from huitang_sdk.contracts import Actor
from huitang_sdk.i18n import Translator

_ = Translator("conference")

STATES = ("present", "pressed", "waiting", "asks", "away", "expected", "excused", "left", "fault", "lost", "free")
"""How a seat can stand; one word a seat, the most urgent one."""
FILTERS = ("", "present", "expected", "away", "waiting", "pressed", "asks", "fault", "lost")


class SeatView(Struct, frozen=True, kw_only=True):
    """One seat, or somebody without one (`id` None). `left` and `top` in percent of the map."""

    id: UUID | None
    label: str
    kind: str
    left: float
    top: float
    attendee_id: UUID | None
    name: str
    title: str
    role: str
    is_chair: bool
    is_remote: bool
    presence: str
    has_fault: bool
    has_pressed: bool
    asks: bool
    state: str


class DocumentLine(Struct, frozen=True):
    id: UUID
    title: str


class OperatorView(Struct, frozen=True, kw_only=True):
    state: HallState
    standing: str
    seats: list[SeatView]
    counts: dict[str, int]
    columns: int
    rows: int
    show: str
    chosen: SeatView | None
    calls: list[ServiceCall]
    confirmations: list[Confirmation]
    quorum: Quorum | None
    progress: Progress | None
    poll: PollLine | None
    polls: list[PollLine]
    items: list[AgendaLine]
    documents: list[DocumentLine]
    rehearsal_id: UUID | None
    """The rehearsal of this meeting that is going on."""
    terminals: int | None
    """How many terminals are connected; None: not known."""

    def is_shown(self, seat: SeatView) -> bool:
        return is_shown(seat, self.show)


SEATS = """
SELECT s.id, coalesce(s.label, '') AS label, coalesce(s.kind, 'seat') AS kind, s.x, s.y, a.id AS attendee_id,
  coalesce(a.name, '') AS name, coalesce(a.title, '') AS title, coalesce(a.role, '') AS role,
  coalesce(a.is_chair, false) AS is_chair, coalesce(a.is_remote, false) AS is_remote,
  coalesce(a.presence, '') AS presence, a.presence_how,
  coalesce(s.has_fault, false) OR coalesce(v.has_fault, false) AS has_fault,
  p.attendee_id IS NOT NULL AS has_pressed,
  EXISTS (SELECT 1 FROM conference.speech w WHERE w.attendee_id = a.id AND w.state = 'asked') AS asks
FROM (SELECT * FROM conference.seat WHERE meeting_id = $1) s
FULL JOIN (SELECT * FROM conference.attendee WHERE meeting_id = $1) a ON a.id = s.attendee_id
LEFT JOIN conference.press p ON p.attendee_id = a.id AND p.poll_id = $2
LEFT JOIN conference.voter v ON v.attendee_id = a.id AND v.poll_id = $2
ORDER BY s.y NULLS LAST, s.x, a.position, a.name
"""


async def operator_view(
    ctx: Ctx, actor: Actor, meeting_id: UUID, *, show: str = "", seat: UUID | None = None
) -> OperatorView:
    """The operator's desk of a meeting. `show`: which seats stand out; `seat`: the seat or attendee that is looked at.

    Raises Forbidden, NotFound.
    """
    meeting = await meeting_for(ctx, actor, meeting_id, OPERATE)
    state = await hall_state(ctx, meeting_id)
    polls = await poll_lines(ctx, meeting)
    poll = next((one for one in polls if one.id == meeting["poll_id"]), None)
    voting = poll if poll and poll.state == "open" else None
    rows = await ctx.db.fetch(SEATS, meeting_id, voting.id if voting else None)
    connected = floor().lost.connected(meeting_id)
    lost = lost_of(rows, connected)
    seats, columns, lines = placed(rows, lost, is_voting=voting is not None and voting.manner == "key")
    return OperatorView(
        state=state,
        standing=standing_of(state),
        seats=seats,
        counts={name: sum(is_shown(one, name) for one in seats) for name in FILTERS if name},
        columns=columns,
        rows=lines,
        show=show if show in FILTERS else "",
        chosen=next((one for one in seats if seat is not None and seat in (one.id, one.attendee_id)), None),
        calls=await open_calls(ctx, meeting_id),
        confirmations=await confirmations(ctx, actor, meeting_id),
        quorum=quorum_of(meeting, state.meeting.present),
        progress=(await numbers(ctx, voting.id))[1] if voting else None,
        poll=poll,
        polls=polls,
        items=await agenda_lines(ctx, meeting_id, meeting["item_id"]),
        documents=await _documents(ctx, meeting_id),
        rehearsal_id=await rehearsal.running(ctx, meeting_id),
        terminals=len(connected) if connected else None,
    )


def lost_of(rows: list[dict[str, Any]], connected: frozenset[str]) -> frozenset[UUID]:
    """Who checked in at a seat whose terminal is not connected now. While no terminal at all is, nobody is missed."""
    if not connected:
        return frozenset()
    return frozenset(
        row["attendee_id"]
        for row in rows
        if row["presence"] == "present" and row["presence_how"] == "seat" and row["label"] not in connected
    )


def placed(rows: list[dict[str, Any]], lost: frozenset[UUID], *, is_voting: bool) -> tuple[list[SeatView], int, int]:
    """The seats with their places on a map of so many columns and rows."""
    xs = sorted({round(row["x"], 2) for row in rows if row["id"]})
    ys = sorted({round(row["y"], 2) for row in rows if row["id"]})
    beside = [
        gap for y in ys for gap in _gaps(sorted(row["x"] for row in rows if row["id"] and round(row["y"], 2) == y))
    ]
    columns, lines = _steps(xs, beside), _steps(ys, _gaps(ys))
    seats = []
    for row in rows:
        left = _percent(row["x"], xs, columns) if row["id"] else 0.0
        top = _percent(row["y"], ys, lines) if row["id"] else 0.0
        values = {name: row[name] for name in SeatView.__struct_fields__ if name in row}
        seats.append(SeatView(**values, left=left, top=top, state=standing(row, lost, is_voting=is_voting)))
    return seats, columns, lines


def _gaps(places: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(places) if after - before > 0.01]


def _steps(places: list[float], gaps: list[float]) -> int:
    """How many seats the range would hold, by the smallest gap between two of them in one line."""
    return min(60, ceil((places[-1] - places[0]) / min(gaps)) + 1) if gaps else max(1, len(places))


def _percent(place: float, places: list[float], steps: int) -> float:
    width = places[-1] - places[0]
    share = (place - places[0]) / width if width else 0.5
    return round((share * (steps - 1) + 0.5) / steps * 100, 3) if width else 50.0


def standing(row: dict[str, Any], lost: frozenset[UUID], *, is_voting: bool) -> str:
    """The one word of `STATES` that the operator has to see first."""
    if row["attendee_id"] is None:
        return "fault" if row["has_fault"] else "free"
    if row["has_fault"]:
        return "fault"
    if row["attendee_id"] in lost:
        return "lost"
    if row["presence"] != "present":
        return str(row["presence"])
    if is_voting and row["role"] == "member" and not row["is_remote"]:
        return "pressed" if row["has_pressed"] else "waiting"
    return "asks" if row["asks"] else "present"


def is_shown(seat: SeatView, show: str) -> bool:
    """Whether a seat stands out under a filter."""
    if show == "":
        return True
    if show == "present":
        return seat.presence == "present"
    if show == "asks":
        return seat.asks
    if show == "expected":
        return seat.presence in ("expected", "excused")
    if show == "away":
        return seat.presence in ("away", "left")
    return seat.state == show


async def _documents(ctx: Ctx, meeting_id: UUID) -> list[DocumentLine]:
    rows = await ctx.db.fetch(
        "SELECT id, title FROM conference.document WHERE meeting_id = $1 AND NOT is_withdrawn"
        " AND audience <> 'staff' ORDER BY position, title",
        meeting_id,
    )
    return [DocumentLine(row["id"], row["title"]) for row in rows]
