"""The tables of notifications that have an id, as Piccolo sees them (made by migrations/).

Preferences and quiet hours are keyed by account and read in SQL only.
"""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Date, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable


class NoticeRow(PluginTable, tablename="notice", schema="notifications"):
    """What one person was told."""

    id = UUID(primary_key=True)
    plugin = Text()
    kind = Text()
    key = Text()
    recipient_id = UUID()
    title = Text()
    body = Text()
    url = Text()
    subject_kind = Text()
    subject_id = UUID(null=True, default=None)
    created_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)


class DeliveryRow(PluginTable, tablename="delivery", schema="notifications"):
    """One notice on one channel that leaves the house."""

    id = UUID(primary_key=True)
    notice_id = UUID()
    channel = Text()
    kind = Text()
    recipient_id = UUID()
    title = Text()
    body = Text()
    locale = Text()
    urgent = Boolean()
    state = Text()
    attempts = Integer()
    next_at = Timestamptz()
    error = Text()
    message_id = Text()
    created_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)


class TodoRow(PluginTable, tablename="todo", schema="notifications"):
    """What one person must do."""

    id = UUID(primary_key=True)
    plugin = Text()
    kind = Text()
    subject_kind = Text()
    subject_id = UUID()
    assignee_id = UUID()
    title = Text()
    url = Text()
    due = Date(null=True, default=None)
    urged = Integer()
    opened_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
