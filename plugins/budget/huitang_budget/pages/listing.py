"""The list: filter, sort, page, bulk acts, export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Struct

from huitang_budget.pages.common import AnyRequest, date_of, uuid_of, uuids_of
from huitang_budget.services.access import ASSIGN, EXPORT, READ, Ctx
from huitang_budget.services.assigning import Refused, assign_many, default_due, reviewers
from huitang_budget.services.detail import names_of
from huitang_budget.services.exporting import export_list
from huitang_budget.services.listing import (
    ORDERS,
    SEVERITIES,
    STATUSES,
    Filter,
    Listing,
    filter_choices,
    list_declarations,
)
from huitang_budget.services.wording import CRITERIA, choices, word
from huitang_sdk.contracts import Account, Actor
from huitang_sdk.documents import WORKBOOK_TYPE
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, attachment, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("budget")
LIST = "/budget/declarations"
FILTERS = ("year", "unit", "status", "severity", "criterion", "assignee", "overdue")


class Outcome(Struct, frozen=True):
    """What a bulk act did, said above the list."""

    done: int
    refused: tuple[Refused, ...]
    error: str = ""


def query_of(request: AnyRequest) -> ListQuery:
    """What the address asks for. Acts on the list carry the same address, so that they come back to it."""
    query = ListQuery.from_request(request, sortable=tuple(ORDERS), default="-imported", filters=FILTERS, size=25)
    return msgspec.structs.replace(query, path=LIST)


def filter_of(query: ListQuery) -> Filter:
    """The service's filter; what an address says wrongly finds nothing rather than everything."""
    year = query.filters["year"]
    return Filter(
        text=query.q,
        year=int(year) if year.isdigit() and len(year) <= 4 else (-1 if year else None),
        unit=query.filters["unit"],
        status=query.filters["status"],
        severity=query.filters["severity"],
        criterion=query.filters["criterion"],
        assignee=query.filters["assignee"],
        overdue=bool(query.filters["overdue"]),
        sort=query.sort,
        direction="desc" if query.descending else "asc",
        page=query.page,
        size=query.size,
    )


@get("/declarations", guards=[requires(READ)])
async def list_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await _list(request, ctx, actor)


async def _list(
    request: AnyRequest, ctx: Ctx, actor: Actor, *, outcome: Outcome | None = None, status_code: int = 200
) -> Page:
    query = query_of(request)
    listing = await list_declarations(ctx, actor, filter_of(query))
    offered = await filter_choices(ctx, actor)
    context: dict[str, Any] = {
        "query": query,
        "rows": listing.rows,
        "total": listing.total,
        "names": await names_of(ctx, [row.assignee_id for row in listing.rows]),
        "years": [(year, str(year)) for year in offered.years],
        "units": [(unit, unit) for unit in offered.units],
        "people": [("me", _("Me")), ("none", _("Nobody yet")), *((str(key), name) for key, name in offered.assignees)],
        "statuses": choices(*STATUSES),
        "severities": choices(*SEVERITIES),
        "criteria": choices(*CRITERIA),
        "reviewers": await _reviewers_for(ctx, actor, listing),
        "default_due": default_due(ctx),
        "today": ctx.clock.today(),
        "word": word,
        "outcome": outcome,
        "assigned": _assigned(request) if not outcome else 0,
    }
    return Page("budget/list.html", context, block="table", status_code=status_code)


def _assigned(request: AnyRequest) -> int:
    """How many were assigned just now: the act says it in the address it leads back to."""
    said = request.query_params.get("assigned", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0


async def _reviewers_for(ctx: Ctx, actor: Actor, listing: Listing) -> list[Account]:
    """Whom the rows on this page could be given to: everybody who may review any of their units."""
    if not ctx.permissions.may(actor, ASSIGN):
        return []
    people: dict[UUID, Account] = {}
    for unit in {row.organisation_id for row in listing.rows}:
        people |= {account.id: account for account in await reviewers(ctx, unit)}
    return sorted(people.values(), key=lambda account: account.name)


@post("/declarations/assign", guards=[requires(ASSIGN)], status_code=200)
async def bulk_assign(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    form = await request.form()
    ids = uuids_of(form, "ids")
    try:
        if not ids:
            raise Invalid(_("Select at least one declaration first."))
        assignee = uuid_of(form, "assignee", _("Choose a reviewer."))
        done, refused = await assign_many(ctx, actor, ids, assignee, due=date_of(form, "due"))
        if not refused:
            address = query_of(request).address()
            return go_to(request, f"{address}{'&' if '?' in address else '?'}assigned={done}")
        outcome, status = Outcome(done, tuple(refused)), 200
    except Invalid as error:
        outcome, status = Outcome(0, (), error.message), 422
    return await _list(request, ctx, actor, outcome=outcome, status_code=status)


@get("/declarations/export.xlsx", guards=[requires(EXPORT)])
async def export(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[bytes]:
    content = await export_list(ctx, actor, filter_of(query_of(request)))
    return attachment(_file_name(ctx), content, WORKBOOK_TYPE)


@post("/declarations/export", guards=[requires(EXPORT)], status_code=200)
async def export_selected(
    request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    ids = uuids_of(await request.form(), "ids")
    if not ids:
        outcome = Outcome(0, (), _("Select at least one declaration first."))
        return await _list(request, ctx, actor, outcome=outcome, status_code=422)
    content = await export_list(ctx, actor, Filter(), ids)
    return attachment(_file_name(ctx), content, WORKBOOK_TYPE)


def _file_name(ctx: Ctx) -> str:
    return f"{_('Declarations')}-{ctx.clock.today().isoformat()}.xlsx"


LISTING = (list_page, bulk_assign, export, export_selected)
