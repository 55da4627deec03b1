"""The plugin's one table; created by migrations/0001_notice.sql."""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Date, Text, Timestamptz

from huitang_sdk.db import PluginTable


class Notice(PluginTable, tablename="notice", schema="noticeboard"):
    id = UUID(primary_key=True, default=None)
    organisation_id = UUID(default=None)
    author_id = UUID(default=None, null=True)
    title = Text()
    body = Text()
    published_at = Timestamptz()
    expires_on = Date(default=None, null=True)
    is_up = Boolean(default=True)
