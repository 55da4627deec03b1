"""Settings of portal: section [plugins.portal]."""

from __future__ import annotations

from msgspec import Struct


class PortalSettings(Struct, frozen=True):
    """Nothing to set yet."""
