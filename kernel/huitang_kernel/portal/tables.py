"""The portal's tables."""

from __future__ import annotations

from piccolo.columns import Text, Timestamptz

from huitang_sdk.db import PluginTable


class PluginSeen(PluginTable, tablename="plugin_seen", schema="portal"):
    """When a plugin was last seen running, and in which version."""

    plugin = Text(primary_key=True)
    version = Text()
    good_at = Timestamptz()
