"""What an operator can set under `[plugins.conference]`."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class ConferenceSettings(Struct, frozen=True, kw_only=True):
    """How the hall works; the rules of the bodies are profiles, not settings."""

    key_folder: Path | None = None
    """Where the keys of open secret polls are kept, outside database and backups; None: `plugins/conference/keys` in
    the platform's data folder. Several machines need one folder that all of them reach."""
    flush_presses: int = 5000
    """The most presses that one transaction stores."""
    reconnect_seconds: float = 1.0
    """How long a terminal waits before it connects again after a lost connection, at first."""
    warn_seconds: int = 60
    """How long before the end of a speech the speaker is warned."""
    remind_leave_days: int = 2
    """How many days a request for leave waits until those who decide are reminded; from the eve of the meeting on they
    are reminded every morning."""
    confirm_seconds: int = 300
    """How long an act that needs a second person waits for that person."""
