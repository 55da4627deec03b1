"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from huitang_sdk.i18n import local_time

MONDAY = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Noon in Shanghai."""


class FixedClock:
    """Implements `huitang_sdk.contracts.Clock`.

    >>> clock = FixedClock()
    >>> clock.forward(hours=13)
    >>> clock.now().isoformat(), clock.today().isoformat()
    ('2026-11-23T17:00:00+00:00', '2026-11-24')
    """

    def __init__(self, moment: datetime = MONDAY) -> None:
        """`moment` is aware. Raises ValueError for one without a time zone."""
        self.set(moment)

    def now(self) -> datetime:
        """The moment that was set, in UTC."""
        return self._moment

    def today(self) -> date:
        """Its day in Asia/Shanghai."""
        return local_time(self._moment).date()

    def set(self, moment: datetime) -> None:
        """Make it `moment` (aware)."""
        if moment.tzinfo is None:
            raise ValueError(f"the time {moment} has no time zone")
        self._moment = moment.astimezone(UTC)

    def forward(self, **time: float) -> None:
        """Let time pass: `forward(days=1, minutes=5)`, as `timedelta` takes it."""
        self._moment += timedelta(**time)
