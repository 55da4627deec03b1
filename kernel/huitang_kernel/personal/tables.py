"""The tables that hold personal data, as plugins declare them, and as the database has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.personal.ring import Key
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.declare import PersonalColumn

COLUMNS = """
SELECT c.table_schema || '.' || c.table_name AS table, c.column_name AS column, c.data_type AS type
FROM information_schema.columns c
WHERE c.table_schema = ANY($1) AND c.data_type IN ('bytea', 'uuid')
"""


class SealedTable(Struct, frozen=True):
    """One table with its personal columns. `name` is "petitions.petitioner"."""

    name: str
    key: str
    columns: tuple[PersonalColumn, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that change with the key: values, then indexes."""
        return (*(c.column for c in self.columns), *(c.index for c in self.columns if c.index))

    @property
    def quoted(self) -> str:
        schema, _, table = self.name.partition(".")
        return f'"{schema}"."{table}"'

    def behind(self, key: Key) -> str:
        """The condition for rows in which something is not under `key`; its bytes are safe to write out.

        Columns may say "nothing" by NULL or by no bytes at all: neither is under any key.
        """
        values = [_other(c.column, key.header) for c in self.columns]
        indexes = [_other(c.index, key.tag) for c in self.columns if c.index]
        return "(" + " OR ".join((*values, *indexes)) + ")"

    def full(self, column: PersonalColumn) -> str:
        """What the column's keys are derived for: "petitions.petitioner.phone"."""
        return f"{self.name}.{column.column}"


def _other(column: str, begin: bytes) -> str:
    """The condition for a column that holds something which begins otherwise."""
    begins = f"substring(\"{column}\" FROM 1 FOR {len(begin)}) <> '\\x{begin.hex()}'"
    return f"coalesce({begins} AND \"{column}\" <> '\\x', false)"


def declared_tables(registry: Iterable[PluginRecord]) -> list[SealedTable]:
    """Those of all plugins that are installed, switched on or not: keys change for all of them."""
    found: list[SealedTable] = []
    for record in registry:
        tables: dict[str, list[PersonalColumn]] = defaultdict(list)
        for column in record.declarations.personal_columns:
            tables[column.table].append(column)
        found += [SealedTable(f"{record.id}.{name}", c[0].key, tuple(c)) for name, c in tables.items()]
    return found


async def missing_columns(database: PostgresDatabase, tables: Sequence[SealedTable]) -> Mapping[str, list[str]]:
    """Table → declared columns that the database has not, or not with the right type (bytea; uuid for the key)."""
    rows: list[dict[str, Any]] = await database.fetch(COLUMNS, [table.name.partition(".")[0] for table in tables])
    types = {(row["table"], row["column"]): row["type"] for row in rows}
    missing: dict[str, list[str]] = {}
    for table in tables:
        wanted = [(table.key, "uuid"), *((name, "bytea") for name in table.written)]
        wrong = [name for name, kind in wanted if types.get((table.name, name)) != kind]
        if wrong:
            missing[table.name] = wrong
    return missing
