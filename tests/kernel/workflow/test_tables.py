"""The Piccolo tables say what the migrations made."""

from __future__ import annotations

import inspect

from huitang_kernel.workflow import tables
from huitang_sdk.db import PluginTable

COLUMNS = "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"


async def test_tables_have_the_columns_of_the_database(open_hall):
    hall = await open_hall()
    found = [
        table for _name, table in inspect.getmembers(tables, inspect.isclass) if table.__module__ == tables.__name__
    ]
    assert found
    for table in found:
        assert issubclass(table, PluginTable)
        rows = await hall.core.database.fetch(COLUMNS, table._meta.schema, table._meta.tablename)
        assert {row["name"] for row in rows} == {column._meta.name for column in table._meta.columns}
        assert await table.select() == []
