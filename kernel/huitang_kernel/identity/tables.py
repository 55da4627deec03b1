"""The tables of identity, as queries see them."""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable


class OrganisationRow(PluginTable, tablename="organisation", schema="identity"):
    id = UUID(primary_key=True)
    parent_id = UUID(null=True, default=None)
    position = Integer()
    code = Text()
    name = Text()
    created_at = Timestamptz()


class AccountRow(PluginTable, tablename="account", schema="identity"):
    id = UUID(primary_key=True)
    username = Text()
    name = Text()
    email = Text()
    phone = Bytea(null=True, default=None)
    phone_sealed = Bytea(null=True, default=None, secret=True)
    locale = Text(default="zh-CN")
    text_size = Integer(default=16)
    high_contrast = Boolean()
    theme = Text(default="light")
    organisation_id = UUID(null=True, default=None)
    is_active = Boolean(default=True)
    password = Text(secret=True)
    must_change_password = Boolean()
    signed_in_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class PositionRow(PluginTable, tablename="position", schema="identity"):
    id = UUID(primary_key=True)
    account_id = UUID()
    organisation_id = UUID()
    title = Text()
    is_main = Boolean(default=True)


class SessionRow(PluginTable, tablename="session", schema="identity"):
    id = UUID(primary_key=True)
    token_sha256 = Bytea(secret=True)
    account_id = UUID()
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()
    address = Text()
    user_agent = Text()


class DeviceRow(PluginTable, tablename="device", schema="identity"):
    id = UUID(primary_key=True)
    plugin = Text()
    name = Text()
    place = Text()
    role = Text()
    reach = Text()
    organisation_id = UUID()
    invited_at = Timestamptz()
    code_digest = Bytea(null=True, default=None, secret=True)
    code_expires_at = Timestamptz(null=True, default=None)
    token_sha256 = Bytea(null=True, default=None, secret=True)
    enrolled_at = Timestamptz(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoked_reason = Text()


class ResidentRow(PluginTable, tablename="resident", schema="identity"):
    id = UUID(primary_key=True)
    phone = Bytea(secret=True)
    phone_index = Bytea(secret=True)
    locale = Text(default="zh-CN")
    created_at = Timestamptz()
    signed_in_at = Timestamptz()
    held_since = Timestamptz()


class ResidentSessionRow(PluginTable, tablename="resident_session", schema="identity"):
    id = UUID(primary_key=True)
    token_sha256 = Bytea(secret=True)
    resident_id = UUID()
    is_kept = Boolean()
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()
    user_agent = Text()


class ResidentCodeRow(PluginTable, tablename="resident_code", schema="identity"):
    id = UUID(primary_key=True)
    token_sha256 = Bytea(secret=True)
    code_digest = Bytea(secret=True)
    phone = Bytea(secret=True)
    resident_id = UUID(null=True, default=None)
    next = Text(default="/")
    tries = Integer()
    asked_at = Timestamptz()
    expires_at = Timestamptz()
