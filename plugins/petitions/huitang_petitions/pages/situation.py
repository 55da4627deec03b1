"""The situation page: figures, charts with their tables, a map of districts, bursts, words, forecasts and topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency

from huitang_petitions.pages.charts import ACCENT, bars_beside
from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.pages.district_map import map_of
from huitang_petitions.services import office_data, situation, situation_signals
from huitang_petitions.services.access import SITUATION, Ctx
from huitang_petitions.services.naming import Names, names
from huitang_petitions.services.situation import Dimension, Figure, Line, Period, Wanted
from huitang_petitions.services.wording import word
from huitang_petitions.situation.series import Series
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORKBOOK_TYPE, Column, Sheet, workbook
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator, local_time

_ = Translator("petitions")
WEEKS = (4, 12, 26, 52)
DIMENSIONS: tuple[Dimension, ...] = ("category", "district", "channel", "handler")


@get("/situation", guards=[requires(SITUATION)])
async def situation_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    wanted = _wanted(request, ctx)
    # Side by side: each reads very many rows.
    series, tables = await asyncio.gather(
        situation.week_counts(ctx, actor, situation.SHOWN_YEARS), situation.tables(ctx, actor, DIMENSIONS, wanted)
    )
    unusual = await situation_signals.unusual(series)
    named = await names(ctx)
    context = {
        "wanted": wanted,
        "weeks": (wanted.period.end - wanted.period.first).days // 7,
        "choices": WEEKS,
        "total": sum(figure.count for figure in tables["channel"]),
        "before": sum(figure.before for figure in tables["channel"]),
        "people": sum(figure.people for figure in tables["channel"]),
        "late": sum(figure.late for figure in tables["channel"]),
        "tables": tables,
        "charts": {name: _bars(figures, name, named) for name, figures in tables.items()},
        "time": _over_time(series),
        "time_chart": _line(_over_time(series)),
        "heat": _heat(series, wanted.period),
        "map": map_of(await office_data.drawing(ctx), tables["district"]),
        "unusual": unusual,
        "suggested": situation_signals.suggested(tables["category"], unusual),
        "named": named.called,
        "link": lambda **values: _link(wanted, values),
    }
    return Page("petitions/situation.html", context)


@get("/situation/forecast", guards=[requires(SITUATION)])
async def forecast_part(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """Loaded by itself: it takes a second."""
    told = await situation_signals.expected(await situation.week_counts(ctx, actor))
    named = await names(ctx)
    return Page("petitions/situation_forecast.html", {"told": told, "named": named.category})


@get("/situation/words", guards=[requires(SITUATION)])
async def words_part(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return Page("petitions/situation_words.html", {"rising": await situation_signals.rising(ctx, actor)})


@get("/situation/rows", guards=[requires(SITUATION)])
async def rows_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The matters behind a figure."""
    wanted = _wanted(request, ctx)
    shown, total = await situation.lines(ctx, actor, wanted)
    named = await names(ctx)
    asked = [named.called(name, value) for name in DIMENSIONS if (value := getattr(wanted, name))]
    context = {
        "wanted": wanted,
        "lines": shown,
        "total": total,
        "said": asked,
        "word": word,
        "category": named.category,
    }
    return Page("petitions/situation_rows.html", {**context, "export": _link(wanted, {}, "rows.xlsx")})


@get("/situation/rows.xlsx", guards=[requires(SITUATION)])
async def rows_export(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[bytes]:
    wanted = _wanted(request, ctx)
    shown, _total = await situation.lines(ctx, actor, wanted, situation.EXPORTED)
    await situation.note_export(ctx, actor, wanted, len(shown))
    headers = {"Content-Disposition": 'attachment; filename="matters.xlsx"'}
    sheet = lines_sheet(shown, (await names(ctx)).category)
    return Response(workbook([sheet]), media_type=WORKBOOK_TYPE, headers=headers)


def lines_sheet(shown: Sequence[Line], category: Callable[[str], str]) -> Sheet:
    """The matters behind a figure as a sheet; `category` gives the title of a path."""
    columns = [
        Column(_("Number"), 24),
        Column(_("Received"), kind="date"),
        Column(_("Channel")),
        Column(_("Subject category"), 40),
        Column(_("District")),
        Column(_("State")),
        Column(_("People"), kind="integer"),
    ]
    rows = [
        (
            line.number,
            local_time(line.received_at).date(),
            word(line.channel),
            category(line.category),
            line.district,
            word(f"state-{line.state}"),
            line.people,
        )
        for line in shown
    ]
    return Sheet(_("Matters"), columns, rows)


def _wanted(request: AnyRequest, ctx: Ctx) -> Wanted:
    """What the address asks for; anything wrong in it counts as not asked."""
    asked = request.query_params
    weeks = int(asked.get("weeks", "12")) if asked.get("weeks", "12") in {str(number) for number in WEEKS} else 12
    period = situation.period_of(ctx, weeks)
    return Wanted(
        period=period,
        **{name: asked.get(name, "")[:100] for name in DIMENSIONS},
    )


def _link(wanted: Wanted, values: Mapping[str, str], page: str = "rows") -> str:
    asked: dict[str, str] = {name: getattr(wanted, name) for name in DIMENSIONS if getattr(wanted, name)}
    asked |= {name: value or "-" for name, value in values.items()}
    asked["weeks"] = str((wanted.period.end - wanted.period.first).days // 7)
    return f"/petitions/situation/{page}?{urlencode(asked)}"


def _bars(figures: Sequence[Figure], dimension: str, named: Names) -> dict[str, Any]:
    labels = [named.called(dimension, figure.value) for figure in figures]
    now, before = [figure.count for figure in figures], [figure.before for figure in figures]
    return bars_beside(labels, {_("this period"): now, _("period before"): before})


def _over_time(series: Mapping[tuple[str, str], Series]) -> list[tuple[str, int]]:
    """The last year week by week, all together."""
    if not series:
        return []
    every = list(series.values())
    totals = [sum(counts) for counts in zip(*(one.counts for one in every), strict=True)]
    return [(day.isoformat(), count) for day, count in zip(every[0].weeks, totals, strict=True)][-52:]


def _line(weeks: Sequence[tuple[str, int]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [day for day, _count in weeks]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"type": "line", "name": _("Matters"), "data": [count for _day, count in weeks], "color": ACCENT}],
    }


def _heat(series: Mapping[tuple[str, str], Series], period: Period) -> dict[str, Any]:
    """Districts by categories in the period: a map as a table, each cell with its share of the fullest one."""
    cells: dict[tuple[str, str], int] = {}
    for (category, district), one in series.items():
        count = sum(
            number for day, number in zip(one.weeks, one.counts, strict=True) if period.first <= day < period.end
        )
        if count:
            cells[district, category] = count
    most = max(cells.values(), default=1)
    districts = sorted({district for district, _category in cells})
    categories = sorted({category for _district, category in cells})
    return {"cells": cells, "most": most, "districts": districts, "categories": categories}


SITUATION_PAGES = (situation_page, forecast_part, words_part, rows_page, rows_export)
