"""Being there: check-in at the seat, at the door or by staff, leaving and coming back, and the quorum they make.

Hundreds come in within minutes, so a check-in locks nothing but the attendee's own row, and many of them may be
written as one (`check_in_many`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.rules import QuorumResult, quorum
from huitang_conference.services.access import (
    DOOR,
    OPERATE,
    SEAT,
    Ctx,
    attendee_for,
    meeting_for,
    ref,
)
from huitang_conference.services.rulebook import profile_of
from huitang_conference.services.state import tell_desk, tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
HOWS = ("seat", "card", "qr", "staff", "makeup")
"""How somebody was checked in: at the seat, by card or QR code at the door, by staff, or afterwards 补签."""
NEEDS = {"seat": SEAT, "card": DOOR, "qr": DOOR, "staff": OPERATE, "makeup": OPERATE}
SITTING_STATES = ("convened", "open", "adjourned")


class Change(Struct, frozen=True, kw_only=True):
    """Somebody's presence as the desks are told of it."""

    attendee_id: UUID
    name: str
    role: str
    presence: str
    how: str
    is_late: bool
    seat: str
    at: datetime


class Attendance(Struct, frozen=True, kw_only=True):
    """How many are there now. `quorum` is None while the body has no members on the roster."""

    members_total: int
    present: int
    away: int
    left: int
    excused: int
    expected: int
    late: int
    observers_present: int
    observers: int
    quorum: QuorumResult | None


async def check_in(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    attendee_id: UUID,
    how: str,
    *,
    at: datetime | None = None,
    reason: str = "",
) -> bool:
    """Check somebody in; False when he or she is in already. See `check_in_many`."""
    return bool(await check_in_many(ctx, actor, meeting_id, [attendee_id], how, at=at, reason=reason))


async def check_in_many(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    attendee_ids: Sequence[UUID],
    how: str,
    *,
    at: datetime | None = None,
    reason: str = "",
) -> list[Change]:
    """Check several in with one write; returns those who were not in yet.

    "seat" is for the person (or the device) of that seat, "card" and "qr" for the door, "staff" for the operator;
    "makeup" 补签 names the time of coming and needs a reason. Whoever comes after the opening is marked late.
    Raises Conflict unless the meeting is convened or under way, NotFound for somebody who is not on its roster.
    """
    row = await _meeting(ctx, actor, meeting_id, attendee_ids, how)
    now = ctx.clock.now()
    if how == "makeup" and not reason.strip():
        message = _("Say why the check-in is made up for.")
        raise Invalid(message, fields={"reason": message})
    if at is not None and (how != "makeup" or at > now):
        message = _("The time of coming cannot lie ahead.")
        raise Invalid(message, fields={"at": message})
    came = at or now
    late = row["opened_at"] is not None and came > row["opened_at"]
    async with ctx.db.write(actor) as write:
        changes = await _set(ctx, meeting_id, attendee_ids, "present", how, came, late=late, actor=actor, reason=reason)
        detail: dict[str, Any] = {"attendees": [change.attendee_id for change in changes], "how": how, "late": late}
        if len(changes) == 1:
            detail["name"] = changes[0].name
        if how == "makeup":
            detail["at"] = came
        await write.audit("conference.attendee.checked_in", ref("meeting", meeting_id), detail=detail, reason=reason)
        if changes:
            await _tell(ctx, meeting_id, changes)
    return changes


async def leave(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    attendee_id: UUID,
    *,
    how: str = "staff",
    for_good: bool = False,
    reason: str = "",
) -> bool:
    """Somebody goes out for a while, or `for_good`: he or she no longer counts towards the quorum and cannot vote."""
    presence = "left" if for_good else "away"
    return await _go(ctx, actor, meeting_id, attendee_id, presence, how, ("present", "away"), "left", reason)


async def return_(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID, *, how: str = "staff") -> bool:
    """Somebody is back; the mark of having come late stays as it was."""
    return await _go(ctx, actor, meeting_id, attendee_id, "present", how, ("away", "left"), "returned", "")


async def _go(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    attendee_id: UUID,
    presence: str,
    how: str,
    before: tuple[str, ...],
    what: str,
    reason: str,
) -> bool:
    await _meeting(ctx, actor, meeting_id, [attendee_id], how)
    now = ctx.clock.now()
    async with ctx.db.write(actor) as write:
        changes = await _set(ctx, meeting_id, [attendee_id], presence, how, now, before, actor=actor, reason=reason)
        detail = {"attendees": [change.attendee_id for change in changes], "presence": presence, "how": how}
        detail |= {"name": changes[0].name} if changes else {}
        await write.audit(f"conference.attendee.{what}", ref("meeting", meeting_id), detail=detail, reason=reason)
        if changes:
            await _tell(ctx, meeting_id, changes)
    return bool(changes)


