"""Who may do what in which meeting: the permissions, and the actor's scope as SQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_conference.settings import ConferenceSettings
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
Ctx = PluginContext[ConferenceSettings]

READ = "conference.meeting.read"
MANAGE = "conference.meeting.manage"
CHAIR = "conference.meeting.chair"
OPERATE = "conference.meeting.operate"
CONFIRM = "conference.act.confirm"
BODIES = "conference.body.manage"
SEAT = "conference.seat.use"
SCREEN = "conference.screen.show"
DOOR = "conference.door.check"
EXPORT = "conference.record.export"


def ref(kind: str, identifier: UUID) -> Ref:
    """`ref("meeting", id)` names a conference.meeting."""
    return Ref(f"conference.{kind}", identifier)


def in_scope(ctx: Ctx, actor: Actor, permission: str, sql: Sql, alias: str = "m") -> str:
    """The condition that a meeting is within the actor's reach with a permission.

    Rows belong to the organisation of the body. Whoever attends a meeting owns it, as far as reading and sitting in it
    go: a member sees the meetings he or she is called to, whatever the reach.
    """
    scope = ctx.permissions.scope(actor, permission)
    mine = ""
    if actor.account_id and permission in (READ, SEAT):
        attends = f"SELECT 1 FROM conference.attendee s WHERE s.meeting_id = {alias}.id"
        me = f"s.account_id = {sql.put(actor.account_id, '::uuid')}"
        mine = f"{alias}.state <> 'draft' AND EXISTS ({attends} AND {me})"
    return scope.where_sql(sql, organisation=f"{alias}.organisation_id", key=f"{alias}.id", more=mine)


async def meeting_for(
    ctx: Ctx, actor: Actor, meeting_id: UUID, permission: str, *, lock: bool = False
) -> dict[str, Any]:
    """The row of a meeting the actor may reach with `permission`; NotFound for any other. `lock`: for a write.

    The lock is what orders everything that changes the state of one meeting.
    """
    ctx.permissions.require(actor, permission)
    sql = Sql(meeting_id)
    condition = in_scope(ctx, actor, permission, sql)
    rows = await ctx.db.fetch(
        f"SELECT m.* FROM conference.meeting m WHERE m.id = $1 AND {condition}{' FOR UPDATE OF m' if lock else ''}",
        *sql.values,
    )
    if not rows:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    return rows[0]


async def meeting_to_change(ctx: Ctx, actor: Actor, meeting_id: UUID, permission: str) -> dict[str, Any]:
    """Inside a write: the locked row of a meeting that is to be changed. Conflict for an archived one."""
    row = await meeting_for(ctx, actor, meeting_id, permission, lock=True)
    if row["state"] == "archived":
        raise Conflict(_("The meeting is archived. Its record stands as it is and can no longer be changed."))
    return row


async def body_for(ctx: Ctx, actor: Actor, body_id: UUID, permission: str) -> dict[str, Any]:
    """The row of a body whose organisation is within the actor's reach; NotFound for any other."""
    ctx.permissions.require(actor, permission)
    sql = Sql(body_id)
    condition = body_in_scope(ctx, actor, permission, sql)
    rows = await ctx.db.fetch(f"SELECT b.* FROM conference.body b WHERE b.id = $1 AND {condition}", *sql.values)
    if not rows:
        raise NotFound(_("There is no such body, or it is not yours to look after."))
    return rows[0]


def body_in_scope(ctx: Ctx, actor: Actor, permission: str, sql: Sql, alias: str = "b") -> str:
    """The condition that a body, or a hall, belongs to an organisation within the actor's reach."""
    scope = ctx.permissions.scope(actor, permission)
    return scope.where_sql(sql, organisation=f"{alias}.organisation_id", key=f"{alias}.id")


async def attendee_for(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """The attendee an actor sits as: a signed-in person's own, or whoever has the seat that a device stands at.

    The row has the seat's label as `seat_label`. Raises NotFound for somebody who is not called to the meeting, for a
    device at a seat that nobody has, and for one of another organisation, whatever its place is called.
    """
    ctx.permissions.require(actor, SEAT)
    sql = Sql(meeting_id, actor.account_id, actor.place if actor.device_id else None)
    condition = in_scope(ctx, actor, SEAT, sql)
    rows = await ctx.db.fetch(ATTENDEE + f" AND {condition}", *sql.values)
    if not rows:
        raise NotFound(_("Nobody of this meeting sits here."))
    return rows[0]


ATTENDEE = """
SELECT a.*, s.label AS seat_label FROM conference.attendee a
JOIN conference.meeting m ON m.id = a.meeting_id
LEFT JOIN conference.seat s ON s.attendee_id = a.id
WHERE a.meeting_id = $1 AND CASE WHEN $3::text IS NULL THEN a.account_id = $2::uuid
  ELSE $3 IN (s.label, m.place || '/' || s.label) END
"""
