"""Sealing the rows of a table anew, a batch at a time, while others read and write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from huitang_kernel.personal.ring import Broken, Key, Ring
from huitang_kernel.personal.tables import SealedTable
from huitang_sdk.personal import normalised

Progress = Callable[[str, int, int], None]
"""Table, rows done, rows in all."""

BEFORE_ALL = UUID(int=0)
START = """
UPDATE personal.sealed_table SET target = $2, reached = NULL, done = 0, broken = 0, changed_at = now(),
  total = (SELECT count(*) FROM {table} WHERE {behind})
WHERE name = $1 AND (target IS DISTINCT FROM $2 OR reached IS NULL)
"""
STATE = "SELECT reached, done, total, broken FROM personal.sealed_table WHERE name = $1"
REACHED = """
UPDATE personal.sealed_table SET reached = $2, done = done + $3, broken = broken + $4, changed_at = now()
WHERE name = $1
"""


class Pass(Struct):
    """What one walk through a table did. `broken` rows do not open under any key; they stay as they are."""

    sealed: int = 0
    broken: int = 0


async def walk(
    pool: asyncpg.Pool, table: SealedTable, ring: Ring, batch: int, progress: Progress | None = None
) -> Pass:
    """Seal every row that is not under the current key; go on where an earlier walk for this key was cut off.

    A batch is one transaction, which also keeps how far the walk has come. Rows that others hold are left for the next
    walk instead of waited for, so that nobody ever waits for us in a circle.
    """
    key, done = ring.current, Pass()
    await pool.execute(START.format(table=table.quoted, behind=table.behind(key)), table.name, key.number)
    while True:
        async with pool.acquire() as connection, connection.transaction():
            state = await connection.fetchrow(STATE + " FOR UPDATE", table.name)
            rows = await _rows(connection, table, key, state["reached"], batch)
            renewed = [resealed(table, ring, row) for row in rows]
            changed = [(row, found.values) for row, found in zip(rows, renewed, strict=True) if found.is_changed]
            broken = sum(found.is_broken for found in renewed)
            if changed:
                await _write(connection, table, changed)
            reached = rows[-1][table.key] if rows else None
            await connection.execute(REACHED, table.name, reached, len(rows), broken)
        done.sealed += len(changed)
        done.broken += broken
        if progress is not None:
            progress(table.name, state["done"] + len(rows), state["total"])
        if not rows:
            return done


class Renewed(Struct):
    """What a row's columns are to hold. A value that does not open stays as it is, and so does its index."""

    values: dict[str, bytes | None]
    is_changed: bool = False
    is_broken: bool = False


def resealed(table: SealedTable, ring: Ring, row: Mapping[str, Any]) -> Renewed:
    """Everything in the row under the current key."""
    identifier: UUID = row[table.key]
    renewed = Renewed({name: row[name] for name in table.written})
    for column in table.columns:
        sealed = row[column.column]
        if not sealed:  # NULL or no bytes: nothing was ever sealed here
            continue
        full, old = table.full(column), ring.of(sealed)
        try:
            if old is None:
                raise Broken
            text = old.unseal(full, identifier, sealed)
        except Broken:
            renewed.is_broken = True
            continue
        if old is not ring.current:
            renewed.values[column.column] = ring.current.seal(full, identifier, text)
            renewed.is_changed = True
        if column.index and row[column.index]:
            plain = normalised(column.kind, text)
            index = ring.current.index(full, plain) if plain else None
            renewed.is_changed |= index != row[column.index]
            renewed.values[column.index] = index
    return renewed


async def _rows(
    connection: asyncpg.Connection, table: SealedTable, key: Key, reached: UUID | None, batch: int
) -> list[asyncpg.Record]:
    columns = ", ".join(f'"{name}"' for name in (table.key, *table.written))
    rows: list[asyncpg.Record] = await connection.fetch(
        f'SELECT {columns} FROM {table.quoted} WHERE "{table.key}" > $1 AND {table.behind(key)} '
        f'ORDER BY "{table.key}" LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED',
        reached or BEFORE_ALL,
        batch,
    )
    return rows


async def _write(
    connection: asyncpg.Connection,
    table: SealedTable,
    changed: list[tuple[asyncpg.Record, dict[str, bytes | None]]],
) -> None:
    names = table.written
    sets = ", ".join(f'"{name}" = new.c{place}' for place, name in enumerate(names))
    places = ", ".join(f"${place + 2}::bytea[]" for place in range(len(names)))
    aliases = ", ".join(f"c{place}" for place in range(len(names)))
    await connection.execute(
        f"UPDATE {table.quoted} AS t SET {sets} FROM unnest($1::uuid[], {places}) AS new(key, {aliases}) "
        f'WHERE t."{table.key}" = new.key',
        [row[table.key] for row, _found in changed],
        *([found[name] for _row, found in changed] for name in names),
    )


async def count_behind(pool: asyncpg.Pool, table: SealedTable, key: Key) -> int:
    """Rows in which something is not under this key, those that others hold among them."""
    return int(await pool.fetchval(f"SELECT count(*) FROM {table.quoted} WHERE {table.behind(key)}"))
