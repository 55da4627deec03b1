"""Unusual bursts: weeks with far more than the half-year before and the season let expect.

A simple relative of Farrington's method for outbreaks (1996): the weeks that count towards the expectation are those of
the last half-year but the latest one; weeks that were unusual themselves are left out of it; where there is a year of
history, last year's season moves it. A week is unusual when so many would come by chance in fewer than one week of
`1 / CHANCE`, under a negative binomial distribution as wide as the weeks were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import stats

HISTORY = 26
GAP = 1
YEAR = 52
CHANCE = 0.002
LEAST = 5
"""Fewer than so many are no burst, however few are expected."""
SHORTEST = 12
"""With fewer weeks before it nothing is said of a week."""


class Burst(Struct, frozen=True, kw_only=True):
    """An unusual week: its number in the series, how many came, were expected and would still be usual."""

    week: int
    count: int
    expected: float
    limit: int
    chance: float


def bursts(counts: Sequence[int], latest: int = 1) -> list[Burst]:
    """The unusual ones among the last `latest` weeks, oldest first."""
    values = np.asarray(counts, dtype=float)
    found = (judged(values, week) for week in range(max(0, len(values) - latest), len(values)))
    return [burst for burst in found if burst and burst.count > burst.limit]


def judged(values: NDArray[np.float64], week: int) -> Burst | None:
    """A week beside what was to be expected of it; None when too little is known."""
    before = values[max(0, week - GAP - HISTORY) : max(0, week - GAP)]
    if len(before) < SHORTEST:
        return None
    usual = _without_bursts(before)
    level = max(float(usual.mean()), 0.3)
    spread = max(1.0, float(usual.var(ddof=1)) / level)
    expected = level * _season(values, week)
    distribution, *shape = _distribution(expected, spread)
    limit = max(int(distribution.ppf(1 - CHANCE, *shape)), LEAST - 1)
    count = int(values[week])
    return Burst(
        week=week,
        count=count,
        expected=round(expected, 2),
        limit=limit,
        chance=float(distribution.sf(count - 1, *shape)),
    )


def _without_bursts(before: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weeks, those far above the others left out: yesterday's burst must not hide today's."""
    middle = float(np.median(before))
    return before[before <= middle + 3 * np.sqrt(max(middle, 1.0))] if len(before) else before


def _season(values: NDArray[np.float64], week: int) -> float:
    """How last year's same weeks stood to the half-year before them, drawn towards 1 and kept between 0.6 and 1.7."""
    then = week - YEAR
    if then - HISTORY < 0:
        return 1.0
    near, before = values[max(0, then - 2) : then + 3], values[then - HISTORY : then]
    ratio = (float(_without_bursts(near).mean()) + 2) / (float(_without_bursts(before).mean()) + 2)
    return float(np.clip(ratio, 0.6, 1.7))


def _distribution(mean: float, spread: float) -> tuple[Any, ...]:
    """Poisson, or negative binomial with a variance of `spread` × mean: with its shape, which is ten times as quick as
    a distribution that has it built in."""
    if spread <= 1.001:
        return stats.poisson, mean
    return stats.nbinom, mean / (spread - 1), 1 / spread
