"""What a clock must do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_sdk.contracts import Clock
from huitang_sdk.i18n import local_time


class ClockContract:
    """Give `clock`."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The implementation."""
        raise NotImplementedError

    def test_now_is_aware_and_in_utc(self, clock: Clock) -> None:
        """Moments can be compared with those of the database."""
        assert clock.now().utcoffset() == timedelta(0)

    def test_today_is_the_day_in_shanghai(self, clock: Clock) -> None:
        """Asked twice, because midnight may pass between the questions."""
        before, today, after = clock.now(), clock.today(), clock.now()
        assert today in {local_time(before).date(), local_time(after).date()}

    def test_time_does_not_go_back(self, clock: Clock) -> None:
        """A later answer is never earlier."""
        first = clock.now()
        assert clock.now() >= first
