"""The operator's desk: the whole hall, and everything that is done by hand."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, answered, id_of, text_of
from huitang_conference.pages.votes import vote_pages
from huitang_conference.services import seating
from huitang_conference.services.access import OPERATE, Ctx
from huitang_conference.services.calling import answer_call
from huitang_conference.services.hall_map import operator_view
from huitang_conference.services.moving import set_presence
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires

DESK = "/meetings/{meeting_id:uuid}/operator"


def address_of(meeting_id: UUID) -> str:
    return f"/conference/meetings/{meeting_id}/operator"


async def operator_page(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, refusal: str = "", status: int = 200
) -> Page:
    """The desk as its address has it; after an act the address is the one the act was done from."""
    wanted = _wanted(request)
    view = await operator_view(ctx, actor, meeting_id, show=wanted.get("show", ""), seat=_uuid(wanted.get("seat", "")))
    state = view.state
    context = {"view": view, "state": state, "meeting": state.meeting, "refusal": refusal}
    context |= {"address": address_of(meeting_id), "list": wanted.get("view") == "list"}
    return Page("conference/screens/operator.html", context, block="desk", status_code=status)


async def operator_did(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, act: Awaitable[object]
) -> Response[Any]:
    """Do it, and answer with the desk."""
    show = partial(operator_page, request, ctx, actor, meeting_id)
    return await answered(request, act, show, address_of(meeting_id))


def _wanted(request: AnyRequest) -> dict[str, str]:
    from urllib.parse import parse_qsl, urlsplit

    if request.method == "GET":
        return {name: str(value) for name, value in request.query_params.items()}
    return dict(parse_qsl(urlsplit(request.headers.get("hx-current-url", "")).query))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@get(DESK, guards=[requires(OPERATE)])
async def operator_desk(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    return await operator_page(request, ctx, actor, meeting_id)


@post(f"{DESK}/presence", guards=[requires(OPERATE)], status_code=200)
async def presence(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Check somebody in by hand, or note that somebody is out or has left."""
    form = await request.form()

    async def act() -> None:
        await set_presence(ctx, actor, meeting_id, id_of(form, "attendee"), text_of(form, "presence"))

    return await operator_did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/fault", guards=[requires(OPERATE)], status_code=200)
async def fault(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Note that a seat's device does not work, or does again."""
    form = await request.form()

    async def act() -> None:
        await seating.set_fault(ctx, actor, meeting_id, id_of(form, "seat"), bool(text_of(form, "fault")))

    return await operator_did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/swap", guards=[requires(OPERATE)], status_code=200)
async def swap(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Two people change places, one of them may be nobody."""
    form = await request.form()

    async def act() -> None:
        await seating.swap(ctx, actor, meeting_id, id_of(form, "seat"), id_of(form, "other"))

    return await operator_did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/calls/{{call_id:uuid}}/answer", guards=[requires(OPERATE)], status_code=200)
async def answer(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    call_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Somebody is on the way to a seat that has called."""
    return await operator_did(request, ctx, actor, meeting_id, answer_call(ctx, actor, call_id))


OPERATOR_PAGES = (operator_desk, presence, fault, swap, answer, *vote_pages(DESK, OPERATE, operator_page))
