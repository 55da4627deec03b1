"""Meetings: planned, convened, opened, adjourned and resumed, closed. Every step is on record and told to the hall."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.events import MeetingChanged, MeetingClosed, MeetingConvened
from huitang_conference.rules import profile_to_json
from huitang_conference.services import leave, notices, roster, speech_records
from huitang_conference.services.access import CHAIR, MANAGE, OPERATE, Ctx, body_for, meeting_to_change, ref
from huitang_conference.services.bodies import stale
from huitang_conference.services.profiles import profile_named
from huitang_conference.services.state import HALL, tell_hall
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid
from huitang_sdk.i18n import TIMEZONE, Translator

_ = Translator("conference")
SITTINGS = ("plenary", "joint", "group", "presidium")
STATES = ("draft", "convened", "open", "adjourned", "closed", "archived")
MAX_TITLE = 200


class MeetingValues(Struct, frozen=True, kw_only=True):
    """What a meeting is. Times are UTC; `number` as people say it ("第十二次会议")."""

    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    number: str = ""
    sitting: str = "plenary"
    place: str = ""


async def create(ctx: Ctx, actor: Actor, body_id: UUID, values: MeetingValues) -> UUID:
    """Plan a meeting of a body: a draft that only the staff see, with the members of today on its roster."""
    check(values)
    async with ctx.db.write(actor) as write:
        body = await body_for(ctx, actor, body_id, MANAGE)
        profile = await profile_named(ctx, body["profile_id"])
        meeting_id = new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.meeting (id, organisation_id, body_id, title, number, sitting, place, starts_at,
                ends_at, profile, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
            """,
            *(meeting_id, body["organisation_id"], body_id, values.title.strip(), values.number.strip()),
            *(values.sitting, values.place.strip(), values.starts_at, values.ends_at, profile_to_json(profile)),
            *(actor.account_id, ctx.clock.now()),
        )
        await roster.fill(ctx, meeting_id, body_id, values.starts_at)
        detail = {"body_id": body_id, **{name: getattr(values, name) for name in MeetingValues.__struct_fields__}}
        await write.audit("conference.meeting.created", ref("meeting", meeting_id), detail=detail)
        await write.emit(MeetingChanged(meeting_id=meeting_id))
    return meeting_id


async def change(
    ctx: Ctx, actor: Actor, meeting_id: UUID, values: MeetingValues, *, version: int | None = None
) -> None:
    """Change title, time or place. Raises Conflict once the meeting is closed, or when somebody else was quicker."""
    check(values)
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        if row["state"] == "closed":
            raise Conflict(_("The meeting is closed. Its title, time and place stand as they are."))
        if version is not None and version != row["version"]:
            raise stale()
        await ctx.db.execute(
            """
            UPDATE conference.meeting SET title = $2, number = $3, sitting = $4, place = $5, starts_at = $6,
                ends_at = $7, version = version + 1 WHERE id = $1
            """,
            *(meeting_id, values.title.strip(), values.number.strip(), values.sitting, values.place.strip()),
            *(values.starts_at, values.ends_at),
        )
        names = MeetingValues.__struct_fields__
        detail = {
            "before": {name: row[name] for name in names},
            "after": {name: getattr(values, name) for name in names},
        }
        await write.audit("conference.meeting.changed", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "meeting.changed")


