"""The wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from huitang_sdk.i18n import TIMEZONE


class SystemClock:
    """Time as the machine has it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now(TIMEZONE).date()
