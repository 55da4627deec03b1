"""What everybody may read: what became of letters, and how satisfied people were."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.closing.published import published
from huitang_petitions.services.closing.satisfaction import percent, public_figures
from huitang_petitions.services.listing import COUNTED
from huitang_petitions.services.wording import title_of, word
from huitang_sdk.http import Page, public
from huitang_sdk.lists import ListQuery


@get("/public/published", guards=[public])
async def published_page(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    query = ListQuery.from_request(request, filters=("after",))
    context = {
        "query": query,
        "first": query.changed(after=""),
        "shown": await published(ctx, query.filters["after"]),
        "counted": COUNTED,
        "figures": [] if query.filters["after"] else await public_figures(ctx),
        "percent": percent,
        "word": word,
        "title_of": title_of,
    }
    return Page("petitions/closing/published.html", context)


PUBLISHED_PAGES = (published_page,)
