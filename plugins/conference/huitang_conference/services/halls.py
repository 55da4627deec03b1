"""Halls: seat plans that are kept for the meetings to come."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services import seating
from huitang_conference.services.access import MANAGE, Ctx, body_in_scope, meeting_to_change, ref
from huitang_conference.services.seating import Place
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")


class Hall(Struct, frozen=True, kw_only=True):
    """A hall with its seats."""

    id: UUID
    name: str
    plan: tuple[Place, ...]


async def halls(ctx: Ctx, actor: Actor) -> list[Hall]:
    """The halls within the actor's reach, by name."""
    sql = Sql()
    condition = body_in_scope(ctx, actor, MANAGE, sql, "h")
    rows = await ctx.db.fetch(
        f"SELECT h.id, h.name, h.plan FROM conference.hall h WHERE {condition} ORDER BY h.name, h.id", *sql.values
    )
    return [
        Hall(id=row["id"], name=row["name"], plan=msgspec.json.decode(row["plan"], type=tuple[Place, ...]))
        for row in rows
    ]


async def keep(ctx: Ctx, actor: Actor, meeting_id: UUID, name: str) -> UUID:
    """Keep the seats of a meeting as a hall, without the people; one of the same name is replaced."""
    if not name.strip() or len(name) > 100:
        message = _("Give the hall a name of at most {count} characters.", count=100)
        raise Invalid(message, fields={"name": message})
    async with ctx.db.write(actor) as write:
        meeting = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        plan = [
            Place(label=seat.label, x=seat.x, y=seat.y, kind=seat.kind) for seat in await seating.seats(ctx, meeting_id)
        ]
        seating.check_plan(plan)
        known = await ctx.db.fetch(
            "SELECT id FROM conference.hall WHERE organisation_id = $1 AND name = $2",
            meeting["organisation_id"],
            name.strip(),
        )
        hall_id: UUID = known[0]["id"] if known else new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.hall (id, organisation_id, name, plan) VALUES ($1, $2, $3, $4::jsonb)
            ON CONFLICT (id) DO UPDATE SET plan = EXCLUDED.plan, version = conference.hall.version + 1
            """,
            *(hall_id, meeting["organisation_id"], name.strip(), msgspec.json.encode(plan).decode()),
        )
        await write.audit("conference.hall.kept", ref("hall", hall_id), detail={"name": name, "seats": len(plan)})
    return hall_id


async def use(ctx: Ctx, actor: Actor, meeting_id: UUID, hall_id: UUID) -> None:
    """Give a meeting the seats of a hall. Raises NotFound for a hall out of reach."""
    for hall in await halls(ctx, actor):
        if hall.id == hall_id:
            await seating.lay_out(ctx, actor, meeting_id, hall.plan)
            return
    raise NotFound(_("There is no such hall."))
