"""Who attends a meeting: its members, observers 列席 who speak but do not vote, and staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_conference.events import MeetingChanged
from huitang_conference.services.access import MANAGE, Ctx, meeting_to_change, ref
from huitang_conference.services.members import IN_OFFICE, card_hash
from huitang_conference.services.state import HALL, tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import TIMEZONE, Translator

_ = Translator("conference")
ROLES = ("member", "observer", "staff")


class Attendee(Struct, frozen=True, kw_only=True):
    """Somebody on the roster, with the seat and how things stand with being there."""

    id: UUID
    member_id: UUID | None
    account_id: UUID | None
    name: str
    title: str
    role: str
    is_chair: bool
    is_remote: bool
    position: int
    presence: str
    presence_at: datetime | None
    presence_how: str
    is_late: bool
    seat_id: UUID | None
    seat: str
    leave: str
    """State of the newest leave request that was not taken back, or ""."""


ATTENDEES = """
SELECT a.id, a.member_id, a.account_id, a.name, a.title, a.role, a.is_chair, a.is_remote, a.position, a.presence,
    a.presence_at, a.presence_how, a.is_late, s.id AS seat_id, coalesce(s.label, '') AS seat,
    coalesce((SELECT l.state FROM conference.leave_request l WHERE l.attendee_id = a.id AND l.state <> 'withdrawn'
        ORDER BY l.created_at DESC LIMIT 1), '') AS leave
FROM conference.attendee a LEFT JOIN conference.seat s ON s.attendee_id = a.id
WHERE a.meeting_id = $1
ORDER BY array_position(ARRAY['member', 'observer', 'staff'], a.role), a.position, a.name, a.id
"""


async def attendees(ctx: Ctx, meeting_id: UUID) -> list[Attendee]:
    """The roster in order; the caller has checked that the actor may see the meeting."""
    return [Attendee(**row) for row in await ctx.db.fetch(ATTENDEES, meeting_id)]


async def count_members(ctx: Ctx, meeting_id: UUID) -> int:
    rows = await ctx.db.fetch(
        "SELECT count(*) AS members FROM conference.attendee WHERE meeting_id = $1 AND role = 'member'", meeting_id
    )
    members: int = rows[0]["members"]
    return members


async def fill(ctx: Ctx, meeting_id: UUID, body_id: UUID, starts_at: datetime) -> None:
    """Inside a write: put the members who are in office on the day on the roster and take off those who are not.

    The first in the order of the body presides unless somebody else was chosen.
    """
    day = starts_at.astimezone(TIMEZONE).date()
    await ctx.db.execute(
        f"""
        DELETE FROM conference.attendee a USING conference.member t
        WHERE a.meeting_id = $1 AND t.id = a.member_id AND NOT {IN_OFFICE}
        """,
        meeting_id,
        day,
    )
    members = await ctx.db.fetch(
        f"SELECT t.* FROM conference.member t WHERE t.body_id = $1 AND {IN_OFFICE} ORDER BY t.position, t.name, t.id",
        body_id,
        day,
    )
    for place, member in enumerate(members):
        await ctx.db.execute(
            """
            INSERT INTO conference.attendee (id, meeting_id, member_id, account_id, name, title, role, position,
                badge_sha256)
            VALUES ($1, $2, $3, $4, $5, $6, 'member', $7, $8)
            ON CONFLICT (meeting_id, member_id) DO UPDATE SET account_id = EXCLUDED.account_id, name = EXCLUDED.name,
                title = EXCLUDED.title, position = EXCLUDED.position, badge_sha256 = EXCLUDED.badge_sha256
            """,
            *(new_id(), meeting_id, member["id"], member["account_id"], member["name"], member["title"], place + 1),
            member["card_sha256"],
        )
    await ctx.db.execute(
        """
        UPDATE conference.attendee SET is_chair = true WHERE id = (
            SELECT id FROM conference.attendee WHERE meeting_id = $1 AND role = 'member' ORDER BY position LIMIT 1)
        AND NOT EXISTS (SELECT 1 FROM conference.attendee WHERE meeting_id = $1 AND is_chair)
        """,
        meeting_id,
    )


async def invite(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    *,
    name: str,
    role: str = "observer",
    title: str = "",
    account_id: UUID | None = None,
    card: str = "",
) -> UUID:
    """Call somebody who is not a member: an observer, or staff. Possible until the meeting is closed."""
    if role not in ("observer", "staff"):
        raise Invalid(_("Members come from the body. Here observers and staff are added."))
    if not name.strip():
        message = _("Give the person's name.")
        raise Invalid(message, fields={"name": message})
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _not_closed(row["state"])
        attendee_id = new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.attendee (id, meeting_id, account_id, name, title, role, position, badge_sha256)
            VALUES ($1, $2, $3, $4, $5, $6,
                (SELECT coalesce(max(position), 0) + 1 FROM conference.attendee WHERE meeting_id = $2), $7)
            """,
            *(attendee_id, meeting_id, account_id, name.strip(), title.strip(), role, card_hash(card)),
        )
        detail = {"attendee_id": attendee_id, "name": name.strip(), "role": role}
        await write.audit("conference.attendee.invited", ref("meeting", meeting_id), detail=detail)
        await write.emit(MeetingChanged(meeting_id=meeting_id))
        await tell_hall(ctx, meeting_id, "roster.changed")
    return attendee_id


