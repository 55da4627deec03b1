"""Time, so that tests and simulations can set it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """The time of the platform; `ctx.clock`."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""

    def today(self) -> date:
        """The current day on the wall clock of Asia/Shanghai."""
