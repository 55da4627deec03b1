"""What limits must do."""

from __future__ import annotations

import asyncio

import pytest

from huitang_sdk.contracts import Limits, Rate
from huitang_sdk.errors import TooManyRequests

RATE = Rate(3, 3600)


class LimitsContract:
    """Give `limits`, and `other_limits`: those of another plugin on the same platform."""

    @pytest.fixture
    def limits(self) -> Limits:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def other_limits(self) -> Limits:
        """The same, of another plugin."""
        raise NotImplementedError

    @pytest.mark.parametrize("strict", [False, True])
    async def test_so_many_times_and_then_wait(self, limits: Limits, strict: bool) -> None:
        """The refusal says how long."""
        for _ in range(RATE.count):
            assert await limits.wait("look-up", "10.0.0.1", RATE) == 0
            await limits.take("look-up", "10.0.0.1", RATE, strict=strict)
        with pytest.raises(TooManyRequests) as refused:
            await limits.take("look-up", "10.0.0.1", RATE, strict=strict)
        assert 0 < refused.value.retry_after <= RATE.seconds
        assert 0 < await limits.wait("look-up", "10.0.0.1", RATE) <= RATE.seconds

    async def test_everybody_and_everything_is_counted_apart(self, limits: Limits, other_limits: Limits) -> None:
        """Another person, another limit, another plugin."""
        for _ in range(RATE.count):
            await limits.take("look-up", "10.0.0.1", RATE)
        await limits.take("look-up", "10.0.0.2", RATE)
        await limits.take("look", "-up10.0.0.1", RATE)
        await limits.take("send", "10.0.0.1", RATE)
        await other_limits.take("look-up", "10.0.0.1", RATE)
        with pytest.raises(TooManyRequests):
            await limits.take("look-up", "10.0.0.1", RATE)

    @pytest.mark.parametrize("strict", [False, True])
    async def test_many_at_once_gain_nothing(self, limits: Limits, strict: bool) -> None:
        """Exactly so many are let through."""
        tries = [limits.take("look-up", "10.0.0.1", RATE, strict=strict) for _ in range(20)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(answer is None for answer in answers) == RATE.count
        assert {type(answer) for answer in answers} == {type(None), TooManyRequests}

    async def test_a_wider_rate_lets_more_through(self, limits: Limits) -> None:
        """The operator's change counts for what has been counted already."""
        for _ in range(RATE.count):
            await limits.take("look-up", "10.0.0.1", RATE)
        await limits.take("look-up", "10.0.0.1", Rate(4, 3600))
