"""The tables of messages that have an id, as Piccolo sees them (made by migrations/)."""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable


class MessageRow(PluginTable, tablename="message", schema="messages"):
    """One message on one channel."""

    id = UUID(primary_key=True)
    plugin = Text()
    kind = Text()
    channel = Text()
    told_once = Bytea()
    recipient = Bytea(null=True, default=None)
    recipient_index = Bytea(null=True, default=None)
    text = Bytea(null=True, default=None)
    words_version = Integer()
    locale = Text()
    subject_kind = Text()
    subject_id = UUID(null=True, default=None)
    urgent = Boolean()
    state = Text()
    reason = Text()
    code = Text()
    round = Integer()
    attempts = Integer()
    next_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    unsure_since = Timestamptz(null=True, default=None)
    secret = Boolean()
    gateway_id = Text()
    created_at = Timestamptz()
    changed_at = Timestamptz()


class IncomingRow(PluginTable, tablename="incoming", schema="messages"):
    """One message from somebody."""

    id = UUID(primary_key=True)
    channel = Text()
    gateway_id = Text()
    sender = Bytea(null=True, default=None)
    sender_index = Bytea(null=True, default=None)
    text = Bytea(null=True, default=None)
    at = Timestamptz()
    heard_at = Timestamptz()
    form = Text()


class WordsRow(PluginTable, tablename="words", schema="messages"):
    """One version of an operator's words."""

    id = UUID(primary_key=True)
    kind = Text()
    channel = Text()
    locale = Text()
    version = Integer()
    words = Text()
    is_current = Boolean()
    edited_by = UUID(null=True, default=None)
    edited_name = Text()
    edited_at = Timestamptz()
