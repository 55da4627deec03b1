"""The tables of scheduling that have an id, as Piccolo sees them (made by migrations/).

Which jobs are known and who leads is read in SQL only.
"""

from __future__ import annotations

from piccolo.columns import JSONB, UUID, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable


class RunRow(PluginTable, tablename="run", schema="scheduling"):
    """One run of a job: the ledger."""

    id = UUID(primary_key=True)
    plugin = Text()
    job = Text()
    cause = Text()
    key = Text()
    due = Timestamptz()
    payload = JSONB()
    state = Text()
    attempts = Integer()
    next_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    heartbeat_at = Timestamptz(null=True, default=None)
    node = Text()
    asked_by = UUID(null=True, default=None)
    asked_name = Text()
    result = Text()
    error = Text()


class DatedTask(PluginTable, tablename="dated_task", schema="scheduling"):
    """Work at a date, not yet run."""

    id = UUID(primary_key=True)
    plugin = Text()
    job = Text()
    key = Text()
    due = Timestamptz()
    payload = JSONB()
    created_at = Timestamptz()
