"""The Piccolo tables say what the migrations made."""

from __future__ import annotations

import inspect

from huitang_petitions import tables

COLUMNS = "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"


async def test_tables_have_the_columns_of_the_database(town):
    found = [
        table for _name, table in inspect.getmembers(tables, inspect.isclass) if table.__module__ == tables.__name__
    ]
    assert found
    for table in found:
        rows = await town.fetch(COLUMNS, table._meta.schema, table._meta.tablename)
        assert {row["name"] for row in rows} == {column._meta.name for column in table._meta.columns}, table
        assert await table.select() == []
