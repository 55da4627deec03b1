"""What one was told: the list, opening one, the counts of the shell, the card of the workbench."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from huitang_kernel.notifications.pages.common import account_of, plugin_titles, service_of
from huitang_sdk.contracts import Actor
from huitang_sdk.db import contains
from huitang_sdk.http import Page, go_to, signed_in
from huitang_sdk.lists import ListQuery

LATEST = 6


@get("/", guards=[signed_in])
async def list_notices(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The reader's notices, unread first."""
    service, account = service_of(request), account_of(actor)
    query = ListQuery.from_request(request, filters=("show", "plugin"), size=30)
    rows, total = await service.reading.notices(account, query, contains(query.q) if query.q else "")
    counts = await service.reading.counts(account, service.todo_list.open_plugins())
    titles = plugin_titles(service.core.registry)
    context = {
        "query": query,
        "notices": rows,
        "total": total,
        "unread": counts.notices,
        "plugins": titles,
        "senders": [(r.id, titles[r.id]) for r in service.core.registry if r.declarations.notification_kinds],
    }
    return Page("notifications/notices.html", context, block="table")


@post("/{notice_id:uuid}/open", guards=[signed_in], status_code=303)
async def open_notice(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], notice_id: FromPath[UUID]
) -> Redirect:
    """Mark it read and go where it leads. A POST, so that fetching ahead of the reader marks nothing."""
    url = await service_of(request).reading.mark_read(account_of(actor), notice_id)
    return Redirect(url, status_code=303)


@post("/{notice_id:uuid}/read", guards=[signed_in], status_code=303)
async def read_notice(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    """Mark it read and stay."""
    await service_of(request).reading.mark_read(account_of(actor), notice_id)
    return go_to(request, "/notifications/")


@post("/read-all", guards=[signed_in], status_code=303)
async def read_all(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[Any]:
    """Mark all of the reader's notices read."""
    await service_of(request).reading.mark_all_read(account_of(actor))
    return go_to(request, "/notifications/")


@get("/badge", guards=[signed_in])
async def badge(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The two links of the top bar with their counts: a fragment, asked again when the inbox speaks."""
    service = service_of(request)
    counts = await service.reading.counts(account_of(actor), service.todo_list.open_plugins())
    return Page("notifications/badge.html", {"counts": counts})


@get("/widgets/latest", guards=[signed_in])
async def latest_widget(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The workbench's card of the latest notices."""
    service = service_of(request)
    rows = await service.reading.latest(account_of(actor), LATEST)
    return Page("notifications/widget_latest.html", {"notices": rows})
