"""What an old register says of a matter beside what came in: its number there, where it stands, and since when.

What was done elsewhere is put on record on its days, so that the limits are reckoned from them. Nobody is told of it,
and nobody has to do anything about what was answered or ended there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.services import limits
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.limits import Happened
from huitang_petitions.services.rules import rule_book
from huitang_petitions.services.submission import Intake
from huitang_petitions.workflow import ANSWERED, FINAL
from huitang_sdk.contracts import Actor, Begin, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

DONE = (*ANSWERED, *FINAL)
"""Where nobody has anything to do any more for what was done elsewhere."""
NAMING_A_UNIT = ("assigned", "objected")
WITHOUT_A_UNIT = ("registered", "refused")
TAKEN_OVER = "taken_over"
"""In the detail of an event: it happened under another register."""
_ACCEPTED = ("told", "accepted")
_ANSWERED = (*_ACCEPTED, "answered")
_REVIEWED = (*_ANSWERED, "review_requested", "review_answered")
_RECHECKED = (*_REVIEWED, "recheck_requested", "recheck_answered")
WAYS: Mapping[str, Sequence[str]] = {
    "registered": (),
    "transferred": (),
    "assigned": (),
    "objected": ("objected",),
    "handling": _ACCEPTED,
    "answered": _ANSWERED,
    "reviewing": _REVIEWED[:-1],
    "reviewed": _REVIEWED,
    "rechecking": _RECHECKED[:-1],
    "rechecked": _RECHECKED,
    "refused": ("refused",),
    "withdrawn": (*_RECHECKED, "withdrawn"),
    "closed": (*_RECHECKED, "closed"),
}
"""What has happened to a matter that stands there, after it was received and registered."""
ENDS = ("refused", "withdrawn", "closed")
DAYS = ("accepted", *_RECHECKED[2:], "closed")
"""What an old register may give the day of; "closed" is the day of every end."""
_UNSEEN = ("transferred_in", "assigned_in", "objected")
_AT_RECEIPT = ("told", "accepted", "objected", "transferred_out", "transferred_in", "assigned_out", "assigned_in")


class Past(Struct, frozen=True, kw_only=True):
    """`days` by what happened (`DAYS`); `organ` is the name of the unit `handler_id`, `remit` an id of the office."""

    old_number: str = ""
    state: str = "registered"
    handler_id: UUID | None = None
    organ: str = ""
    days: dict[str, datetime] = {}
    remit: str = ""

    @property
    def missing(self) -> list[str]:
        """The days without which nobody knows how the limits were kept."""
        return [kind for kind in self._kinds() if kind not in self.days and kind in DAYS and kind not in _AT_RECEIPT]

    def _kinds(self) -> list[str]:
        """What happened on a day, an end as "closed"."""
        way = WAYS[self.state]
        if self.state not in ("withdrawn", "closed"):
            return ["closed" if kind in ENDS else kind for kind in way]
        # What ended may have ended at any point of its way.
        since = "accepted" if self.state == "closed" or "accepted" in self.days else ""
        known = [kind for kind in way if kind in self.days or (since and kind in _ACCEPTED)]
        return [kind for kind in known if kind not in ENDS] + ["closed"]

    def happened(self, received: datetime) -> list[Happened]:
        """What happened after it was registered, in order. What has no day of its own happened when it came in."""
        kinds = [*self._handed_on(), *self._kinds()]
        found: list[Happened] = []
        last = received
        answered = False
        for kind in kinds:
            day = self.days.get("accepted" if kind == "told" else kind, received)
            # Of what happened on one day only the order is known.
            last = max(last, day) if limits.day_of(day) == limits.day_of(last) else day
            answered = answered or kind == "answered"
            organ = self.organ and (kind == "answered" or not answered)
            detail = {TAKEN_OVER: True} | ({"organ": self.organ} if organ else {})
            found.append(Happened(self.state if kind == "closed" else kind, last, detail))
        return found

    def _handed_on(self) -> Sequence[str]:
        if self.state in NAMING_A_UNIT:
            return ("assigned_out", "assigned_in")
        if self.organ and self.state not in WITHOUT_A_UNIT:
            return ("transferred_out", "transferred_in")
        return ("transferred_out",) if self.state == "transferred" else ()


def whole(received: datetime, past: Past) -> list[Happened]:
    """Everything that happened to a matter of an old register, from its receipt on."""
    return [Happened("received", received), Happened("registered", received), *past.happened(received)]


_SET = """
UPDATE petitions.matter m SET old_number = n.old_number, state = n.state, handler_id = n.handler_id,
    closed_at = n.closed_at, remit = n.remit
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[])
    AS n(id, old_number, state, handler_id, closed_at, remit)
WHERE m.id = n.id
"""
_HAPPENED = """
INSERT INTO petitions.event (id, matter_id, kind, at, detail, shown, actor_id, recorded_at)
SELECT e.*, $7::uuid, $8::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::boolean[])
    AS e(id, matter_id, kind, at, detail, shown)
"""


async def put(ctx: Ctx, write: Write, actor: Actor, rows: Sequence[tuple[UUID, Intake, Past]]) -> None:
    """Put on record what was done with matters that have just been registered, inside the same write."""
    if not rows:
        return
    received = {identifier: intake.received_at or ctx.clock.now() for identifier, intake, _past in rows}
    ways = {identifier: past.happened(received[identifier]) for identifier, _intake, past in rows}
    last = {identifier: way[-1].at if way else received[identifier] for identifier, way in ways.items()}
    matters = [
        (*(identifier, past.old_number, past.state, past.handler_id), *(_ended(past, last[identifier]), past.remit))
        for identifier, _intake, past in rows
    ]
    await ctx.db.execute(_SET, *(list(column) for column in zip(*matters, strict=True)))
    events = [(new_id(), identifier, *_event(one)) for identifier, way in ways.items() for one in way]
    if events:
        columns = (list(column) for column in zip(*events, strict=True))
        await ctx.db.execute(_HAPPENED, *columns, actor.id, ctx.clock.now())
        await _reckon(ctx, [row for row in rows if ways[row[0]]], received)
    begins = [
        Begin(ref(identifier), past.handler_id or _office(intake), past.state, None, limits.day_of(at), at)
        for identifier, intake, past in rows
        if past.state in DONE and (at := last[identifier])
    ]
    if begins:  # what is still open begins as everything does that is registered
        await ctx.workflow.start_many(write, SYSTEM, begins)


def _ended(past: Past, last: datetime) -> datetime | None:
    return last if past.state in FINAL else None


def _office(intake: Intake) -> UUID:
    if intake.organisation_id is None:
        raise ValueError("a matter that is taken over names its office")
    return intake.organisation_id


def _event(one: Happened) -> tuple[Any, ...]:
    return one.kind, one.at, msgspec.json.encode(one.detail).decode(), one.kind not in _UNSEEN


async def _reckon(ctx: Ctx, rows: Sequence[tuple[UUID, Intake, Past]], received: Mapping[UUID, datetime]) -> None:
    """The limits of all of them, reckoned from their days."""
    rules, today = await rule_book(ctx), ctx.clock.today()
    found = {}
    for identifier, intake, past in rows:
        profile = rules.profile_for(_office(intake), limits.day_of(received[identifier]))
        happened = whole(received[identifier], past)
        found[identifier], _useless = limits.reckon(profile, intake.kind, happened, today, rules.calendar)
    await limits.replace(ctx, found, today)
