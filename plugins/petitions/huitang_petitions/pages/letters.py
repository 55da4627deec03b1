"""Letters of a matter: drafted, made as Word and PDF, given to the petitioner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest, text_of, ticked, typed_in
from huitang_petitions.pages.way import way_page
from huitang_petitions.services.access import READ, Ctx
from huitang_petitions.services.letters import making
from huitang_petitions.services.letters.making import Words
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import BrokenTemplate
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
MATTER = "/matters/{matter_id:uuid}"


async def _letter_page(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    kind: str,
    error: HuitangError | None = None,
    typed: dict[str, str] | None = None,
) -> Page:
    begun = await making.draft(ctx, actor, matter_id, kind)
    words = begun.words
    context = {
        "draft": begun,
        "title": _(begun.letter.title),
        "address": f"/petitions/matters/{matter_id}",
        "typed": typed or {"body": words.body, "article": words.article, "to": words.to},
        "refused": error,
        "errors": error.fields if error else {},
    }
    return Page("petitions/way/letter.html", context, status_code=error.status if error else 200)


@get(f"{MATTER}/letters/{{kind:str}}", guards=[requires(READ)])
async def draft_letter(
    matter_id: FromPath[UUID], kind: FromPath[str], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The draft; each kind of letter has a permission of its own, asked there."""
    try:
        return await _letter_page(ctx, actor, matter_id, kind)
    except Conflict as error:
        return await way_page(ctx, actor, matter_id, error)


@post(f"{MATTER}/letters/{{kind:str}}", guards=[requires(READ)], status_code=200)
async def make_letter(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    kind: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    form = await request.form()
    words = Words(
        body=text_of(form, "body"),
        article=text_of(form, "article"),
        to=text_of(form, "to"),
        named=ticked(form, "named"),
    )
    try:
        await making.make(ctx, actor, matter_id, kind, words)
    except (Invalid, BrokenTemplate) as error:
        return await _letter_page(ctx, actor, matter_id, kind, error, typed_in(form))
    except Conflict as error:
        return await way_page(ctx, actor, matter_id, error)
    return go_to(request, f"/petitions/matters/{matter_id}/way#letters")


@post(f"{MATTER}/papers/{{paper_id:uuid}}/give", guards=[requires(READ)], status_code=200)
async def give_letter(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    paper_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    try:
        await making.give(ctx, actor, matter_id, paper_id)
    except Conflict as error:
        return await way_page(ctx, actor, matter_id, error)
    return go_to(request, f"/petitions/matters/{matter_id}/way#letters")


LETTER_PAGES = (draft_letter, make_letter, give_letter)
