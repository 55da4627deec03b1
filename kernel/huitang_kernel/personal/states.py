"""How far a change of keys is, as the database has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.personal.tables import SealedTable, missing_columns


class TableState(Struct, frozen=True, kw_only=True):
    """How far a table is. `missing` are columns that are declared and not in the database."""

    name: str
    complete: int
    is_behind: bool
    done: int
    total: int
    broken: int
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class KeyState(Struct, frozen=True):
    """A key as operators see it."""

    id: int
    made_at: datetime
    used_from: datetime | None


class States:
    """Read anew at every question. `declared` are the tables of all plugins that are installed."""

    def __init__(self, database: PostgresDatabase, declared: Callable[[], list[SealedTable]]) -> None:
        self._database = database
        self.declared = declared

    async def keys(self) -> list[KeyState]:
        """All keys, newest first."""
        rows = await self._database.fetch("SELECT id, made_at, used_from FROM personal.key ORDER BY id DESC")
        return [KeyState(row["id"], row["made_at"], row["used_from"]) for row in rows]

    async def tables(self) -> list[TableState]:
        """All declared tables by name."""
        current = max(key.id for key in await self.keys() if key.used_from)
        rows = {row["name"]: row for row in await self._database.fetch("SELECT * FROM personal.sealed_table")}
        tables = self.declared()
        missing = await missing_columns(self._database, tables)
        found = []
        for table in sorted(tables, key=lambda table: table.name):
            row = rows.get(table.name, {"complete": current, "done": 0, "total": 0, "broken": 0, "target": None})
            found.append(
                TableState(
                    name=table.name,
                    complete=row["complete"],
                    is_behind=row["complete"] < current,
                    done=row["done"] if row["target"] else 0,
                    total=row["total"] if row["target"] else 0,
                    broken=row["broken"],
                    missing=tuple(missing.get(table.name, ())),
                )
            )
        return found

    async def is_unfinished(self) -> bool:
        """A key waits to be used, or a table is not all under the present one."""
        waiting = any(key.used_from is None for key in await self.keys())
        return waiting or any(table.is_behind and not table.missing for table in await self.tables())