async def remove(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID) -> None:
    """Take an observer or staff off the roster. Members stay: every majority is counted over all of them."""
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _not_closed(row["state"])
        attendee = await attendee_in(ctx, meeting_id, attendee_id)
        if attendee["role"] == "member":
            raise Conflict(_("Members of the body stay on the roster, for majorities are counted over all of them."))
        await ctx.db.execute("DELETE FROM conference.attendee WHERE id = $1", attendee_id)
        detail = {"attendee_id": attendee_id, "name": attendee["name"], "role": attendee["role"]}
        await write.audit("conference.attendee.removed", ref("meeting", meeting_id), detail=detail)
        await write.emit(MeetingChanged(meeting_id=meeting_id))
        await ctx.live.recheck(HALL, str(meeting_id))
        await tell_hall(ctx, meeting_id, "roster.changed")


async def preside(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID) -> None:
    """Let another member preside."""
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _not_closed(row["state"])
        attendee = await attendee_in(ctx, meeting_id, attendee_id)
        if attendee["role"] != "member":
            raise Conflict(_("Only a member of the body can preside."))
        await ctx.db.execute(
            "UPDATE conference.attendee SET is_chair = (id = $2) WHERE meeting_id = $1", meeting_id, attendee_id
        )
        detail = {"attendee_id": attendee_id, "name": attendee["name"]}
        await write.audit("conference.meeting.chair_chosen", ref("meeting", meeting_id), detail=detail)
        await tell_hall(ctx, meeting_id, "roster.changed")


async def set_remote(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID, is_remote: bool) -> None:
    """Whether somebody attends by video: whoever does votes by show of hands."""
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        _not_closed(row["state"])
        attendee = await attendee_in(ctx, meeting_id, attendee_id)
        await ctx.db.execute("UPDATE conference.attendee SET is_remote = $2 WHERE id = $1", attendee_id, is_remote)
        detail = {"attendee_id": attendee_id, "name": attendee["name"], "is_remote": is_remote}
        await write.audit("conference.attendee.remote_set", ref("meeting", meeting_id), detail=detail)
        await tell_hall(ctx, meeting_id, "roster.changed")


async def expect_again(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """Inside a write: everybody who was there has to check in anew."""
    await ctx.db.execute(
        """
        WITH gone AS (
            UPDATE conference.attendee SET presence = 'expected', is_late = false, presence_at = NULL,
                presence_how = '' WHERE meeting_id = $1 AND presence IN ('present', 'away', 'left') RETURNING id)
        INSERT INTO conference.presence_event (id, meeting_id, attendee_id, at, presence, how, actor_id)
        SELECT gen_random_uuid(), $1, id, $2, 'expected', 'resumed', $3 FROM gone
        """,
        meeting_id,
        ctx.clock.now(),
        actor.id,
    )


async def attendee_in(ctx: Ctx, meeting_id: UUID, attendee_id: UUID) -> dict[str, object]:
    """The row of one attendee of this meeting. Raises NotFound."""
    rows = await ctx.db.fetch(
        "SELECT * FROM conference.attendee WHERE id = $1 AND meeting_id = $2", attendee_id, meeting_id
    )
    if not rows:
        raise NotFound(_("There is no such person on the roster of this meeting."))
    return rows[0]


def _not_closed(state: object) -> None:
    if state in ("closed", "archived"):
        raise Conflict(_("The meeting is closed. Its roster stands as it is."))
