"""The register: the list with its filters, and the search for a person, whose words never stand in an address."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest, text_of
from huitang_petitions.services import likeness
from huitang_petitions.services.access import EXPORT, READ, Ctx
from huitang_petitions.services.exporting import export_register
from huitang_petitions.services.listing import COUNTED, MARKS, ORDERS, Wanted, find_person, list_matters
from huitang_petitions.services.submission import CHANNELS, KINDS
from huitang_petitions.services.wording import STATES, choices, word
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORKBOOK_TYPE
from huitang_sdk.http import Page, attachment, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("petitions")
FILTERS = ("state", "channel", "kind", "mark", "category", "since", "until", "mine", "like", "after")


@get("/", guards=[requires(READ)])
async def register_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    query, wanted = _asked(request)
    shown = await list_matters(ctx, actor, wanted)
    context = {
        "query": query,
        "shown": shown,
        "counted": COUNTED,
        "first": query.changed(after=""),
        "likely": await likeness.likely(ctx, actor, [line.id for line in shown.lines]),
        **words(),
    }
    return Page("petitions/register.html", context, block="table")


@get("/export.xlsx", guards=[requires(EXPORT)])
async def register_export(
    request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The list as it is filtered, as a workbook."""
    _query, wanted = _asked(request)
    name = f"{_('Register of letters and visits')}-{ctx.clock.today().isoformat()}.xlsx"
    return attachment(name, await export_register(ctx, actor, wanted), WORKBOOK_TYPE)


def _asked(request: AnyRequest) -> tuple[ListQuery, Wanted]:
    query = ListQuery.from_request(request, sortable=("received", "due"), default="-received", filters=FILTERS)
    order = query.order if query.order in ORDERS else "-received"
    asked = query.filters
    plain: dict[str, Any] = {
        name: asked[name] for name in ("state", "channel", "kind", "mark", "category", "like", "after")
    }
    wanted = Wanted(
        number=query.q,
        order=order,
        since=_day(asked["since"]),
        until=_day(asked["until"]),
        mine=asked["mine"] == "1",
        size=min(query.size, 200),
        **plain,
    )
    return query, wanted


def words() -> dict[str, Any]:
    """What the filters and the rows say."""
    return {
        "word": word,
        "channels": choices(*CHANNELS),
        "kinds": choices(*KINDS),
        "marks": choices(*MARKS),
        "likenesses": [(name, word(f"like-{name}")) for name in likeness.RELATIONS],
        "states": [(state, word(f"state-{state}")) for state in STATES],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@post("/find", guards=[requires(READ)], status_code=200)
async def find(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    """A number leads to its matter; a phone, a name or an ID number to everything that person brought.

    Posted, so that no name stands in an address, in the browser's history or in a log.
    """
    who = text_of(await request.form(), "who")[:200]
    if not who:
        return go_to(request, "/petitions/")
    by_number = await list_matters(ctx, actor, Wanted(number=who))
    if len(by_number.lines) > 1:  # an old number may be a new one, too
        return Page("petitions/found.html", {"lines": by_number.lines, "who": who, **words()})
    if by_number.lines:
        return go_to(request, f"/petitions/matters/{by_number.lines[0].id}")
    lines = await find_person(ctx, actor, who)
    return Page("petitions/found.html", {"lines": lines, "who": who, **words()})


LISTING_PAGES = (register_page, register_export, find)
