"""A forecast of the next weeks, and a back-test that says whether it is worth anything.

A Poisson regression on the level of the last month and quarter, the same weeks of last year and the season. It is told
beside the seasonal-naive forecast (as many as in the same week of last year), and is a signal only where it was better.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import PoissonRegressor
from threadpoolctl import ThreadpoolController

YEAR = 52
HORIZON = 4
FOLDS = 6
ENOUGH = 2 * YEAR
"""Weeks of history below which nothing is forecast: a year to compare with, and a year to compare."""
COVERED = 0.8
Verdict = Literal["signal", "no signal", "not enough"]
Values = NDArray[np.float64]
Indices = NDArray[np.int64]


class Week(Struct, frozen=True):
    """What is expected of a week to come; in eight weeks of ten the count lies from `low` to `high`."""

    expected: float
    low: int
    high: int


class Tested(Struct, frozen=True):
    """A week of the back-test: what came, what would have been forecast four weeks or fewer before, what was last
    year.
    """

    week: int
    count: int
    forecast: float
    naive: int


class Forecast(Struct, frozen=True, kw_only=True):
    """`mase` and `naive_mase`: mean error of the back-test, over the usual change from year to year; below 1 is better.

    "signal": better than last year's figures, in the same weeks and below 1. "not enough": too short a history.
    """

    verdict: Verdict
    weeks: tuple[Week, ...] = ()
    mase: float | None = None
    naive_mase: float | None = None
    tested: tuple[Tested, ...] = ()
    history: int


def forecast(counts: Sequence[int]) -> Forecast:
    """The next `HORIZON` weeks after a series of weekly counts, with the back-test of its last 24 weeks."""
    if len(counts) < ENOUGH:
        return Forecast(verdict="not enough", history=len(counts))
    values = np.asarray(counts, dtype=float)
    with _threads().limit(limits=1), np.errstate(divide="ignore"):
        return _forecast(values)


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    """A few hundred numbers are fitted in a millisecond by one thread; several only wait for one another."""
    return ThreadpoolController()


def _forecast(values: Values) -> Forecast:
    tested = _back_test(values)
    ours = float(np.mean([abs(one.count - one.forecast) for one in tested]))
    naive = float(np.mean([abs(one.count - one.naive) for one in tested]))
    known = values[: tested[0].week]
    usual = float(np.mean(np.abs(known[YEAR:] - known[:-YEAR])))
    mase, naive_mase = (ours / usual, naive / usual) if usual else (None, None)
    better = mase is not None and naive_mase is not None and mase < 1 and mase < naive_mase
    expected = _expected(values)
    spread = _spread(tested)
    return Forecast(
        verdict="signal" if better else "no signal",
        weeks=tuple(_week(mean, spread) for mean in expected),
        mase=None if mase is None else round(mase, 3),
        naive_mase=None if naive_mase is None else round(naive_mase, 3),
        tested=tuple(tested),
        history=len(values),
    )


def _back_test(values: Values) -> list[Tested]:
    tested = []
    for fold in range(FOLDS, 0, -1):
        origin = len(values) - fold * HORIZON
        for step, mean in enumerate(_expected(values[:origin])):
            week = origin + step
            tested.append(Tested(week, int(values[week]), round(mean, 2), int(values[week - YEAR])))
    return tested


def _expected(values: Values) -> list[float]:
    """The means of the next weeks, never negative, never beyond twice the most that was ever seen."""
    length, ceiling = len(values), 2 * max(1.0, float(values.max()))
    if float(values.min()) == float(values.max()):
        return [float(values[-1])] * HORIZON
    weeks = np.arange(YEAR + 2, length)
    rows = np.vstack([_rows(values, weeks, weeks - ahead) for ahead in range(1, HORIZON + 1)])
    counts = np.tile(values[weeks], HORIZON)
    regression = PoissonRegressor(alpha=1e-2, max_iter=200, tol=1e-3)
    fitted = regression.fit(rows, counts)
    weeks = length + np.arange(HORIZON)
    coming = _rows(values, weeks, np.full(HORIZON, length - 1))
    return [min(float(mean), ceiling) for mean in fitted.predict(coming)]


def _rows(values: Values, weeks: Indices, known: Indices) -> Values:
    """What is known of each of the weeks at the end of the week `known`: levels and season, all of a like size."""
    sums = np.concatenate([[0.0], np.cumsum(values)])

    def mean(first: Indices, end: Indices) -> Values:
        return np.asarray((sums[end] - sums[first]) / (end - first))

    turn = 2 * np.pi * weeks / 52.18
    return np.column_stack(
        [
            np.log1p(mean(known - 3, known + 1)),
            np.log1p(mean(known - 12, known + 1)),
            np.log1p(mean(weeks - YEAR - 1, np.minimum(weeks - YEAR + 2, known + 1))),
            np.sin(turn),
            np.cos(turn),
            np.sin(2 * turn),
            np.cos(2 * turn),
        ]
    )


def _spread(tested: Sequence[Tested]) -> float:
    """Variance over mean, as the back-test had it: 1 for pure chance, more for what is not understood."""
    squares = sum((one.count - one.forecast) ** 2 for one in tested)
    return max(1.0, squares / max(1.0, sum(one.forecast for one in tested)))


def _week(mean: float, spread: float) -> Week:
    tail = (1 - COVERED) / 2
    if spread <= 1.001:
        low, high = stats.poisson.ppf((tail, 1 - tail), max(mean, 1e-6))
    else:
        low, high = stats.nbinom.ppf((tail, 1 - tail), max(mean, 1e-6) / (spread - 1), 1 / spread)
    return Week(round(mean, 2), int(low), int(high))
