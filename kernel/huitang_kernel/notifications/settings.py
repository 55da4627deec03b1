"""Settings of notifications: section [plugins.notifications]."""

from __future__ import annotations

from msgspec import Struct


class NotificationsSettings(Struct, frozen=True):
    """Nothing to set yet."""
