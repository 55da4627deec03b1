"""Small helpers for tables. A plugin's tables live in the PostgreSQL schema that carries its id.

Tables are created by the plugin's migrations: plain SQL files `migrations/0001_name.sql`, run in order, each in one
transaction, under one lock for the whole cluster, with the plugin's schema first in the search path. The Piccolo
classes
describe the same tables for queries; the conformance suite compares the two.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import uuid_utils.compat
from piccolo.table import Table


def new_id() -> UUID:
    """A UUIDv7: unique without asking anyone, and sorted by time of making (RFC 9562)."""
    return uuid_utils.compat.uuid7()


class PluginTable(Table):
    """Base of a plugin's tables: `class Notice(PluginTable, tablename="notice", schema="noticeboard")`."""


class Sql:
    """The values of one statement of your own SQL: `put` keeps a value and answers the placeholder to write for it.

    Every placeholder has to be written into the statement, since PostgreSQL wants as many values as it is told of.
    `cast` says the type where the statement does not.

    >>> sql = Sql(2026)
    >>> f"SELECT id FROM noticeboard.notice WHERE year = $1 AND id = ANY({sql.put([], '::uuid[]')})"
    'SELECT id FROM noticeboard.notice WHERE year = $1 AND id = ANY($2::uuid[])'
    >>> sql.values  # for `await ctx.db.fetch(statement, *sql.values)`
    [2026, []]
    """

    def __init__(self, *values: Any) -> None:
        self.values: list[Any] = list(values)

    def put(self, value: Any, cast: str = "") -> str:
        """Keep the value; the answer is `$n` with the cast."""
        self.values.append(value)
        return f"${len(self.values)}{cast}"


_PLACE = re.compile(r"[%_\\]")


def contains(text: str) -> str:
    """The ILIKE pattern for "contains this text", with the reader's own % and _ taken literally.

    >>> contains("5%")
    '%5\\\\%%'
    """
    return "%" + _PLACE.sub(lambda match: "\\" + match.group(), text) + "%"


def columns(row: Table) -> dict[str, Any]:
    """The row's columns as a dictionary, for audit details."""
    return dict(row.to_dict())
