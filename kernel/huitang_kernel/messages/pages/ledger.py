"""What was sent to people outside: masked, found by number, sent again when given up, in clear with a reason."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.messages.pages.common import (
    MANAGE,
    READ,
    AnyRequest,
    channel_names,
    kind_titles,
    language_names,
    reason_names,
    service_of,
    state_names,
)
from huitang_kernel.messages.reading import REVEAL
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("messages")


def _words(request: AnyRequest) -> dict[str, Any]:
    service = service_of(request)
    return {
        "kinds": kind_titles(service),
        "states": state_names(),
        "channels": channel_names(),
        "languages": language_names(),
        "reasons": reason_names(),
        "now": service.core.clock.now(),
        "manage": MANAGE,
        "reveal": REVEAL,
    }


@get("/", guards=[requires(READ)])
async def list_messages(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """The ledger, newest first."""
    service = service_of(request)
    query = ListQuery.from_request(request, filters=("state", "channel", "kind", "to"))
    rows, total = await service.reading.page(actor, query)
    counts = await service.reading.counts(actor)
    context = {"query": query, "rows": rows, "total": total, "counts": counts, "gateways": sorted(service.gateways)}
    return Page("messages/list.html", context | _words(request), block="table")


@post("/find", guards=[requires(READ)], status_code=303)
async def find_messages(request: AnyRequest) -> Response[Any]:
    """Look for a number or an OpenID: the address of the answer carries its blind index, never the number."""
    form = await request.form()
    address = str(form.get("address", "")).strip()[:100]
    indexes = service_of(request).reading.indexes_of(address) if address else ""
    return go_to(request, f"/messages/?to={quote(indexes)}" if indexes else "/messages/")


async def _one(request: AnyRequest, actor: Actor, identifier: UUID, **more: Any) -> Page:
    service = service_of(request)
    entry = await service.reading.entry(actor, identifier)
    record = service.core.registry.get(entry.plugin)
    context = {
        "entry": entry,
        "plugin": title_of(record) if record else entry.plugin,
        "receipts": await service.reading.receipts(entry),
        "error": "",
        **more,
    }
    return Page("messages/message.html", context | _words(request), status_code=422 if more.get("error") else 200)


@get("/{message_id:uuid}", guards=[requires(READ)])
async def show_message(request: AnyRequest, message_id: FromPath[UUID], actor: NamedDependency[Actor]) -> Page:
    return await _one(request, actor, message_id)


@post("/{message_id:uuid}/reveal", guards=[requires(REVEAL)], status_code=200)
async def reveal_message(request: AnyRequest, message_id: FromPath[UUID], actor: NamedDependency[Actor]) -> Page:
    """Recipient and text in clear, once, on the record."""
    reason = str((await request.form()).get("reason", ""))
    try:
        recipient, text = await service_of(request).reading.reveal(actor, message_id, reason)
    except Invalid as error:
        return await _one(request, actor, message_id, error=error.fields.get("reason", error.message))
    return await _one(request, actor, message_id, clear_recipient=recipient, clear_text=text, is_clear=True)


@post("/{message_id:uuid}/retry", guards=[requires(MANAGE)], status_code=303)
async def retry_message(
    request: AnyRequest, message_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Send one given-up message again."""
    await service_of(request).reading.retry(actor, message_id)
    return go_to(request, f"/messages/{message_id}")


@post("/retry-dead", guards=[requires(MANAGE)], status_code=303)
async def retry_dead(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Send all that were given up again."""
    await service_of(request).reading.retry(actor, None)
    return go_to(request, "/messages/")


LEDGER_PAGES = (list_messages, find_messages, show_message, reveal_message, retry_message, retry_dead)
