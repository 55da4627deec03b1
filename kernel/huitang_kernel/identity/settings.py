"""Settings of identity: section [plugins.identity]."""

from __future__ import annotations

from msgspec import Struct


class IdentitySettings(Struct, frozen=True):
    """Nothing to set yet."""
