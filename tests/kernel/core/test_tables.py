"""The Piccolo classes describe the tables that the migrations made: same columns, same kind, same nullability."""

from __future__ import annotations

from collections.abc import Iterator

from huitang_sdk.db import PluginTable

KINDS = {
    "UUID": "uuid",
    "TEXT": "text",
    "BOOLEAN": "boolean",
    "TIMESTAMPTZ": "timestamp with time zone",
    "DATE": "date",
    "TIME": "time without time zone",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "JSONB": "jsonb",
    "BYTEA": "bytea",
    "DOUBLE PRECISION": "double precision",
    "REAL": "real",
}


def classes(base: type[PluginTable] = PluginTable) -> Iterator[type[PluginTable]]:
    for kind in base.__subclasses__():
        yield kind
        yield from classes(kind)


async def test_classes_and_migrations_agree(open_hall):
    hall = await open_hall(installed=None)
    schemas = {record.id for record in hall.registry}
    rows = await hall.core.database.fetch(
        "SELECT table_schema AS s, table_name AS t, column_name AS c, data_type AS kind, "
        "is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = ANY($1)",
        list(schemas),
    )
    made = {(row["s"], row["t"], row["c"]): (row["kind"], row["nullable"]) for row in rows}
    compared, wrong = 0, []
    for table in classes():
        meta = table._meta
        if meta.schema not in schemas:
            continue
        for column in meta.columns:
            name = (meta.schema, meta.tablename, column._meta.db_column_name)
            kind = column.column_type.upper()
            described = (KINDS.get(kind, kind.lower()), column._meta.null)
            compared += 1
            if name not in made:
                wrong.append(f"{'.'.join(name)} is in the class and not in the database")
            elif made[name][0] != "ARRAY" and made[name] != described:
                wrong.append(f"{'.'.join(name)}: the class says {described}, the database {made[name]}")
    assert wrong == []
    assert compared > 50