def check(values: MeetingValues) -> None:
    """Raises Invalid for what cannot be a meeting."""
    fields: dict[str, str] = {}
    if not values.title.strip():
        fields["title"] = _("Give the meeting a title.")
    elif len(values.title) > MAX_TITLE:
        fields["title"] = _("The title is longer than {count} characters.", count=MAX_TITLE)
    if values.sitting not in SITTINGS:
        fields["sitting"] = _("Choose the kind of sitting.")
    if values.ends_at and values.ends_at <= values.starts_at:
        fields["ends_at"] = _("The meeting ends before it begins.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


async def changed(ctx: Ctx, write: Write, meeting_id: UUID, what: str) -> None:
    """Inside a write: tell the hall, and whoever keeps an index of meetings."""
    await tell_hall(ctx, meeting_id, what)
    await write.emit(MeetingChanged(meeting_id=meeting_id))


async def convene(ctx: Ctx, actor: Actor, meeting_id: UUID, *, reason: str = "", notify: bool = True) -> None:
    """Call the members: roster and rules are fixed, all members of the body counted, the notices sent.

    A notice later than the rules ask for needs a `reason`, which goes on record (Invalid without). Without `notify`
    nobody is told: the notice went out on paper.
    """
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _expect(row, "draft")
        body = await body_for(ctx, actor, row["body_id"], MANAGE)
        profile = await profile_named(ctx, body["profile_id"])
        if not profile.holds_on(row["starts_at"].astimezone(TIMEZONE).date()):
            raise Conflict(
                _("The rules of the body do not hold on the day of the meeting. Choose others for the body.")
            )
        row["profile"] = profile_to_json(profile)
        days = notices.check_period(ctx, row, reason)
        await roster.fill(ctx, meeting_id, row["body_id"], row["starts_at"])
        total = await roster.count_members(ctx, meeting_id)
        if not total:
            raise Conflict(_("The body has no members on the day of the meeting. Add them first."))
        await ctx.db.execute(
            """
            UPDATE conference.meeting SET state = 'convened', profile = $2::jsonb, members_total = $3,
                notice_reason = $4, version = version + 1 WHERE id = $1
            """,
            *(meeting_id, row["profile"], total, reason.strip() if days.is_short else ""),
        )
        sent = await notices.send_call(ctx, meeting_id) if notify else 0
        detail = {"profile": profile.id, "members_total": total, "days_before": days.left, "recipients": sent}
        await write.audit("conference.meeting.convened", ref("meeting", meeting_id), detail=detail, reason=reason)
        await write.emit(MeetingConvened(meeting_id=meeting_id))
        await ctx.live.recheck(HALL, str(meeting_id))
        await changed(ctx, write, meeting_id, "meeting.convened")


async def open_meeting(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """Begin the meeting; whoever checks in from now on is late. Quorum is asked for by votes, not by the opening."""
    await _step(ctx, actor, meeting_id, ("convened",), "open", "opened", "opened_at = coalesce(opened_at, $2)")


async def adjourn(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """Interrupt the meeting. Raises Conflict while a vote is open."""
    await _step(ctx, actor, meeting_id, ("open",), "adjourned", "adjourned", "speaking_open = false")


async def resume(ctx: Ctx, actor: Actor, meeting_id: UUID, *, check_in_again: bool = False) -> None:
    """Go on after an adjournment; `check_in_again`: on another day everybody checks in anew."""
    async with ctx.db.write(actor):
        if check_in_again:
            await _may_step(ctx, actor, meeting_id)
            await roster.expect_again(ctx, actor, meeting_id)
        await _step(ctx, actor, meeting_id, ("adjourned",), "open", "resumed")


async def close(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """End the meeting: documents marked so are taken back from the seats. Raises Conflict while a vote is open."""
    async with ctx.db.write(actor) as write:
        await _step(
            ctx,
            actor,
            meeting_id,
            ("open", "adjourned"),
            "closed",
            "closed",
            "closed_at = $2, speaking_open = false, push = NULL, item_id = NULL",
        )
        await ctx.db.execute(
            "UPDATE conference.document SET is_withdrawn = true WHERE meeting_id = $1 AND withdraw_after", meeting_id
        )
        await ctx.db.execute(
            "UPDATE conference.item SET state = 'done', ended_at = $2 WHERE meeting_id = $1 AND state = 'current'",
            meeting_id,
            ctx.clock.now(),
        )
        await leave.drop(ctx, meeting_id)
        await write.emit(MeetingClosed(meeting_id=meeting_id))


async def archive(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """Freeze a closed meeting: everything can be read, nothing changed any more."""
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _expect(row, "closed")
        if row["rehearsal_of"]:
            raise Conflict(_("A rehearsal is not archived: it is ended, and leaves nothing behind."))
        await ctx.db.execute(
            "UPDATE conference.meeting SET state = 'archived', version = version + 1 WHERE id = $1", meeting_id
        )
        await speech_records.drop(ctx, meeting_id)
        await write.audit("conference.meeting.archived", ref("meeting", meeting_id))
        await changed(ctx, write, meeting_id, "meeting.archived")


async def _step(
    ctx: Ctx, actor: Actor, meeting_id: UUID, allowed: tuple[str, ...], state: str, what: str, also: str = ""
) -> None:
    async with ctx.db.write(actor) as write:
        row = await _may_step(ctx, actor, meeting_id)
        _expect(row, *allowed)
        if state != "open" and await ctx.db.fetch(
            "SELECT 1 FROM conference.poll WHERE meeting_id = $1 AND state = 'open'", meeting_id
        ):
            raise Conflict(_("A vote is open. Close it first."))
        # $2 is there for whatever `also` says of the time.
        await ctx.db.execute(
            f"UPDATE conference.meeting SET state = $3, version = version + 1{', ' + also if also else ''}"
            " WHERE id = $1 AND $2::timestamptz IS NOT NULL",
            meeting_id,
            ctx.clock.now(),
            state,
        )
        await write.audit(f"conference.meeting.{what}", ref("meeting", meeting_id), detail={"before": row["state"]})
        await changed(ctx, write, meeting_id, f"meeting.{what}")


async def _may_step(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """The chair, the operator and the staff may take the meeting from one state to the next."""
    for permission in (CHAIR, OPERATE, MANAGE):
        if ctx.permissions.may(actor, permission):
            return await meeting_to_change(ctx, actor, meeting_id, permission)
    raise Forbidden(_("Opening and closing meetings is for the chair, the operator and the staff."), permission=CHAIR)


def _expect(row: dict[str, Any], *states: str) -> None:
    if row["state"] not in states:
        raise Conflict(
            _("The meeting is {state} now, so this cannot be done. Look at its page again.", state=word(row["state"]))
        )
