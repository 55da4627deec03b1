"""Who is calling: the people in the register with a phone or an ID number, and what they brought before."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import REGISTER, Ctx, visible
from huitang_petitions.services.listing import MatterLine, find_person
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.personal import masked

MOST = 5


class Caller(Struct, frozen=True):
    """Somebody the register knows, masked: enough to ask "are you Mr Wang of the third district?"."""

    id: UUID
    name: str
    phone: str
    address: str


class History(Struct, frozen=True):
    """What is known of a phone or an ID number."""

    callers: list[Caller]
    matters: list[MatterLine]


async def history_of(ctx: Ctx, actor: Actor, text: str) -> History:
    """The people with this phone or ID number whose matters the actor may see, and those matters, newest first."""
    sql = Sql()
    condition = await visible(ctx, actor, REGISTER, sql)
    parts = []
    for column, index in (("phone", "phone_index"), ("id_number", "id_index")):
        if found := ctx.personal.matches(f"petitioner.{column}", text):
            parts.append(f"(t.{index} IS NOT NULL AND t.{index} = ANY({sql.put(found, '::bytea[]')}))")
    if not parts:
        return History([], [])
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (t.id) t.* FROM petitions.petitioner t JOIN petitions.party p ON p.petitioner_id = t.id"
        f" JOIN petitions.matter m ON m.id = p.matter_id WHERE ({' OR '.join(parts)}) AND {condition}"
        f" ORDER BY t.id DESC LIMIT 50",
        *sql.values,
    )
    callers: dict[tuple[str, str], Caller] = {}
    for row in rows:
        name, phone, address = (
            ctx.personal.unseal(f"petitioner.{column}", row["id"], row[column])
            for column in ("name", "phone", "address")
        )
        caller = Caller(row["id"], masked("name", name), masked("phone", phone), masked("address", address))
        callers.setdefault((name, address), caller)
    matters = await find_person(ctx, actor, text, limit=10)
    return History(list(callers.values())[:MOST], matters)


async def may_point_at(ctx: Ctx, actor: Actor, petitioner_id: UUID) -> bool:
    """Whether the actor may name this petitioner as the one who brings another matter."""
    sql = Sql(petitioner_id)
    condition = await visible(ctx, actor, REGISTER, sql)
    rows = await ctx.db.fetch(
        "SELECT 1 FROM petitions.party p JOIN petitions.matter m ON m.id = p.matter_id"
        f" WHERE p.petitioner_id = $1 AND {condition} LIMIT 1",
        *sql.values,
    )
    return bool(rows)