async def _meeting(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_ids: Sequence[UUID], how: str) -> dict[str, Any]:
    """The meeting, when the actor may check these people in this way and the meeting takes check-ins."""
    if how not in NEEDS:
        raise Invalid(_("There is no such way of checking in."))
    row = await meeting_for(ctx, actor, meeting_id, NEEDS[how])
    if row["state"] not in SITTING_STATES:
        raise Conflict(_("Nobody is checked in now: the meeting is not convened yet, or it is over."))
    if how == "seat" and not actor.is_system:
        mine = (await attendee_for(ctx, actor, meeting_id))["id"]
        if any(attendee_id != mine for attendee_id in attendee_ids):
            raise Forbidden(_("At the seat everybody checks in for himself only."), permission=SEAT)
    return row


SET = """
WITH before AS (
    SELECT a.id, a.presence FROM conference.attendee a
    WHERE a.meeting_id = $1 AND a.id = ANY($2::uuid[]) AND a.presence <> $3
        AND ($7::text[] IS NULL OR a.presence = ANY($7::text[])) ORDER BY a.id FOR UPDATE
), changed AS (
    UPDATE conference.attendee a SET presence = $3, presence_at = $4, presence_how = $5,
        is_late = CASE WHEN $6::boolean IS NULL OR before.presence IN ('away', 'left') THEN a.is_late ELSE $6 END
    FROM before WHERE a.id = before.id RETURNING a.*
), noted AS (
    INSERT INTO conference.presence_event (id, meeting_id, attendee_id, at, presence, how, actor_id, reason)
    SELECT gen_random_uuid(), $1, c.id, $4, $3, $5, $8, $9 FROM changed c
)
SELECT c.id AS attendee_id, c.name, c.role, c.presence, c.presence_how AS how, c.is_late, coalesce(s.label, '') AS seat,
    c.presence_at AS at
FROM changed c LEFT JOIN conference.seat s ON s.attendee_id = c.id ORDER BY c.position
"""


async def _set(
    ctx: Ctx,
    meeting_id: UUID,
    attendee_ids: Sequence[UUID],
    presence: str,
    how: str,
    at: datetime,
    before: tuple[str, ...] | None = None,
    *,
    actor: Actor,
    late: bool | None = None,
    reason: str = "",
) -> list[Change]:
    """Inside a write: set the presence of those whose presence is another one, and keep an event of each."""
    wanted = list(dict.fromkeys(attendee_ids))
    known = await ctx.db.fetch(
        "SELECT count(*) AS known FROM conference.attendee WHERE meeting_id = $1 AND id = ANY($2::uuid[])",
        meeting_id,
        wanted,
    )
    if known[0]["known"] != len(wanted):
        raise NotFound(_("There is no such person on the roster of this meeting."))
    states = list(before) if before else None
    rows = await ctx.db.fetch(SET, meeting_id, wanted, presence, at, how, late, states, actor.id, reason.strip())
    return [Change(**row) for row in rows]


async def _tell(ctx: Ctx, meeting_id: UUID, changes: Sequence[Change]) -> None:
    await tell_desk(ctx, meeting_id, "presence", changes=changes)
    await tell_hall(ctx, meeting_id, "presence")


COUNTS = """
SELECT m.members_total, m.profile,
    count(*) FILTER (WHERE a.role = 'member' AND a.presence = 'present') AS present,
    count(*) FILTER (WHERE a.role = 'member' AND a.presence = 'away') AS away,
    count(*) FILTER (WHERE a.role = 'member' AND a.presence = 'left') AS left,
    count(*) FILTER (WHERE a.role = 'member' AND a.presence = 'excused') AS excused,
    count(*) FILTER (WHERE a.role = 'member' AND a.presence = 'expected') AS expected,
    count(*) FILTER (WHERE a.role = 'member' AND a.is_late) AS late,
    count(*) FILTER (WHERE a.role = 'observer' AND a.presence = 'present') AS observers_present,
    count(*) FILTER (WHERE a.role = 'observer') AS observers
FROM conference.meeting m LEFT JOIN conference.attendee a ON a.meeting_id = m.id WHERE m.id = $1 GROUP BY m.id
"""


async def attendance(ctx: Ctx, meeting_id: UUID) -> Attendance:
    """Who is there, counted, and whether that makes a quorum; the caller has checked that the actor may see it."""
    rows = await ctx.db.fetch(COUNTS, meeting_id)
    if not rows:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    row = dict(rows[0])
    profile, total = profile_of(row), row["members_total"]
    del row["profile"]
    result = quorum(profile, total, min(row["present"], total)) if total else None
    return Attendance(**row, quorum=result)
