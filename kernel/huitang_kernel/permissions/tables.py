"""The tables of permissions, as queries see them."""

from __future__ import annotations

from piccolo.columns import UUID, Array, Boolean, Text, Timestamptz

from huitang_sdk.db import PluginTable


class RoleRow(PluginTable, tablename="role", schema="permissions"):
    id = Text(primary_key=True)
    title = Text()
    plugin = Text()
    reach = Text(default="below")
    is_custom = Boolean()
    is_changed = Boolean()
    declared = Array(base_column=Text())


class GrantRow(PluginTable, tablename="role_grant", schema="permissions"):
    id = UUID(primary_key=True)
    account_id = UUID(null=True, default=None)
    group_id = UUID(null=True, default=None)
    role = Text()
    organisation_id = UUID()
    reach = Text()
    granted_at = Timestamptz()
    granted_by = UUID(null=True, default=None)
