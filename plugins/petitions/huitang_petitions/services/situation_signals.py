"""What the weekly counts say: bursts, forecasts, and what they suggest to the standing committee."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from huitang_petitions.services.access import Ctx
from huitang_petitions.services.situation import Figure, Spoken, texts
from huitang_petitions.situation.series import Series, together
from huitang_sdk.contracts import Actor

if TYPE_CHECKING:
    from huitang_petitions.situation.forecasting import Forecast
    from huitang_petitions.situation.topics import Topic

BURST_WEEKS = 4
MANY, RISEN = 10, 1.5


class Unusual(Struct, frozen=True):
    """A burst: in which category and district ("" for all of them together), in which week, how many of how many."""

    category: str
    district: str
    week: date
    count: int
    expected: float
    limit: int


class Expected(Struct, frozen=True):
    """The forecast of one category, with the weeks it is for."""

    category: str
    weeks: tuple[date, ...]
    latest: int
    told: Forecast


class Suggested(Struct, frozen=True):
    """A topic for the standing committee: a category and what speaks for it. `reasons` of "many", "risen", "burst",
    "joint", "late".
    """

    figure: Figure
    reasons: tuple[str, ...]


async def unusual(series: Mapping[tuple[str, str], Series]) -> list[Unusual]:
    """Bursts of the last four weeks, by category and by category and district, the latest first."""
    return await asyncio.to_thread(_unusual, {**series, **by_category(series)})


def by_category(series: Mapping[tuple[str, str], Series]) -> dict[tuple[str, str], Series]:
    """The series of each category over all districts, under the district ""; where there is only one, that stands."""
    parts: dict[str, list[Series]] = {}
    for (category, _district), one in series.items():
        parts.setdefault(category, []).append(one)
    return {(category, ""): together(many) for category, many in parts.items()}


def _unusual(series: Mapping[tuple[str, str], Series]) -> list[Unusual]:
    from huitang_petitions.situation.bursts import bursts

    found = [
        Unusual(category, district, one.week(burst.week), burst.count, burst.expected, burst.limit)
        for (category, district), one in series.items()
        for burst in bursts(one.counts, latest=BURST_WEEKS)
    ]
    return sorted(found, key=lambda burst: (burst.week, burst.count - burst.expected), reverse=True)


async def expected(series: Mapping[tuple[str, str], Series]) -> list[Expected]:
    """A forecast for each category, that with most letters first."""
    found = []
    for (category, _district), one in by_category(series).items():
        told = await asyncio.to_thread(_forecast, one.counts)
        length = len(one.counts)
        weeks = tuple(one.week(length + step) for step in range(len(told.weeks)))
        found.append(Expected(category, weeks, sum(one.counts[-4:]), told))
    return sorted(found, key=lambda one: (-one.latest, one.category))


@lru_cache(maxsize=512)
def _forecast(counts: tuple[int, ...]) -> Forecast:
    """Kept by the counts themselves, so that whoever may see other rows gets other forecasts."""
    from huitang_petitions.situation.forecasting import forecast

    return forecast(counts)


class Rising(Struct, frozen=True):
    """Words that rise, in so many letters read of all that there are: of the last weeks, and of those before."""

    topics: Sequence[Topic]
    recent: Spoken
    before: Spoken

    @property
    def is_sample(self) -> bool:
        return any(len(spoken.letters) < spoken.whole for spoken in (self.recent, self.before))


async def rising(ctx: Ctx, actor: Actor) -> Rising:
    """The words that rise in what the reader may count."""
    from huitang_petitions.situation.topics import hot_topics

    recent, before = await texts(ctx, actor)
    return Rising(await asyncio.to_thread(hot_topics, recent.letters, before.letters), recent, before)


def suggested(categories: Sequence[Figure], bursts: Sequence[Unusual]) -> list[Suggested]:
    """Categories that letters and visits concentrate on (监督法 2024 art. 12(5)), the weightiest first."""
    bursting = {burst.category for burst in bursts}
    found = [
        Suggested(figure, reasons)
        for figure in categories
        if figure.value and (reasons := reasons_of(figure, bursting))
    ]
    return sorted(found, key=lambda one: weight(one.figure, one.reasons))[:10]


def weight(figure: Figure, reasons: tuple[str, ...]) -> tuple[int, int, str]:
    """By what topics are put in order: most reasons first, then most people."""
    return -len(reasons), -figure.people, figure.value


def reasons_of(figure: Figure, bursting: set[str]) -> tuple[str, ...]:
    """What speaks for a category as a topic; nothing for one with few matters."""
    if figure.count < MANY:
        return ()
    told = {
        "burst": figure.value in bursting,
        "risen": figure.count >= RISEN * max(1, figure.before),
        "joint": figure.joint >= 3,
        "late": figure.late >= 0.1 * figure.count,
        "many": figure.people >= 5 * MANY,
    }
    return tuple(name for name, holds in told.items() if holds)
