"""Settings of permissions: section [plugins.permissions]."""

from __future__ import annotations

from msgspec import Struct


class PermissionsSettings(Struct, frozen=True):
    """Nothing to set yet."""
