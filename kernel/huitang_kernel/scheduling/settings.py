"""Settings of scheduling: section [plugins.scheduling]."""

from __future__ import annotations

from msgspec import Struct


class SchedulingSettings(Struct, frozen=True):
    """Times in seconds. A run without a heartbeat for `dead_after` counts as dead; keep it above three `heartbeat`s."""

    time_limit: float = 3600.0
    """The longest one run may take."""
    heartbeat: float = 2.0
    dead_after: float = 7.0
    max_attempts: int = 3
    """How often a run is started again after the process that ran it died."""
    retry_seconds: tuple[float, ...] = (60.0, 600.0)
    """Pauses before a dated task that failed is tried again; a cron job waits for its next time instead."""
    keep_days: int = 180
    """How long finished runs stay in the ledger."""
