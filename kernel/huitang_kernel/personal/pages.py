"""Personal data in the console: what is sealed, under which key, and a new key."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from huitang_kernel.personal.jobs import FINISH
from huitang_kernel.personal.service import PersonalService
from huitang_kernel.personal.words import kind_word
from huitang_kernel.web.templates import title_of
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict
from huitang_sdk.http import Page, go_to, requires

AnyRequest = Request[Any, Any, Any]
MANAGE = "personal.key.manage"


def service_of(request: AnyRequest) -> PersonalService:
    service: PersonalService = request.app.state.hall.services.personal
    return service


async def _state(service: PersonalService) -> dict[str, Any]:
    """The keys, the tables and whether a change goes on."""
    keys, tables = await service.states.keys(), await service.states.tables()
    is_waiting = keys[0].used_from is None
    return {
        "keys": keys,
        "current": next(key for key in keys if key.used_from),
        "is_waiting": is_waiting,
        "is_running": is_waiting or any(table.is_behind and not table.missing for table in tables),
        "states": {table.name: table for table in tables},
        "behind": [table for table in tables if table.is_behind],
    }


async def _page(request: AnyRequest, error: str = "") -> Page:
    service = service_of(request)
    columns = [
        (title_of(record), f"{record.id}.{column.table}", column, kind_word(column.kind))
        for record in service.registry
        for column in record.declarations.personal_columns
    ]
    context = {**await _state(service), "columns": columns, "error": error}
    return Page("personal/keys.html", context, status_code=409 if error else 200)


@get("/", guards=[requires(MANAGE)])
async def show_keys(request: AnyRequest) -> Page:
    return await _page(request)


@get("/progress", guards=[requires(MANAGE)])
async def show_progress(request: AnyRequest) -> Page:
    """How far the change is: polled until it is done."""
    state = await _state(service_of(request))
    # When it is done the whole page says so: states, keys and the button.
    headers = {} if state["is_running"] else {"HX-Refresh": "true"}
    return Page("personal/progress.html", state, headers=headers)


@post("/rotate", guards=[requires(MANAGE)], status_code=200)
async def rotate(
    request: AnyRequest, ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Make a new key, and have the leader seal everything anew with it."""
    try:
        await service_of(request).rotation.begin(actor)
    except Conflict as error:
        return await _page(request, error.message)
    await ctx.scheduling.run_now(FINISH, actor=actor)
    return go_to(request, "/personal/")


PAGES = (show_keys, show_progress, rotate)
