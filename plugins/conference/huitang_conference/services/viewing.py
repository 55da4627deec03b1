"""Meetings as their readers see them: lists, one meeting, one's own. Drafts are for those who prepare them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import (
    CHAIR,
    MANAGE,
    OPERATE,
    READ,
    Ctx,
    in_scope,
)
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql, contains
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
ORDERS = {"starts": "m.starts_at", "title": "m.title", "body": "b.name", "state": "m.state"}


class MeetingRow(Struct, frozen=True, kw_only=True):
    """A meeting in a list. `present` counts members who are there now."""

    id: UUID
    title: str
    number: str
    body: str
    body_id: UUID
    organisation_id: UUID
    place: str
    sitting: str
    starts_at: datetime
    ends_at: datetime | None
    state: str
    is_rehearsal: bool
    rehearsal_of: UUID | None
    members_total: int
    present: int
    items: int
    notice_sent_at: datetime | None
    notice_reason: str
    opened_at: datetime | None
    closed_at: datetime | None
    version: int


FIELDS = """m.id, m.title, m.number, b.name AS body, m.body_id, m.organisation_id, m.place, m.sitting, m.starts_at,
m.ends_at, m.state, m.rehearsal_of IS NOT NULL AS is_rehearsal, m.rehearsal_of, m.members_total, m.notice_sent_at,
m.notice_reason, m.opened_at, m.closed_at, m.version,
(SELECT count(*) FROM conference.attendee a WHERE a.meeting_id = m.id AND a.role = 'member' AND a.presence = 'present')
    AS present,
(SELECT count(*) FROM conference.item i WHERE i.meeting_id = m.id AND i.state NOT IN ('proposed', 'refused'))
    AS items"""
FROM = "FROM conference.meeting m JOIN conference.body b ON b.id = m.body_id"


def visible(ctx: Ctx, actor: Actor, sql: Sql) -> str:
    """The condition that a meeting may be seen: called, or within reach; drafts and rehearsals by the staff only."""
    readable = in_scope(ctx, actor, READ, sql)
    held = [permission for permission in (MANAGE, CHAIR, OPERATE) if ctx.permissions.may(actor, permission)]
    staff = " OR ".join(in_scope(ctx, actor, permission, sql) for permission in held) or "FALSE"
    mine = sql.put(actor.account_id, "::uuid")
    called = f"SELECT 1 FROM conference.attendee c WHERE c.meeting_id = m.id AND c.account_id = {mine}"
    return f"(({staff}) OR ({readable} AND m.state <> 'draft' AND (m.rehearsal_of IS NULL OR EXISTS ({called}))))"


class Wanted(Struct, frozen=True, kw_only=True):
    """What a reader asks for."""

    text: str = ""
    state: str = ""
    body_id: UUID | None = None
    year: int | None = None
    sort: str = "starts"
    descending: bool = True
    limit: int = 25
    offset: int = 0


async def list_meetings(ctx: Ctx, actor: Actor, wanted: Wanted) -> tuple[list[MeetingRow], int]:
    """One page of the meetings the actor may see, and how many there are in all."""
    sql = Sql()
    parts = [visible(ctx, actor, sql)]
    if wanted.text:
        place = sql.put(contains(wanted.text))
        agenda = f"SELECT 1 FROM conference.item i WHERE i.meeting_id = m.id AND i.title ILIKE {place}"
        parts.append(f"(m.title ILIKE {place} OR m.number ILIKE {place} OR m.place ILIKE {place} OR EXISTS ({agenda}))")
    if wanted.state:
        parts.append(f"m.state = {sql.put(wanted.state)}")
    if wanted.body_id:
        parts.append(f"m.body_id = {sql.put(wanted.body_id)}")
    if wanted.year:
        parts.append(f"extract(year FROM m.starts_at AT TIME ZONE 'Asia/Shanghai') = {sql.put(wanted.year)}")
    where = " AND ".join(parts)
    counted = await ctx.db.fetch(f"SELECT count(*) AS total {FROM} WHERE {where}", *sql.values)
    order = f"{ORDERS.get(wanted.sort, ORDERS['starts'])} {'DESC' if wanted.descending else 'ASC'}"
    limit, offset = sql.put(wanted.limit), sql.put(wanted.offset)
    rows = await ctx.db.fetch(
        f"SELECT {FIELDS} {FROM} WHERE {where} ORDER BY {order}, m.id LIMIT {limit} OFFSET {offset}", *sql.values
    )
    return [MeetingRow(**row) for row in rows], counted[0]["total"]


async def view_meeting(ctx: Ctx, actor: Actor, meeting_id: UUID) -> MeetingRow:
    """One meeting the actor may see; NotFound for any other."""
    sql = Sql(meeting_id)
    rows = await ctx.db.fetch(f"SELECT {FIELDS} {FROM} WHERE m.id = $1 AND {visible(ctx, actor, sql)}", *sql.values)
    if not rows:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    return MeetingRow(**rows[0])


async def my_meetings(ctx: Ctx, actor: Actor, *, limit: int = 50) -> list[MeetingRow]:
    """The meetings the actor is called to: those to come first, the nearest on top, then those that are over."""
    sql = Sql(actor.account_id, ctx.clock.now())
    condition = visible(ctx, actor, sql)
    called = "SELECT 1 FROM conference.attendee a WHERE a.meeting_id = m.id AND a.account_id = $1"
    rows = await ctx.db.fetch(
        f"""
        SELECT {FIELDS} {FROM} WHERE EXISTS ({called}) AND m.state <> 'draft' AND {condition}
        ORDER BY m.state IN ('closed', 'archived'), abs(extract(epoch FROM m.starts_at - $2::timestamptz)), m.id
        LIMIT {sql.put(limit)}
        """,
        *sql.values,
    )
    return [MeetingRow(**row) for row in rows]


async def my_place(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any] | None:
    """How the actor stands on the roster: name, role, seat, presence; None for somebody who is not called."""
    rows = await ctx.db.fetch(
        """
        SELECT a.id, a.name, a.title, a.role, a.is_chair, a.presence, coalesce(s.label, '') AS seat
        FROM conference.attendee a LEFT JOIN conference.seat s ON s.attendee_id = a.id
        WHERE a.meeting_id = $1 AND a.account_id = $2 LIMIT 1
        """,
        meeting_id,
        actor.account_id,
    )
    return rows[0] if rows else None


async def years(ctx: Ctx, actor: Actor) -> list[int]:
    """The years with meetings the actor may see, newest first."""
    sql = Sql()
    rows = await ctx.db.fetch(
        "SELECT DISTINCT extract(year FROM m.starts_at AT TIME ZONE 'Asia/Shanghai')::int AS year"
        " FROM conference.meeting m"
        f" WHERE {visible(ctx, actor, sql)} ORDER BY 1 DESC",
        *sql.values,
    )
    return [row["year"] for row in rows]
