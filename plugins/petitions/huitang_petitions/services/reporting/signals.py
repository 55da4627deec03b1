"""Unusual weeks within a period, and the categories that suggest themselves to the standing committee."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from huitang_petitions.services.access import Ctx
from huitang_petitions.services.reporting.marks import BurstMark, Count, Counts
from huitang_petitions.services.reporting.spans import BEFORE, NOW, Span
from huitang_petitions.services.situation import Figure, week_counts
from huitang_petitions.services.situation_signals import by_category, reasons_of, weight
from huitang_petitions.situation.series import WEEK, Series
from huitang_sdk.contracts import Actor

MOST = 10


class Unusual(Struct, frozen=True):
    """A burst: the week, how many were to be expected in it, and up to how many are usual."""

    mark: BurstMark
    expected: float
    limit: int


async def bursts_in(ctx: Ctx, actor: Actor, span: Span) -> list[Unusual]:
    """The unusual whole weeks of the span, the most unusual first, by category and by category and district."""
    series = await week_counts(ctx, actor)
    return await asyncio.to_thread(_bursts, {**series, **by_category(series)}, span)


def _bursts(series: Mapping[tuple[str, str], Series], span: Span) -> list[Unusual]:
    from huitang_petitions.situation.bursts import bursts

    found: list[tuple[float, Unusual]] = []
    for (category, district), one in series.items():
        whole = [day for day in one.weeks if day + WEEK <= span.end]
        latest = sum(day >= span.first for day in whole)
        for burst in bursts(one.counts[: len(whole)], latest=latest) if latest and category else ():
            mark = BurstMark(one.week(burst.week), category, district)
            found.append((burst.count - burst.expected, Unusual(mark, burst.expected, burst.limit)))
    found.sort(key=lambda item: (-item[0], str(item[1].mark)))
    return [burst for _excess, burst in found[:MOST]]


def topics_in(counts: Mapping[str, Counts], bursts: list[Unusual]) -> list[tuple[str, tuple[str, ...]]]:
    """Categories with what speaks for them, the weightiest first: the rule of the situation page, for these counts."""
    bursting = {burst.mark.category for burst in bursts}
    now, before = counts[NOW], counts[BEFORE]
    figures = [
        Figure(
            value=path,
            count=one.matters,
            before=before.get(mark, Count()).matters,
            people=one.people,
            late=now.get(f"late:{path}", Count()).matters,
            joint=now.get(f"joint:{path}", Count()).matters,
        )
        for mark, one in now.items()
        if mark.startswith("category:") and (path := mark.partition(":")[2])
    ]
    found = [(figure, reasons) for figure in figures if (reasons := reasons_of(figure, bursting))]
    found.sort(key=lambda one: weight(*one))
    return [(figure.value, reasons) for figure, reasons in found[:MOST]]
