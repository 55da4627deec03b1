"""The import page: a plain multipart form that a script turns into drag and drop with progress per file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency

from huitang_budget.pages.common import AnyRequest, text_of, uploads_of
from huitang_budget.services.access import IMPORT, Ctx
from huitang_budget.services.importing import FileOutcome, import_files
from huitang_sdk.contracts import Actor, Organisation
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("budget")
TYPES = ".txt,.docx,.xlsx,.pdf"


async def _owners(ctx: Ctx, actor: Actor) -> list[Organisation]:
    """The units the actor may import for."""
    scope = ctx.permissions.scope(actor, IMPORT)
    tree = await ctx.identity.organisations()
    return [node for node in tree if scope.everything or node.id in scope.organisations]


async def _page(
    ctx: Ctx, actor: Actor, *, outcomes: list[FileOutcome] | None = None, error: str = "", chosen: str = ""
) -> Page:
    context: dict[str, Any] = {
        "outcomes": outcomes or [],
        "error": error,
        "chosen": chosen,
        "owners": await _owners(ctx, actor),
        "types": TYPES,
        "max_mb": ctx.settings.max_file_mb,
        "max_files": ctx.settings.max_files,
    }
    return Page("budget/import.html", context, block="outcomes", status_code=422 if error else 200)


@get("/declarations/import", guards=[requires(IMPORT)])
async def import_page(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await _page(ctx, actor)


@post("/declarations/import", guards=[requires(IMPORT)], status_code=200)
async def import_posted(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    form = await request.form()
    chosen = text_of(form, "organisation_id")
    try:
        organisation_id = UUID(chosen) if chosen else None
    except ValueError:
        return await _page(ctx, actor, error=_("Choose who owns the declarations."))
    uploads = uploads_of(form, "files")
    if not uploads:
        return await _page(ctx, actor, error=_("Choose at least one file first."), chosen=chosen)
    try:
        outcomes = await import_files(
            ctx, actor, uploads, organisation_id=organisation_id, batch=text_of(form, "batch")[:64]
        )
    except Invalid as error:
        return await _page(ctx, actor, error=error.message, chosen=chosen)
    return await _page(ctx, actor, outcomes=outcomes, chosen=chosen)


IMPORTING = (import_page, import_posted)
