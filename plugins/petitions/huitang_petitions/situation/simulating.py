"""Made-up weekly counts, with and without bursts, on which the alarm is measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from huitang_petitions.situation.bursts import bursts
from huitang_petitions.situation.forecasting import forecast


class Simulated(Struct, frozen=True):
    """Counts by week, and the weeks in which bursts begin and end (not included)."""

    counts: tuple[int, ...]
    bursts: tuple[tuple[int, int], ...]


class Alarm(Struct, frozen=True, kw_only=True):
    """How good the alarm is: shares from 0 to 1, `lead` in weeks before the highest week of a burst, on average."""

    series: int
    precision: float
    recall: float
    lead: float
    false_per_year: float


def simulated(count: int, seed: int, weeks: int = 156, *, calm: bool = False) -> Iterator[Simulated]:
    """Series of 2 to 40 a week with season, slow trend and more scatter than chance alone; each with two bursts.

    A burst lasts three to six weeks, rises to its height, which is 2 to 4 times the usual (at least 6 more), and falls.
    `calm` series have none.
    """
    chance = np.random.default_rng(seed)
    for _number in range(count):
        level, trend = float(chance.uniform(2, 40)), float(chance.uniform(-0.2, 0.3))
        season, shift = float(chance.uniform(0, 0.35)), float(chance.uniform(0, 2 * np.pi))
        week = np.arange(weeks)
        mean = level * (1 + trend * week / weeks) * (1 + season * np.sin(2 * np.pi * week / 52.18 + shift))
        marked = []
        begins = () if calm else (int(chance.integers(60, 95)), int(chance.integers(110, 145)))
        for begin in begins:
            length, times = int(chance.integers(3, 7)), float(chance.uniform(2, 4))
            shape = np.sin(np.pi * (np.arange(length) + 1) / (length + 1))
            added = np.maximum(mean[begin : begin + length] * (times - 1), 6) * shape / shape.max()
            mean[begin : begin + length] += added
            marked.append((begin, begin + length))
        spread = float(chance.uniform(1.1, 1.8))
        counts = chance.negative_binomial(mean / (spread - 1), 1 / spread)
        yield Simulated(tuple(int(value) for value in counts), tuple(marked))


class Forecasts(Struct, frozen=True, kw_only=True):
    """How many series are signals; mean errors of the back-test, ours and the seasonal-naive one."""

    series: int
    signals: int
    mase: float
    naive_mase: float


def measure_forecasts(count: int, seed: int, *, calm: bool = False) -> Forecasts:
    """The forecast over simulated series, each by its own back-test."""
    told = [forecast(one.counts) for one in simulated(count, seed, calm=calm)]
    return Forecasts(
        series=count,
        signals=sum(one.verdict == "signal" for one in told),
        mase=round(float(np.mean([one.mase or 0.0 for one in told])), 2),
        naive_mase=round(float(np.mean([one.naive_mase or 0.0 for one in told])), 2),
    )


def measure_alarm(count: int = 200, seed: int = 1, first: int = 52) -> Alarm:
    """The alarm over simulated series, every week from `first` on judged with what was known then.

    Right is an alarm in a week of a burst; the week after it is none of its own.
    """
    alarms = right = caught = total = 0
    lead: list[int] = []
    years = 0.0
    for one in simulated(count, seed):
        found = [burst.week for burst in bursts(one.counts, latest=len(one.counts) - first)]
        within = [week for week in found if any(begin <= week < end for begin, end in one.bursts)]
        alarms, right, total = alarms + len(found), right + len(within), total + len(one.bursts)
        years += (len(one.counts) - first) / 52
        for begin, end in one.bursts:
            told = [week for week in found if begin <= week < end]
            if told:
                caught += 1
                lead.append(int(np.argmax(one.counts[begin:end])) + begin - told[0])
    return Alarm(
        series=count,
        precision=round(right / max(1, alarms), 3),
        recall=round(caught / max(1, total), 3),
        lead=round(float(np.mean(lead)), 2) if lead else 0.0,
        false_per_year=round((alarms - right) / years, 3),
    )
