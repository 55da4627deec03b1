"""The tables of workflows that have an id, as Piccolo sees them (made by migrations/).

Deadlines and marks are keyed otherwise and read in SQL only.
"""

from __future__ import annotations

from piccolo.columns import JSONB, UUID, Boolean, Date, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable


class ProcessRow(PluginTable, tablename="process", schema="workflow"):
    """Where one subject stands."""

    id = UUID(primary_key=True)
    workflow = Text()
    subject_id = UUID()
    organisation_id = UUID()
    state = Text()
    assignee_id = UUID(null=True, default=None)
    starter_id = UUID(null=True, default=None)
    version = Integer()
    started_at = Timestamptz()
    changed_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)


class StepRow(PluginTable, tablename="history", schema="workflow"):
    """One line of what happened."""

    id = UUID(primary_key=True)
    process_id = UUID()
    at = Timestamptz()
    actor_id = UUID(null=True, default=None)
    actor_name = Text()
    action = Text()
    transition = Text()
    before = Text()
    state = Text()
    note = Text()
    detail = JSONB()


class ExtensionRow(PluginTable, tablename="extension", schema="workflow"):
    """Somebody asked for more days."""

    id = UUID(primary_key=True)
    process_id = UUID()
    deadline = Text()
    starts = Date()
    days = Integer()
    reason = Text()
    asked_by = UUID(null=True, default=None)
    asked_at = Timestamptz()
    granted = Boolean(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    note = Text()
