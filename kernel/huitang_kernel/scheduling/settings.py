"""Settings of scheduling: section [plugins.scheduling]."""

from __future__ import annotations

from msgspec import Struct


class SchedulingSettings(Struct, frozen=True):
    """Nothing to set yet."""
