"""How satisfied people are, beside what the commissioning body wants."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.services.access import SATISFACTION, Ctx
from huitang_petitions.services.closing.satisfaction import Line, Satisfaction, percent, satisfaction_of
from huitang_petitions.services.wording import word
from huitang_petitions.settings import PetitionsSettings
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORKBOOK_TYPE, Column, Sheet, workbook
from huitang_sdk.http import Page, attachment, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("petitions")
FILTERS = ("since", "until")


async def _asked(request: AnyRequest, ctx: Ctx, actor: Actor) -> tuple[ListQuery, Satisfaction]:
    query = ListQuery.from_request(request, filters=FILTERS)
    return query, await satisfaction_of(ctx, actor, *(_day(query.filters[name]) for name in FILTERS))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def targets(found: Satisfaction, settings: PetitionsSettings) -> list[dict[str, Any]]:
    """Each target beside what was reached; `met` is None while there is nothing to judge by."""
    share, errors = found.total.share, found.total.errors
    return [
        {
            "title": _("Matters collected"),
            "reached": str(found.matters),
            "wanted": _("at least {count}", count=settings.target_matters),
            "met": found.matters >= settings.target_matters,
        },
        {
            "title": _("Ratings collected"),
            "reached": str(found.collected),
            "wanted": _("at least {count}", count=settings.target_ratings),
            "met": found.collected >= settings.target_ratings,
        },
        {
            "title": _("Error rate of collection"),
            "reached": percent(errors),
            "wanted": _("at most {count} %", count=settings.target_errors),
            "met": None if errors is None else errors <= settings.target_errors,
        },
        {
            "title": _("Share of satisfied"),
            "reached": percent(share),
            "wanted": _("at least {count} %", count=settings.target_satisfied),
            "met": None if share is None else share >= settings.target_satisfied,
        },
    ]


def months_chart(lines: list[Line]) -> dict[str, Any]:
    """Standing bars by month: satisfied, and not."""
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [line.name for line in lines]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": _("Not satisfied"),
                "type": "bar",
                "stack": "all",
                "data": [line.tally.grades - line.tally.satisfied for line in lines],
            },
            {"name": _("Satisfied"), "type": "bar", "stack": "all", "data": [line.tally.satisfied for line in lines]},
        ],
    }


def _tables(found: Satisfaction) -> list[tuple[str, str, list[Line]]]:
    """(title, head of the first column, rows)."""
    channels = [Line(word(f"rated-{line.name}"), line.tally) for line in found.channels]
    return [
        (_("By office for letters and visits"), _("Body"), found.offices),
        (_("By handling unit"), _("Unit"), found.units),
        (_("By way of collection"), _("Way"), channels),
    ]


@get("/satisfaction", guards=[requires(SATISFACTION)])
async def satisfaction_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    query, found = await _asked(request, ctx, actor)
    context = {
        "query": query,
        "found": found,
        "targets": targets(found, ctx.settings),
        "tables": _tables(found),
        "months": months_chart(found.months),
        "percent": percent,
    }
    return Page("petitions/closing/satisfaction.html", context)


@get("/satisfaction/export.xlsx", guards=[requires(SATISFACTION)])
async def satisfaction_export(
    request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The same figures as a workbook."""
    _query, found = await _asked(request, ctx, actor)
    verdicts = {True: _("met"), False: _("not met"), None: "—"}
    rows = [
        (target["title"], target["reached"], target["wanted"], verdicts[target["met"]])
        for target in targets(found, ctx.settings)
    ]
    heads = (Column(_("Target"), 24), Column(_("Reached")), Column(_("Wanted")), Column(_("Verdict")))
    sheets = [Sheet(_("Targets"), heads, rows)]
    for title, head, lines in [*_tables(found), (_("By month"), _("Month"), found.months)]:
        columns = (
            Column(head, 32),
            Column(_("Ratings"), 12, "integer"),
            Column(_("Satisfied"), 12, "integer"),
            Column(_("Satisfied, %"), 12, "number"),
            Column(_("Entries"), 12, "integer"),
            Column(_("Errors"), 12, "integer"),
        )
        sheets.append(Sheet(title, columns, [_cells(line) for line in lines]))
    name = f"{_('Satisfaction')}-{ctx.clock.today().isoformat()}.xlsx"
    return attachment(name, workbook(sheets), WORKBOOK_TYPE)


def _cells(line: Line) -> tuple[Any, ...]:
    tally = line.tally
    share = None if tally.share is None else int(tally.share * 10 + 1e-9) / 10
    return (line.name, tally.grades, tally.satisfied, share, tally.entries, tally.wrong)


SATISFACTION_PAGES = (satisfaction_page, satisfaction_export)
