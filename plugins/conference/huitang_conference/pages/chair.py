"""The chair's desk: one screen that follows the meeting, and everything the chair does from it."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, answered, id_of, ids_of, text_of
from huitang_conference.pages.votes import vote_pages
from huitang_conference.services import agenda, speaking
from huitang_conference.services.access import CHAIR, Ctx
from huitang_conference.services.desks import chair_view
from huitang_conference.services.moving import move_meeting, put_to_vote
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotFound
from huitang_sdk.http import Page, requires

DESK = "/meetings/{meeting_id:uuid}/chair"


def address_of(meeting_id: UUID) -> str:
    return f"/conference/meetings/{meeting_id}/chair"


async def chair_page(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, refusal: str = "", status: int = 200
) -> Page:
    del request
    view = await chair_view(ctx, actor, meeting_id)
    state = view.state
    context = {"view": view, "state": state, "meeting": state.meeting, "refusal": refusal}
    context["address"] = address_of(meeting_id)
    return Page("conference/screens/chair.html", context, block="desk", status_code=status)


async def _did(request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, act: Awaitable[object]) -> Response[Any]:
    show = partial(chair_page, request, ctx, actor, meeting_id)
    return await answered(request, act, show, address_of(meeting_id))


@get(DESK, guards=[requires(CHAIR)])
async def chair_desk(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    return await chair_page(request, ctx, actor, meeting_id)


@post(f"{DESK}/meeting/{{act:str}}", guards=[requires(CHAIR)], status_code=200)
async def meeting_act(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    act: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Open, adjourn, close the meeting."""
    return await _did(request, ctx, actor, meeting_id, move_meeting(ctx, actor, meeting_id, act))


@post(f"{DESK}/items/{{item_id:uuid}}/begin", guards=[requires(CHAIR)], status_code=200)
async def begin(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    item_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Go on to an item of the agenda."""
    return await _did(request, ctx, actor, meeting_id, agenda.begin(ctx, actor, meeting_id, item_id))


@post(f"{DESK}/motions", guards=[requires(CHAIR)], status_code=200)
async def motion(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """A motion from the floor, moved by members who are here; the chair's consent puts it on the agenda."""
    form = await request.form()

    async def act() -> None:
        values = agenda.ItemValues(title=text_of(form, "title"), kind="motion")
        await agenda.propose(ctx, actor, meeting_id, values, ids_of(form, "proposers"))

    return await _did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/speakers", guards=[requires(CHAIR)], status_code=200)
async def speakers(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Open or close the list of speakers."""
    is_open = bool(text_of(await request.form(), "open"))
    act = speaking.open_list(ctx, actor, meeting_id, is_open)
    return await _did(request, ctx, actor, meeting_id, act)


@post(f"{DESK}/order", guards=[requires(CHAIR)], status_code=200)
async def order(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Put one speaker before all others."""
    form = await request.form()

    async def act() -> None:
        await speaking.reorder(ctx, actor, meeting_id, [id_of(form, "speech")])

    return await _did(request, ctx, actor, meeting_id, act())


@post(f"{DESK}/speeches/{{speech_id:uuid}}/{{act:str}}", guards=[requires(CHAIR)], status_code=200)
async def speech_act(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    speech_id: FromPath[UUID],
    act: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Give the floor, prolong, finish, take off the list."""
    form = await request.form()
    return await _did(request, ctx, actor, meeting_id, _speech(ctx, actor, speech_id, act, form))


async def _speech(ctx: Ctx, actor: Actor, speech_id: UUID, act: str, form: Any) -> None:
    if act == "grant":
        await speaking.grant(ctx, actor, speech_id)
    elif act == "finish":
        await speaking.finish(ctx, actor, speech_id)
    elif act == "extend":
        minutes = text_of(form, "minutes")
        await speaking.extend(ctx, actor, speech_id, 60 * int(minutes) if minutes.isdigit() else 0)
    elif act == "refuse":
        await speaking.refuse(ctx, actor, speech_id, text_of(form, "reason"))
    else:
        raise NotFound


@post(f"{DESK}/items/{{item_id:uuid}}/vote", guards=[requires(CHAIR)], status_code=200)
async def item_vote(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    item_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Put an item to the vote for which none was prepared."""
    return await _did(request, ctx, actor, meeting_id, put_to_vote(ctx, actor, meeting_id, item_id))


@post(f"{DESK}/items/{{item_id:uuid}}/consent", guards=[requires(CHAIR)], status_code=200)
async def consent(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    item_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Put an ad-hoc motion on the agenda, or refuse it with a reason."""
    form = await request.form()
    granted = bool(text_of(form, "granted"))
    act = agenda.consent(ctx, actor, meeting_id, item_id, granted=granted, reason=text_of(form, "reason"))
    return await _did(request, ctx, actor, meeting_id, act)


CHAIR_PAGES = (
    chair_desk,
    consent,
    item_vote, meeting_act, begin, motion, speakers, order, speech_act, *vote_pages(DESK, CHAIR, chair_page)
)  # fmt: skip
