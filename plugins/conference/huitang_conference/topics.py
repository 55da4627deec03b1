"""What the hall tells live, and who may hear it."""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services.access import CHAIR, CONFIRM, OPERATE, READ, SCREEN, SEAT, Ctx, in_scope
from huitang_conference.services.state import DESK, HALL
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.declare import LiveTopic


async def _within(ctx: Ctx, actor: Actor, key: str, permissions: tuple[str, ...]) -> bool:
    """Whether the meeting `key` is in the actor's scope with any of the permissions."""
    try:
        sql = Sql(UUID(key))
    except ValueError:
        return False
    held = [permission for permission in permissions if ctx.permissions.may(actor, permission)]
    conditions = [in_scope(ctx, actor, permission, sql) for permission in held]
    if not conditions:
        return False
    query = f"SELECT 1 FROM conference.meeting m WHERE m.id = $1 AND ({' OR '.join(conditions)})"
    return bool(await ctx.db.fetch(query, *sql.values))


async def may_hear_hall(ctx: Ctx, actor: Actor, key: str) -> bool:
    """Seats, screens, desks and readers of this meeting."""
    return await _within(ctx, actor, key, (READ, SEAT, SCREEN, CHAIR, OPERATE))


async def may_hear_desk(ctx: Ctx, actor: Actor, key: str) -> bool:
    """The chair and the operator of this meeting, and whoever confirms what they enter by hand."""
    return await _within(ctx, actor, key, (CHAIR, OPERATE, CONFIRM))


TOPICS = (
    LiveTopic(HALL, "The state of a meeting", None, may_hear_hall),
    LiveTopic(DESK, "What the desks see of a meeting", None, may_hear_desk),
)
