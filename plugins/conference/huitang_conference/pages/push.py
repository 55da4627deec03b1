"""What the operator puts on the hall screen and on the seats."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.operator import DESK, operator_did
from huitang_conference.services.access import OPERATE, Ctx
from huitang_conference.services.pushing import push_page, show_on_screen, take_page_back
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid
from huitang_sdk.http import requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")


@post(f"{DESK}/screen", guards=[requires(OPERATE)], status_code=200)
async def screen(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Choose what the hall screen shows."""
    mode = text_of(await request.form(), "mode")
    return await operator_did(request, ctx, actor, meeting_id, show_on_screen(ctx, actor, meeting_id, mode))


@post(f"{DESK}/message", guards=[requires(OPERATE)], status_code=200)
async def message(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """A message in the operator's words, on the hall screen or on the seats."""
    form = await request.form()
    title, text = text_of(form, "title"), text_of(form, "text")
    if text_of(form, "where") == "hall":
        act = show_on_screen(ctx, actor, meeting_id, "message", title=title, text=text)
    else:
        act = push_page(ctx, actor, meeting_id, "text", title=title, text=text)
    return await operator_did(request, ctx, actor, meeting_id, act)


@post(f"{DESK}/push", guards=[requires(OPERATE)], status_code=200)
async def push(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Push the agenda, a document or a result to the seats: `what` is "agenda" or "document:ID" or "result:ID"."""
    kind, _colon, identifier = text_of(await request.form(), "what").partition(":")

    async def act() -> None:
        try:
            subject = UUID(identifier) if identifier else None
        except ValueError as error:
            raise Invalid(_("Choose one of the list.")) from error
        await push_page(ctx, actor, meeting_id, kind, subject=subject)

    return await operator_did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/take-back", guards=[requires(OPERATE)], status_code=200)
async def take_back(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Nothing is pushed any more."""
    return await operator_did(request, ctx, actor, meeting_id, take_page_back(ctx, actor, meeting_id))


PUSH_PAGES = (screen, message, push, take_back)
