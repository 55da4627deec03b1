"""One matter: what it is about, who brings it, what was written and what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.messages import KINDS
from huitang_petitions.pages.common import AnyRequest, id_in, papers_in, text_of, ticked, typed_in
from huitang_petitions.pages.receipt import receipt_page
from huitang_petitions.services import correspondence, filing, likeness, papers, viewing
from huitang_petitions.services.access import HANDLE, READ, REGISTER, REVEAL, Ctx, matter_for
from huitang_petitions.services.submission import Registered
from huitang_petitions.services.viewing import MatterView
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid, TooLarge
from huitang_sdk.http import Page, file_response, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
MATTER = "/matters/{matter_id:uuid}"


async def matter_page(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    error: HuitangError | None = None,
    *,
    view: MatterView | None = None,
    typed: dict[str, str] | None = None,
) -> Page:
    """The page, masked, or with what `view` reveals."""
    matter = view or await viewing.view_matter(ctx, actor, matter_id)
    context = {
        "matter": matter,
        "address": f"/petitions/matters/{matter_id}",
        "likely": (await likeness.likely(ctx, actor, [matter_id])).get(matter_id),
        "is_revealed": view is not None,
        "may_here": await _may_here(ctx, actor, matter),
        "refused": error,
        "errors": error.fields if error else {},
        "typed": typed or {},
        "word": word,
        "told": {kind.id: _(kind.title) for kind in KINDS},
    }
    return Page("petitions/matter.html", context, status_code=error.status if error else 200)


async def _may_here(ctx: Ctx, actor: Actor, matter: MatterView) -> dict[str, bool]:
    """Which acts the page offers: the act itself asks again."""
    return {
        name: ctx.permissions.scope(actor, permission).includes(key=matter.id, organisation=unit)
        for name, permission, unit in (
            ("reveal", REVEAL, matter.organisation_id),
            ("register", REGISTER, matter.organisation_id),
            ("write", HANDLE, matter.organisation_id),
        )
    } | {"write": await _is_handled(ctx, actor, matter)}


async def _is_handled(ctx: Ctx, actor: Actor, matter: MatterView) -> bool:
    scope = ctx.permissions.scope(actor, HANDLE)
    units = [unit for unit in (matter.organisation_id, matter.handler_id) if unit]
    return any(scope.includes(key=matter.id, organisation=unit) for unit in units)


@get(MATTER, guards=[requires(READ)])
async def show(matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await matter_page(ctx, actor, matter_id)


@post(f"{MATTER}/reveal", guards=[requires(REVEAL)], status_code=200)
async def reveal(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    """Show the people in clear, once: the answer is the page, and is kept nowhere."""
    form = await request.form()
    try:
        view = await viewing.reveal(ctx, actor, matter_id, id_in(text_of(form, "petitioner")), text_of(form, "reason"))
    except Invalid as error:
        return await matter_page(ctx, actor, matter_id, error, typed=typed_in(form))
    return await matter_page(ctx, actor, matter_id, view=view)


@post(f"{MATTER}/messages", guards=[requires(HANDLE)], status_code=200)
async def write(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    try:
        await correspondence.write_to_petitioner(ctx, actor, matter_id, text_of(form, "text"))
    except Invalid as error:
        return await matter_page(ctx, actor, matter_id, error, typed=typed_in(form))
    return go_to(request, f"/petitions/matters/{matter_id}#messages")


@post(f"{MATTER}/papers", guards=[requires(REGISTER)], status_code=200)
async def add_papers(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """File papers that came later, for the petitioner or for the office alone."""
    form = await request.form()
    try:
        new = await papers_in(form, "papers", "scan")
        await filing.file_papers(ctx, actor, matter_id, new, shown=ticked(form, "shown"))
    except (Invalid, TooLarge) as error:
        return await matter_page(ctx, actor, matter_id, error, typed=typed_in(form))
    return go_to(request, f"/petitions/matters/{matter_id}#papers")


@get(f"{MATTER}/papers/{{paper_id:uuid}}", guards=[requires(READ)])
async def read_paper(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    paper_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    await matter_for(ctx, actor, matter_id, READ)
    paper, stored = await papers.paper_of(ctx, matter_id, paper_id)
    return file_response(request, ctx.files, papers.named(stored, paper), inline=True)


@post(f"{MATTER}/code", guards=[requires(REGISTER)], status_code=200)
async def renew_code(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Give out another code, because the first was lost: it is shown here and nowhere again."""
    form = await request.form()
    try:
        number, code = await viewing.new_code(ctx, actor, matter_id, text_of(form, "reason"))
    except (Invalid, Conflict) as error:
        return await matter_page(ctx, actor, matter_id, error, typed=typed_in(form))
    done = Registered(matter_id, number, code)
    return receipt_page(request, done, by_staff=True, channel="", renewed=True)


MATTER_PAGES = (show, reveal, write, add_papers, read_paper, renew_code)
