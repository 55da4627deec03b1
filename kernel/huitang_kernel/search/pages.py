"""The results of the one search box, suggestions while typing, and the index in the operator's console."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from huitang_kernel.search.service import SearchService
from huitang_kernel.search.state import index_state, rebuild_state
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.http import Page, go_to, requires, signed_in
from huitang_sdk.i18n import translate
from huitang_sdk.lists import ListQuery

MANAGE = "search.index.manage"
FACET = "f."
INDEX = UUID(int=0)
"""The index is one thing; audit records name it by this id."""


class Choice(Struct, frozen=True):
    """One value of a filter: `url` chooses it, or lets it go when it `is_chosen`."""

    title: str
    count: int
    url: str
    is_chosen: bool


class Filter(Struct, frozen=True):
    title: str
    choices: tuple[Choice, ...]


def service_of(request: Request[Any, Any, Any]) -> SearchService:
    service: SearchService = request.app.state.hall.services.search
    return service


def kind_titles(service: SearchService) -> dict[str, str]:
    """The kinds in the reader's language."""
    return {source.kind: translate(record.id, source.title) for record, source in service.sources.declared()}


def asked(request: Request[Any, Any, Any], service: SearchService) -> ListQuery:
    """The address as a list: q, kind, page, and `f.<facet>` for each facet."""
    facets = [name for name in request.query_params if name.startswith(FACET) and len(name) < 80]
    return ListQuery.from_request(request, filters=["kind", *facets[:10]], size=service.settings.page_size)


@get("/", guards=[signed_in])
async def show_results(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """What was found, by kind and facet, a page at a time."""
    service = service_of(request)
    query = asked(request, service)
    chosen = {name.removeprefix(FACET): value for name, value in query.filters.items() if name != "kind" and value}
    kinds = [query.filters["kind"]] if query.filters["kind"] else []
    found, relaxed = await service.ask(actor, query.q, kinds=kinds, facets=chosen, page=query.page, size=query.size)
    titles = kind_titles(service)
    values = {
        "query": query,
        "found": found,
        "relaxed": relaxed,
        "titles": titles,
        "filters": _filters(service, query, found.facets, titles),
        "is_ready": service.snapshot.is_there,
    }
    return Page("search/results.html", values, block="content")


def _filters(service: SearchService, query: ListQuery, facets: Any, titles: dict[str, str]) -> list[Filter]:
    """The kinds first, then every facet with more than one value or a chosen one."""
    found = []
    for name, counts in facets.items():
        key = name if name == "kind" else FACET + name
        known = query if key in query.filters else _with_filter(query, key)
        choices = tuple(
            Choice(
                titles.get(value, value) if name == "kind" else value,
                count,
                known.address(**{key: "" if known.filters[key] == value else value}),
                known.filters[key] == value,
            )
            for value, count in counts.items()
        )
        if len(choices) > 1 or any(choice.is_chosen for choice in choices):
            found.append(Filter(_facet_title(service, name), choices))
    return found


def _with_filter(query: ListQuery, key: str) -> ListQuery:
    return ListQuery(
        path=query.path,
        q=query.q,
        size=query.size,
        default_size=query.default_size,
        filters={**query.filters, key: ""},
    )


def _facet_title(service: SearchService, name: str) -> str:
    """Plugins name facets in English; the catalogue of whichever plugin knows the name has it in other languages."""
    if name == "kind":
        return translate("search", "Kind")
    for record, _ in service.sources.declared():
        title = translate(record.id, name)
        if title != name:
            return title
    return name.capitalize()


@get("/suggest", guards=[signed_in])
async def suggest(request: Request[Any, Any, Any], actor: NamedDependency[Actor], q: FromQuery[str] = "") -> Page:
    """A few titles for what has been typed so far: a fragment below the search box."""
    service = service_of(request)
    hits = await service.suggest(actor, q) if q.strip() else []
    return Page("search/suggest.html", {"hits": hits, "titles": kind_titles(service), "q": q[:200]})


@get("/index", guards=[requires(MANAGE)])
async def show_index(request: Request[Any, Any, Any]) -> Page:
    """How many documents, what waits, what failed, and the last rebuild."""
    service = service_of(request)
    state = await index_state(request.app.state.hall.core, service)
    sources = [(record, source) for record, source in service.sources.declared()]
    return Page("search/index.html", {"state": state, "rebuild": state.rebuild, "sources": sources}, block="rebuild")


@get("/index/progress", guards=[requires(MANAGE)])
async def show_progress(request: Request[Any, Any, Any]) -> Page:
    """How far the rebuild is: polled until it is done."""
    rebuild = await rebuild_state(request.app.state.hall.core)
    return Page("search/progress.html", {"rebuild": rebuild, "titles": kind_titles(service_of(request))})


@post("/index/rebuild", guards=[requires(MANAGE)])
async def ask_for_rebuild(
    request: Request[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Ask the leader to build the index anew; search goes on in the old one meanwhile."""
    async with ctx.db.write(actor) as write:
        await service_of(request).rebuilder.ask()
        await write.audit("search.index.rebuild_requested", Ref("search.index", INDEX))
    return go_to(request, "/search/index")


HANDLERS = (show_results, suggest, show_index, show_progress, ask_for_rebuild)
