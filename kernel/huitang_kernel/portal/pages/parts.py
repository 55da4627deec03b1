"""Parts of pages that plugins fill."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.portal.pages.access import portal_of
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, public


@get("/portal-slot/{name:str}", guards=[public])
async def fill_slot(request: Request[Any, Any, Any], actor: NamedDependency[Actor], name: FromPath[str]) -> Page:
    """What active plugins put into a named place; query parameters are handed to them. A fragment, loaded by itself."""
    return Page("portal/parts/slot.html", {"parts": await portal_of(request).slots.fill(name, request, actor)})
