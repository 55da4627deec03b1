"""The tables of notifications, as Piccolo sees them (made by migrations/)."""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Date, Integer, Text, Time, Timestamptz

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


class Preference(PluginTable, tablename="preference", schema="notifications"):
    """Whether one person wants one kind on one channel; no row means yes. The key is all but `enabled`."""

    account_id = UUID(primary_key=True)
    kind = Text()
    channel = Text()
    enabled = Boolean()


class QuietHours(PluginTable, tablename="quiet_hours", schema="notifications"):
    """When one person wants no e-mail, on the wall clock of Asia/Shanghai; may go over midnight."""

    account_id = UUID(primary_key=True)
    starts = Time()
    ends = Time()


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
