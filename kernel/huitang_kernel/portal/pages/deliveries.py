"""Event deliveries in the console."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.portal.pages.access import MANAGE_EVENTS, READ_CONSOLE, portal_of
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.lists import ListQuery


@get("/console/events", guards=[requires(READ_CONSOLE)])
async def list_deliveries(request: Request[Any, Any, Any]) -> Page:
    """What is told to whom: waiting, failed and tried again, given up, done."""
    portal = portal_of(request)
    query = ListQuery.from_request(request, filters=("state", "plugin"))
    rows, total = await portal.deliveries.page(query)
    values = {
        "query": query,
        "rows": rows,
        "total": total,
        "counts": await portal.deliveries.counts(),
        "plugins": [(record.id, title_of(record)) for record in portal.core.registry],
    }
    return Page("portal/console/events.html", values, block="table")


@post("/console/events/{event_id:uuid}/{consumer:str}/retry", guards=[requires(MANAGE_EVENTS)])
async def retry_delivery(
    request: Request[Any, Any, Any],
    actor: NamedDependency[Actor],
    event_id: FromPath[UUID],
    consumer: FromPath[str],
) -> Response[Any]:
    """Deliver a given-up one again."""
    await portal_of(request).deliveries.retry(actor, event_id, consumer)
    return go_to(request, "/console/events?state=dead")
