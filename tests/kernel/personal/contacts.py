"""Rows of demo.contact, written and found as a plugin does it."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.db import new_id

INSERT = "INSERT INTO demo.contact (id, phone, phone_index, name, name_index) VALUES ($1, $2, $3, $4, $5)"


def phone_of(number: int) -> str:
    return f"139{number:08d}"


def columns_of(ctx, row: UUID, phone: str, name: str) -> tuple:
    seal, index = ctx.personal.seal, ctx.personal.index
    return (
        row,
        seal("contact.phone", row, phone),
        index("contact.phone", phone),
        seal("contact.name", row, name),
        index("contact.name", name),
    )


async def add(ctx, phone: str, name: str = "林秀英") -> UUID:
    row = new_id()
    await ctx.db.execute(INSERT, *columns_of(ctx, row, phone, name))
    return row


async def add_many(ctx, count: int) -> dict[str, UUID]:
    """Phone → row."""
    rows = {phone_of(number): new_id() for number in range(count)}
    async with ctx.db.pool.acquire() as connection:
        await connection.executemany(INSERT, [columns_of(ctx, row, phone, f"林{phone}") for phone, row in rows.items()])
    return rows


async def find(ctx, phone: str) -> list[UUID]:
    found = await ctx.db.fetch(
        "SELECT id FROM demo.contact WHERE phone_index = ANY($1)", ctx.personal.matches("contact.phone", phone)
    )
    return [row["id"] for row in found]


async def all_open(ctx) -> dict[str, UUID]:
    """Phone → row, read by opening every row; names must open as well."""
    found = {}
    for row in await ctx.db.fetch("SELECT * FROM demo.contact"):
        phone = ctx.personal.unseal("contact.phone", row["id"], row["phone"])
        assert ctx.personal.unseal("contact.name", row["id"], row["name"])
        assert phone not in found
        found[phone] = row["id"]
    return found


async def keys_of(ctx) -> set[tuple[int, int]]:
    """The numbers of the keys that phones, and that their indexes, are under."""
    sql = "SELECT DISTINCT substring(phone, 2, 2) AS k, substring(phone_index, 1, 2) AS i FROM demo.contact"
    rows = await ctx.db.fetch(sql)
    return {(int.from_bytes(row["k"], "big"), int.from_bytes(row["i"], "big")) for row in rows}
