"""The end of a matter: its ratings, its follow-up visits, and what is published of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest, text_of, typed_in, whole_number
from huitang_petitions.pages.rating import given_in, grades_of, opinions_in
from huitang_petitions.services.access import DECIDE, READ, SATISFACTION, Ctx
from huitang_petitions.services.closing import publishing, rating
from huitang_petitions.services.closing.page import closing_of
from huitang_petitions.services.closing.published import PublicMatter
from huitang_petitions.services.wording import choices, title_of, word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
CLOSING = "/matters/{matter_id:uuid}/closing"


async def closing_page(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    error: HuitangError | None = None,
    typed: dict[str, str] | None = None,
    preview: PublicMatter | None = None,
) -> Page:
    """The page; `preview` is the second look at what would be published."""
    closing = await closing_of(ctx, actor, matter_id)
    draft = closing.draft
    waiting, drafter = None, None
    if closing.may_publish and draft.waiting and not draft.refused and not preview:
        drafter = await ctx.identity.account(draft.drafted_by) if draft.drafted_by else None
        # Words that have come to name somebody since are not shown: they have to be written anew.
        with suppress(Invalid):
            waiting = await publishing.preview(ctx, actor, matter_id, draft.waiting)
    filled = given_in(closing.sheet) | {"summary": closing.draft.summary, "version": str(closing.draft.version)}
    context = {
        "closing": closing,
        "address": f"/petitions/matters/{matter_id}/closing",
        "scale": grades_of(ctx),
        "word_of_grade": lambda code: dict(grades_of(ctx)).get(code, code),
        "ways": choices(*(f"rated-{channel}" for channel in rating.BY_STAFF)),
        "preview": preview,
        "waiting": waiting,
        "drafter": drafter.name if drafter else "",
        "own": draft.drafted_by == actor.account_id,
        "alone": ctx.settings.publish_alone,
        "typed": filled | (typed or {}),
        "refused": error,
        "errors": error.fields if error else {},
        "word": word,
        "title_of": title_of,
    }
    return Page("petitions/closing/page.html", context, status_code=error.status if error else 200)


@get(CLOSING, guards=[requires(READ)])
async def show_closing(matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await closing_page(ctx, actor, matter_id)


@post(f"{CLOSING}/ratings", guards=[requires(SATISFACTION)], status_code=200)
async def collect_rating(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    channel = text_of(form, "channel").removeprefix("rated-")
    try:
        await rating.collect(ctx, actor, matter_id, channel, opinions_in(form))
    except (Invalid, Conflict) as error:
        return await closing_page(ctx, actor, matter_id, error, typed_in(form))
    return go_to(request, f"/petitions/matters/{matter_id}/closing#ratings")


@post(f"{CLOSING}/ratings/{{rating_id:uuid}}", guards=[requires(SATISFACTION)], status_code=200)
async def invalidate_rating(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    rating_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    form = await request.form()
    try:
        await rating.invalidate(ctx, actor, matter_id, rating_id, text_of(form, "invalid_reason"))
    except (Invalid, Conflict) as error:
        return await closing_page(ctx, actor, matter_id, error)
    return go_to(request, f"/petitions/matters/{matter_id}/closing#ratings")


@post(f"{CLOSING}/publication", guards=[requires(DECIDE)], status_code=200)
async def publish_matter(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Look at it as everybody would see it; put it up for a second look; publish; or take it back."""
    form = await request.form()
    act, summary = text_of(form, "act"), text_of(form, "summary")
    try:
        if act == "preview":
            looked = await publishing.preview(ctx, actor, matter_id, summary)
            return await closing_page(ctx, actor, matter_id, typed=typed_in(form), preview=looked)
        if act == "withdraw":
            await publishing.withdraw(ctx, actor, matter_id)
        elif act == "propose":
            await publishing.propose(ctx, actor, matter_id, summary, whole_number(form, "version"))
        elif act == "publish":
            await publishing.publish(ctx, actor, matter_id, summary, whole_number(form, "version"))
    except (Invalid, Conflict) as error:
        return await closing_page(ctx, actor, matter_id, error, typed_in(form))
    return go_to(request, f"/petitions/matters/{matter_id}/closing#publication")


CLOSING_PAGES = (show_closing, collect_rating, invalidate_rating, publish_matter)
