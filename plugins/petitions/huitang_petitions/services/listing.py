"""The register as a list: filters, exact search by blind index, pages that begin after the last row before them."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.services import likeness
from huitang_petitions.services.access import READ, Ctx, visible
from huitang_petitions.services.submission import CHANNELS, KINDS
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.personal import masked

SIZE = 50
COUNTED = 1000
"""Up to how many rows are counted: nobody reads further, and counting a million costs what the page may not."""
ORDERS = {"-received": ("received_at", "DESC"), "received": ("received_at", "ASC"), "due": ("due", "ASC")}
MARKS = ("late", "red", "yellow", "green")


class Wanted(Struct, frozen=True, kw_only=True):
    """What of the register is asked for; "" and None everywhere is everything. `after` is a `Shown.after`."""

    number: str = ""
    state: str = ""
    channel: str = ""
    kind: str = ""
    mark: str = ""
    category: str = ""
    handler_id: UUID | None = None
    mine: bool = False
    like: str = ""
    since: date | None = None
    until: date | None = None
    order: str = "-received"
    after: str = ""
    size: int = SIZE


class MatterLine(Struct, frozen=True, kw_only=True):
    """One row of the list; names are masked. One that is `joined` is handled in another matter."""

    id: UUID
    number: str
    channel: str
    kind: str
    state: str
    subject: str
    people: int
    petitioner: str
    category: str
    district: str
    came_from: str
    mark: str
    due: date | None
    due_limit: str
    urgent: bool
    whistle: bool
    anonymous: bool
    joined: bool
    received_at: datetime
    closed_at: datetime | None
    handler_id: UUID | None


class Shown(Struct, frozen=True):
    """A page of the list; `after` asks for the next one, "" on the last. `total` is counted up to `COUNTED`."""

    lines: list[MatterLine]
    after: str
    total: int


async def list_matters(ctx: Ctx, actor: Actor, wanted: Wanted, permission: str = READ) -> Shown:
    """The rows in the actor's reach, a page of them."""
    sql = Sql()
    conditions = [await visible(ctx, actor, permission, sql), *_filters(sql, actor, wanted)]
    if wanted.like in likeness.RELATIONS:
        conditions.append(await likeness.filter_of(ctx, actor, sql, wanted.like))
    column, direction = ORDERS.get(wanted.order, ORDERS["-received"])
    if column == "due":
        conditions.append("m.due IS NOT NULL")
    total = 0
    if not wanted.after:
        some = f"SELECT 1 FROM petitions.matter m WHERE {' AND '.join(conditions)} LIMIT {COUNTED + 1}"
        total = (await ctx.db.fetch(f"SELECT count(*) AS n FROM ({some}) c", *sql.values))[0]["n"]
    if position := position_of(wanted.after, wanted.order):
        cast = "::date" if column == "due" else "::timestamptz"
        value, identifier = sql.put(position[0], cast), sql.put(position[1], "::uuid")
        conditions.append(f"(m.{column}, m.id) {'<' if direction == 'DESC' else '>'} ({value}, {identifier})")
    rows = await ctx.db.fetch(
        f"SELECT m.* FROM petitions.matter m WHERE {' AND '.join(conditions)}"
        f" ORDER BY m.{column} {direction}, m.id {direction} LIMIT {wanted.size + 1}",
        *sql.values,
    )
    more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    after = mark_of(rows[-1][column], rows[-1]["id"]) if more else ""
    return Shown(await _lines(ctx, rows), after, total)


async def find_person(ctx: Ctx, actor: Actor, text: str, limit: int = 100) -> list[MatterLine]:
    """The matters of whoever has exactly this phone, name or ID number, newest first, in the actor's reach."""
    sql = Sql()
    condition = await visible(ctx, actor, READ, sql)
    who = person_condition(ctx, sql, text)
    rows = await ctx.db.fetch(
        f"SELECT m.* FROM petitions.matter m WHERE {condition} AND m.id IN ({who})"
        f" ORDER BY m.received_at DESC, m.id DESC LIMIT {limit}",
        *sql.values,
    )
    return await _lines(ctx, rows)


