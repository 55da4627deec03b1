"""A suggestion for a letter, and the forecasts of sixty series, beside the bare libraries doing the same sums."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from huitang_petitions.judging.features import counted
from huitang_petitions.judging.letters import MEASURED_ON, synthetic
from huitang_petitions.judging.office import office_of
from huitang_petitions.judging.store import model_of
from huitang_petitions.judging.suggesting import Suggester
from huitang_petitions.situation.forecasting import forecast
from huitang_petitions.situation.simulating import simulated
from tests.bench.table import Row


def _each(work: Callable[[Any], object], things: Sequence[Any]) -> list[float]:
    times = []
    for thing in things:
        started = time.perf_counter()
        work(thing)
        times.append(time.perf_counter() - started)
    return sorted(times)


def measure(quick: bool = False) -> list[Row]:
    office = office_of()
    suggester = Suggester(model_of(office.tree, office.remits), office.tree, office.remits, office.handlers)
    letters = list(synthetic(50 if quick else 300, MEASURED_ON))
    suggester.suggest("", "先算一次")
    ours = _each(lambda letter: suggester.suggest(letter.subject, letter.text), letters)
    heads = suggester.model.categories, suggester.model.turns
    bare = _each(lambda letter: [head.scores(counted([letter.text])) for head in heads], letters)
    median, p95 = ours[len(ours) // 2] * 1000, ours[len(ours) * 95 // 100] * 1000
    series = [one.counts for one in simulated(12 if quick else 60, seed=5)]
    took = _each(forecast, series)
    return [
        Row(
            work="suggestion for one letter, with reasons",
            against="the two models' scores alone",
            ours=f"median {median:.1f} ms, p95 {p95:.1f} ms",
            bare=f"median {bare[len(bare) // 2] * 1000:.1f} ms",
            ratio=f"{median / (bare[len(bare) // 2] * 1000):.1f} ×",
            goal="p95 < 100 ms",
            met=p95 < 100,
        ),
        Row(
            work=f"forecast of {len(series)} series with back-test",
            against="its 7 fits a series are the cost",
            ours=f"{sum(took):.1f} s",
            bare="–",
            ratio="–",
            goal="60 series in < 10 s",
            met=sum(took) * 60 / len(series) < 10,
        ),
    ]
