"""Settings of permissions: section [plugins.permissions]."""

from __future__ import annotations

from msgspec import Struct


class PermissionsSettings(Struct, frozen=True):
    """There is nothing to set: who may do what is data, changed in the console."""
