"""What one must do: the list over all plugins, and the card of the workbench."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from huitang_kernel.notifications.pages.common import account_of, plugin_titles, service_of
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, signed_in
from huitang_sdk.lists import ListQuery

SHOWN = 8


@get("/todos", guards=[signed_in])
async def list_todos(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The reader's open to-dos, overdue first, then by due date."""
    service, account = service_of(request), account_of(actor)
    query = ListQuery.from_request(request, filters=("plugin",))
    counts = await service.todo_list.count_mine(account)
    plugin = query.filters["plugin"] if query.filters["plugin"] in counts else ""
    titles = plugin_titles(service.core.registry)
    context = {
        "query": query,
        "todos": await service.todo_list.mine(account, plugin=plugin, limit=query.size, offset=query.offset),
        "total": counts[plugin] if plugin else sum(counts.values()),
        "counts": counts,
        "choices": [(plugin_id, titles[plugin_id]) for plugin_id in counts],
        "plugins": titles,
        "today": service.core.clock.today(),
    }
    return Page("notifications/todos.html", context, block="table")


@get("/widgets/todos", guards=[signed_in])
async def todos_widget(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The workbench's card: what needs me today."""
    service, account = service_of(request), account_of(actor)
    context = {
        "todos": await service.todo_list.mine(account, limit=SHOWN),
        "total": sum((await service.todo_list.count_mine(account)).values()),
        "today": service.core.clock.today(),
    }
    return Page("notifications/widget_todos.html", context)
