"""Charts, the rules, and the cards of the workbench."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from huitang_budget.services.access import READ, REVIEW, Ctx
from huitang_budget.services.charts import Count, UnitAmount, amounts_by_unit, findings_by, progress
from huitang_budget.services.listing import SEVERITIES, Filter, filter_choices, list_declarations
from huitang_budget.services.wording import CRITERIA, word
from huitang_budget.settings import catalogue_of
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("budget")
SHOWN_UNITS = 12
FEN_OF_WAN = 1_000_000
STATES = (("accepted", "#2f9e44"), ("open", "#f08c00"), ("dismissed", "#868e96"))


@get("/", guards=[requires(READ)])
async def overview(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor], year: FromQuery[str] = "") -> Page:
    offered = await filter_choices(ctx, actor)
    chosen = int(year) if year.isdigit() and len(year) == 4 else None
    units = await amounts_by_unit(ctx, actor, chosen)
    criteria = ordered(await findings_by(ctx, actor, "criterion", chosen), CRITERIA)
    severities = ordered(await findings_by(ctx, actor, "severity", chosen), SEVERITIES)
    context: dict[str, Any] = {
        "years": offered.years,
        "year": chosen,
        "progress": await progress(ctx, actor, chosen),
        "units": units,
        "criteria": criteria,
        "severities": severities,
        "units_chart": units_chart(units),
        "criteria_chart": counts_chart(criteria),
        "severity_chart": counts_chart(severities),
        "word": word,
    }
    return Page("budget/overview.html", context)


def ordered(counts: Sequence[Count], codes: Sequence[str]) -> list[Count]:
    """Every code in its fixed order, those without findings too."""
    known = {count.code: count for count in counts}
    return [known.get(code, Count(code, 0, 0, 0)) for code in codes]


def units_chart(units: Sequence[UnitAmount]) -> dict[str, Any]:
    """Amounts by unit as lying bars, largest on top; units of 10,000 yuan, so that the axis is legible on a phone."""
    shown = list(reversed(units[:SHOWN_UNITS]))
    amount = [(unit.current_year_fen + FEN_OF_WAN // 2) // FEN_OF_WAN for unit in shown]
    before = [(unit.previous_year_fen + FEN_OF_WAN // 2) // FEN_OF_WAN for unit in shown]
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 48, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "splitNumber": 2, "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "category",
            "data": [unit.unit or _("(no unit stated)") for unit in shown],
            "axisLabel": {"width": 112, "overflow": "break", "lineHeight": 15},
        },
        "series": [
            {"type": "bar", "name": _("Budget of the year (10,000 yuan)"), "data": amount, "color": "#a61e24"},
            {"type": "bar", "name": _("Budget of the previous year (10,000 yuan)"), "data": before, "color": "#adb5bd"},
        ],
    }


def counts_chart(counts: Sequence[Count]) -> dict[str, Any]:
    """Findings by code as standing bars, stacked by what was decided."""
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [word(count.code) for count in counts]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "name": word(state),
                "data": [getattr(count, state) for count in counts],
                "color": colour,
            }
            for state, colour in STATES
        ],
    }


@get("/rules", guards=[requires(READ)])
async def rules(ctx: NamedDependency[Ctx]) -> Page:
    """The catalogue as it applies here: what every rule looks at, and what it rests on."""
    catalogue, today = catalogue_of(ctx.settings), ctx.clock.today()
    groups = [(criterion, [rule for rule in catalogue.rules if rule.criterion == criterion]) for criterion in CRITERIA]
    context = {
        "groups": groups,
        "total": len(catalogue.rules),
        "valid": sum(rule.enabled and rule.holds_on(today) for rule in catalogue.rules),
        "today": today,
        "chinese": current_locale() == "zh-CN",
        "word": word,
    }
    return Page("budget/rules.html", context)


@get("/widgets/mine", guards=[requires(REVIEW)])
async def mine(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """My open reviews, the next due first."""
    wanted = Filter(assignee="me", sort="due", direction="asc", size=50)
    listing = await list_declarations(ctx, actor, wanted)
    rows = [row for row in listing.rows if row.status != "reviewed"]
    context = {"rows": rows[:6], "more": max(0, len(rows) - 6), "today": ctx.clock.today(), "word": word}
    return Page("budget/widgets/mine.html", context)


@get("/widgets/severity", guards=[requires(READ)])
async def severity(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    counts = ordered(await findings_by(ctx, actor, "severity"), SEVERITIES)
    return Page("budget/widgets/severity.html", {"counts": counts, "option": counts_chart(counts), "word": word})


OVERVIEW = (overview, rules, mine, severity)
