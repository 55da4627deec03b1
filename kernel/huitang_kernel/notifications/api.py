"""JSON: the reader's own notices, to-dos and counts."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from huitang_kernel.notifications.pages.common import account_of, service_of
from huitang_kernel.notifications.reading import Counts
from huitang_sdk.contracts import Actor, Notice, Todo
from huitang_sdk.http import signed_in
from huitang_sdk.lists import ListQuery


@get("/counts", guards=[signed_in])
async def api_counts(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Counts:
    """Unread notices and open to-dos, each cut off at 100."""
    service = service_of(request)
    return await service.reading.counts(account_of(actor), service.todo_list.open_plugins())


@get("/notices", guards=[signed_in])
async def api_notices(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> list[Notice]:
    """The reader's notices, unread first; `show=unread` or `read`, `plugin`, `page`, `size` as on the page."""
    query = ListQuery.from_request(request, filters=("show", "plugin"))
    return (await service_of(request).reading.notices(account_of(actor), query, ""))[0]


@get("/todos", guards=[signed_in])
async def api_todos(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> list[Todo]:
    """The reader's open to-dos, overdue first; `plugin`, `page`, `size` as on the page."""
    query = ListQuery.from_request(request, filters=("plugin",))
    return await service_of(request).todo_list.mine(
        account_of(actor), plugin=query.filters["plugin"], limit=query.size, offset=query.offset
    )


API = [api_counts, api_notices, api_todos]
