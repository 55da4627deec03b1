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
