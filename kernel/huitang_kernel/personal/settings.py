"""Settings of personal data: section [plugins.personal]."""

from __future__ import annotations

from msgspec import Struct


class PersonalSettings(Struct, frozen=True):
    """How keys of personal data are changed."""

    lease_seconds: float = 30.0
    batch_rows: int = 200
    max_key_days: int = 365
