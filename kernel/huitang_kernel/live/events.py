"""Server-sent events: `GET /live/events?topic=…`, for browsers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Stream

from huitang_kernel.live.access import ERRORS
from huitang_kernel.live.addresses import read_names, read_positions, write_positions
from huitang_kernel.live.client import Entry, Note, name_of, note
from huitang_kernel.live.store import Name
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotSignedIn
from huitang_sdk.http import public

if TYPE_CHECKING:
    from huitang_kernel.live.service import LiveService

RETRY = 2000
HEARTBEAT = b": \n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Neither caches nor proxies may hold events back."""


def service_of(connection: Any) -> LiveService:
    found: LiveService = connection.app.state.hall.services.live
    return found


@get("/events", guards=[public])
async def events(
    request: Request[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]
) -> Stream:
    """Hear topics until one leaves; `since` or Last-Event-ID says where one was. Who may hear what, each topic says."""
    service = service_of(request)
    names = read_names(request.query_params.getall("topic", []), service.settings.topics)
    where = request.headers.get("last-event-id") or str(request.query_params.get("since", ""))
    since = read_positions(where, names)
    if not actor.is_known:
        raise NotSignedIn
    refusals = [await service.access.refusal(actor, name) for name in names]
    if all(refusals):
        raise ERRORS[refusals[0]]
    places = dict(zip(names, since, strict=True))
    return Stream(_tell(service, request, actor, places), media_type="text/event-stream", headers=HEADERS)


async def _tell(
    service: LiveService, request: Request[Any, Any, Any], actor: Actor, places: dict[Name, int | None]
) -> AsyncIterator[bytes]:
    """Everything a client is told, until it leaves, may hear nothing more or the platform stops."""
    with service.clients.opened(request, actor) as client:
        yield b"retry: %d\n\n" % random.randint(RETRY // 2, RETRY * 2)  # noqa: S311 - so that not all come at once
        for name, since in list(places.items()):
            await service.clients.join(client, name, since)
            yield b"".join(_event(entry, places) for entry in await client.take(0))
        while True:
            entries = await client.take(service.settings.heartbeat)
            yield b"".join(_event(entry, places) for entry in entries) or HEARTBEAT
            if client.closed or not client.heard:
                yield _event(note("goodbye", code=client.closed or "nothing-to-hear"), places)
                return


def _event(entry: Entry, places: dict[Name, int | None]) -> bytes:
    """One event; its id has the positions in all topics, so that a browser that comes again brings them along."""
    name = name_of(entry)
    if isinstance(entry, Note):
        kind = entry.kind
        counts = kind == "ready"
    else:
        kind = "gap" if entry.is_gap else "hint" if entry.is_hint else "message"
        counts = not entry.is_hint
    if counts and name is not None:
        places[name] = entry.sequence
    identifier = write_positions(list(places.values())).encode()
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (identifier, kind.encode(), entry.encoded)
