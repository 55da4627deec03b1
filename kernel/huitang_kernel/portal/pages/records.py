"""The audit log in the console."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.portal.pages.access import READ_AUDIT, portal_of
from huitang_kernel.portal.records import changes_of, problem_words
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires
from huitang_sdk.lists import ListQuery

FILTERS = ("part", "subject", "since", "until")


@get("/console/audit", guards=[requires(READ_AUDIT)])
async def list_records(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """Who did what, newest first."""
    portal = portal_of(request)
    query = ListQuery.from_request(request, filters=FILTERS)
    rows, total = await portal.records.page(actor, query)
    values = {
        "query": query,
        "rows": rows,
        "total": total,
        "plugins": [(record.id, title_of(record)) for record in portal.core.registry],
        "verified": await portal.records.last_verification(),
    }
    return Page("portal/console/audit.html", values, block="table")


@post("/console/audit/verify", guards=[requires(READ_AUDIT)], status_code=200)
async def verify_records(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """Verify the whole chain and show the answer."""
    verdict = await portal_of(request).records.verify(actor)
    verified = await portal_of(request).records.last_verification()
    values = {"verdict": verdict, "problem": problem_words(verdict), "verified": verified}
    return Page("portal/console/verified.html", values, block="verdict")


@get("/console/audit/{record_id:uuid}", guards=[requires(READ_AUDIT)])
async def show_record(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], record_id: FromPath[UUID]
) -> Page:
    """One record: who, what, why, from where, before and after."""
    entry = await portal_of(request).records.one(actor, record_id)
    return Page("portal/console/record.html", {"entry": entry, "changes": changes_of(entry.detail)})
