"""The statutory limits of a matter: reckoned from its events by the clock, and kept for lists.

Events are the truth, deadline rows are what the clock made of them. A new day changes neither: from when on a limit is
yellow, red or late stands in its row, so `turn_day` is a statement. Only new events, a new profile or new calendar data
ask the clock again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.clock import Case, Due, GivenEvent, Profile, Remark, due_dates
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.rules import RuleBook, rule_book
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.cases import CaseError, Text
from huitang_sdk.contracts import Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import TIMEZONE, current_locale

REF = Ref("petitions.limit", UUID(int=0))
"""What work on the limits of every matter is audited under."""
OF_THE_CLOCK = frozenset(GivenEvent.__struct_fields__) - {"event", "at"}
KIND_UNKNOWN = "suggestion"
"""A matter whose kind nobody has said yet has the limits that every kind has."""


class Happened(Struct, frozen=True):
    """One event of a matter. Of `detail` the clock takes organ, days, until, approver, reason, limit, delivered."""

    kind: str
    at: datetime
    detail: Mapping[str, Any] = {}


def reckon(
    profile: Profile, kind: str, happened: Sequence[Happened], today: date, calendar: WorkingCalendar
) -> tuple[list[Due], Sequence[Remark]]:
    """How every limit that has begun stands on this day, and which events have no effect, with the reason.

    `calendar` is the platform's, with the operator's own years: that of the `RuleBook`. Conflict when an event
    contradicts the others.
    """
    events = tuple(map(_given, happened))
    case = Case(events=events, kind=kind or KIND_UNKNOWN, now=str(today))  # type: ignore[arg-type]
    try:
        return due_dates(case, calendar, profile)
    except CaseError as error:
        raise Conflict(" ".join(said(problem.text) for problem in error.problems)) from None


def said(text: Text | Remark) -> str:
    """A text of the clock in the reader's language."""
    return text.zh if current_locale() == "zh-CN" else text.en


def _given(event: Happened) -> GivenEvent:
    local = event.at.astimezone(TIMEZONE).replace(tzinfo=None, microsecond=0).isoformat()
    if not event.detail:
        return GivenEvent(event=event.kind, at=local)
    known = {key: value for key, value in event.detail.items() if key in OF_THE_CLOCK}
    return msgspec.convert({"event": event.kind, "at": local, **known}, GivenEvent)


async def renew(ctx: Ctx, matter: Mapping[str, Any], about: UUID | None = None) -> Sequence[Remark]:
    """Reckon one matter's limits from its events and store them, inside a write.

    `matter` needs id, organisation_id, kind and received_at. Answers why the event `about` has no effect, if so.
    """
    events = "SELECT id, kind, at, detail FROM petitions.event WHERE matter_id = $1 ORDER BY at, id"
    rows = await ctx.db.fetch(events, matter["id"])
    happened = [Happened(row["kind"], row["at"], _json(row["detail"])) for row in rows]
    refused = await store(ctx, await rule_book(ctx), matter, happened)
    # Of two events of one kind at one moment the clock may take the later one first, and refuse the other.
    kinds = {row["kind"] for row in rows if row["id"] == about}
    places = {f"$.events[{place}]" for place, row in enumerate(rows) if row["kind"] in kinds}
    return [remark for remark in refused if remark.path in places]


async def events_of(ctx: Ctx, matter_id: UUID) -> list[Happened]:
    """What happened to a matter, in order."""
    rows = await ctx.db.fetch(
        "SELECT kind, at, detail FROM petitions.event WHERE matter_id = $1 ORDER BY at, id", matter_id
    )
    return [Happened(row["kind"], row["at"], _json(row["detail"])) for row in rows]


async def store(ctx: Ctx, rules: RuleBook, matter: Mapping[str, Any], happened: Sequence[Happened]) -> Sequence[Remark]:
    """The same for events that are at hand, all of the matter's in order; answers every one that has no effect."""
    today = ctx.clock.today()
    profile = rules.profile_for(matter["organisation_id"], day_of(matter["received_at"]))
    due, refused = reckon(profile, matter["kind"], happened, today, rules.calendar)
    await replace(ctx, {matter["id"]: due}, today)
    return refused


def day_of(moment: datetime) -> date:
    """The day a moment falls on in China."""
    return moment.astimezone(TIMEZONE).date()


def _json(value: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = msgspec.json.decode(value) if isinstance(value, str) else value
    return found


_INSERT = """
INSERT INTO petitions.deadline
    (id, matter_id, limit_id, round, organ, state, starts, due, ended_on, mark, duty, yellow_on, red_on)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::date[], $8::date[],
    $9::date[], $10::text[], $11::bool[], $12::date[], $13::date[])
"""


async def replace(ctx: Ctx, found: Mapping[UUID, Sequence[Due]], today: date) -> None:
    """Keep these limits of the matters instead of those they have."""
    ids = list(found)
    await ctx.db.execute("DELETE FROM petitions.deadline WHERE matter_id = ANY($1)", ids)
    rows = [(new_id(), matter_id, *as_row(one, today)) for matter_id, due in found.items() for one in due]
    if rows:
        await ctx.db.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))
    await ctx.db.execute(_COPY, ids)


def as_row(one: Due, today: date) -> tuple[Any, ...]:
    """A limit as its row has it, from limit_id on."""
    return (
        one.limit,
        one.round,
        one.organ or "",
        one.state,
        one.start,
        one.due,
        one.ended_on,
        mark(one, today),
        one.kind == "duty",
        one.yellow_on,
        one.red_on,
    )


def mark(one: Due, today: date) -> str:
    """How a limit is marked on a day; "" for one that does not run."""
    if one.state == "late":
        return "late"
    if one.yellow_on is None or one.red_on is None:
        return ""
    return "red" if today >= one.red_on else "yellow" if today >= one.yellow_on else "green"


_COPY = """
UPDATE petitions.matter m SET due = n.due, due_limit = n.limit_id, mark = n.mark
FROM (
    SELECT m.id, d.due, coalesce(d.limit_id, '') AS limit_id, coalesce(d.mark, '') AS mark
    FROM petitions.matter m LEFT JOIN LATERAL (
        SELECT due, limit_id, mark FROM petitions.deadline
        WHERE matter_id = m.id AND duty AND state IN ('running', 'extended', 'late')
        ORDER BY due, limit_id LIMIT 1
    ) d ON TRUE
    WHERE m.id = ANY($1)
) n
WHERE m.id = n.id AND (m.due, m.due_limit, m.mark) IS DISTINCT FROM (n.due, n.limit_id, n.mark)
"""

_TURN = """
UPDATE petitions.deadline SET
    state = CASE WHEN due >= $1 THEN state WHEN duty THEN 'late' ELSE 'expired' END,
    mark = CASE WHEN due < $1 THEN CASE WHEN duty THEN 'late' ELSE '' END
        WHEN red_on <= $1 THEN 'red' WHEN yellow_on <= $1 THEN 'yellow' ELSE 'green' END
WHERE state IN ('running', 'extended') AND (
    due < $1 OR (red_on <= $1 AND mark <> 'red') OR (yellow_on <= $1 AND mark = 'green')
)
RETURNING matter_id
"""


async def turn_day(ctx: Ctx, today: date) -> int:
    """Mark what this day makes yellow, red or late, inside a write; returns how many limits changed."""
    rows = await ctx.db.fetch(_TURN, today)
    if rows:
        await ctx.db.execute(_COPY, list({row["matter_id"] for row in rows}))
    return len(rows)