def person_condition(ctx: Ctx, sql: Sql, text: str, columns: tuple[str, ...] = ("phone", "id_number", "name")) -> str:
    """SQL of the ids of the matters of a person who is known by exactly this text, found by the blind indexes."""
    index = {"phone": "phone_index", "id_number": "id_index", "name": "name_index"}
    parts = []
    for column in columns:
        found = ctx.personal.matches(f"petitioner.{column}", text)
        if found:
            values = sql.put(found, "::bytea[]")
            # IS NOT NULL is what lets the planner take the partial index whatever the values are.
            parts.append(
                "SELECT p.matter_id FROM petitions.petitioner t JOIN petitions.party p ON p.petitioner_id = t.id"
                f" WHERE t.{index[column]} IS NOT NULL AND t.{index[column]} = ANY({values})"
            )
    return " UNION ".join(parts) or "SELECT NULL::uuid WHERE FALSE"


def _filters(sql: Sql, actor: Actor, wanted: Wanted) -> list[str]:
    found: list[str] = []
    if wanted.number:
        number = sql.put(wanted.number)
        # The second half is what the index of old numbers is made for.
        found.append(f"(m.number = {number} OR m.old_number = {number} AND m.old_number <> '')")
    if wanted.state:
        found.append(f"m.state = {sql.put(wanted.state)}")
    if wanted.channel in CHANNELS:
        found.append(f"m.channel = {sql.put(wanted.channel)}")
    if wanted.kind in KINDS:
        found.append(f"m.kind = {sql.put(wanted.kind)}")
    if wanted.mark in MARKS:
        # The second half is what the index of marks is made for, whatever the value is.
        found.append(f"m.mark = {sql.put(wanted.mark)} AND m.mark <> ''")
    if wanted.category:
        path = sql.put(wanted.category, "::text")
        # All that begins with the path and a dot, as a span that an index can be read by: "/" is the sign after ".".
        below = f"m.category ~>=~ ({path} || '.') AND m.category ~<~ ({path} || '/')"
        found.append(f"(m.category = {path} OR ({below}))")
    if wanted.handler_id:
        found.append(f"m.handler_id = {sql.put(wanted.handler_id)}")
    if wanted.mine:
        found.append(f"m.assignee_id IS NOT NULL AND m.assignee_id = {sql.put(actor.account_id, '::uuid')}")
    if wanted.since:
        found.append(f"m.received_at >= ({sql.put(wanted.since, '::date')}::timestamp AT TIME ZONE 'Asia/Shanghai')")
    if wanted.until:
        found.append(
            f"m.received_at < (({sql.put(wanted.until, '::date')} + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"
        )
    return found


async def _lines(ctx: Ctx, rows: list[dict[str, Any]]) -> list[MatterLine]:
    first = await ctx.db.fetch(
        "SELECT DISTINCT ON (p.matter_id) p.matter_id, t.id, t.name FROM petitions.party p"
        " JOIN petitions.petitioner t ON t.id = p.petitioner_id WHERE p.matter_id = ANY($1::uuid[])"
        " ORDER BY p.matter_id, p.position",
        [row["id"] for row in rows],
    )
    names = {
        row["matter_id"]: masked("name", ctx.personal.unseal("petitioner.name", row["id"], row["name"]))
        for row in first
    }
    kept = [name for name in MatterLine.__struct_fields__ if name not in ("subject", "petitioner", "joined")]
    return [
        MatterLine(
            subject=ctx.personal.unseal("matter.subject", row["id"], row["subject"]),
            petitioner=names.get(row["id"], ""),
            joined=row["merged_into"] is not None,
            **{name: row[name] for name in kept},
        )
        for row in rows
    ]


def mark_of(value: Any, identifier: UUID) -> str:
    """Where the page after this row begins."""
    return base64.urlsafe_b64encode(msgspec.json.encode([value, identifier])).decode().rstrip("=")


def position_of(after: str, order: str) -> tuple[Any, UUID] | None:
    """Where a page begins; None for none, or for what is none of ours."""
    kind = tuple[date, UUID] if order == "due" else tuple[datetime, UUID]
    if not after:
        return None
    try:
        content = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        position = msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return None
    # At the ends of the calendar a moment has no UTC.
    return position if 1900 < position[0].year < 9000 else None
