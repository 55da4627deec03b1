"""The operator's ledger of what left the house, and trying again what was given up."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.notifications.pages.common import kind_titles, service_of
from huitang_kernel.notifications.reading import STATES
from huitang_kernel.notifications.telling import EMAIL
from huitang_sdk.contracts import Actor
from huitang_sdk.db import contains
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("notifications")
READ = "notifications.delivery.read"
MANAGE = "notifications.delivery.manage"


def state_names() -> dict[str, str]:
    """The states in the reader's language."""
    return {
        "queued": _("Waiting"),
        "failed": _("Will be tried again"),
        "dead": _("Given up"),
        "sent": _("Sent"),
        "skipped": _("Not sent"),
    }


def reasons() -> dict[str, str]:
    """Why something was not sent at all, in the reader's language."""
    return {
        "no-server": _("No mail server is set up."),
        "withdrawn": _("It was taken back: the recipient may no longer know of it."),
        "no-address": _("The recipient has no e-mail address."),
        "inactive": _("The recipient's account is closed."),
        "refused": _("The recipient has switched this off."),
    }


@get("/deliveries", guards=[requires(READ)])
async def list_deliveries(request: Request[Any, Any, Any]) -> Page:
    """The ledger, newest first."""
    service = service_of(request)
    query = ListQuery.from_request(request, filters=("state", "channel", "kind"))
    rows, total = await service.reading.deliveries(query, contains(query.q) if query.q else "")
    context = {
        "query": query,
        "rows": rows,
        "total": total,
        "counts": await service.reading.delivery_counts(),
        "people": await service.context.identity.accounts({row.recipient_id for row in rows}),
        "kinds": kind_titles(service.core.registry),
        "states": {state: state_names()[state] for state in STATES},
        "channels": {EMAIL: _("E-mail")},
        "reasons": reasons(),
        "manage": MANAGE,
        "has_email": bool(service.settings.smtp.host),
    }
    return Page("notifications/deliveries.html", context, block="table")


@post("/deliveries/{delivery_id:uuid}/retry", guards=[requires(MANAGE)], status_code=303)
async def retry_delivery(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], delivery_id: FromPath[UUID]
) -> Response[Any]:
    """Try one given-up delivery again."""
    await service_of(request).reading.retry(actor, delivery_id)
    return go_to(request, "/notifications/deliveries")


@post("/deliveries/retry-dead", guards=[requires(MANAGE)], status_code=303)
async def retry_dead(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[Any]:
    """Try all that were given up again."""
    await service_of(request).reading.retry(actor, None)
    return go_to(request, "/notifications/deliveries")
