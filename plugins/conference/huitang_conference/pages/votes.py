"""Acts on votes, and acts that two people do: the same at both desks, answered with the desk they came from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, answered, number_of, text_of
from huitang_conference.services.access import Ctx
from huitang_conference.services.voting import manual, running
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotFound
from huitang_sdk.http import requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
Drawn = Callable[..., Awaitable[Response[Any]]]


def vote_pages(desk: str, permission: str, draw: Drawn) -> tuple[Any, ...]:
    """The handlers below the address of one desk; `draw(request, ctx, actor, meeting_id, refusal, status)` draws it."""

    @post(f"{desk}/polls/{{poll_id:uuid}}/{{act:str}}", guards=[requires(permission)], status_code=200)
    async def vote(
        request: AnyRequest,
        meeting_id: FromPath[UUID],
        poll_id: FromPath[UUID],
        act: FromPath[str],
        ctx: NamedDependency[Ctx],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Open, close, announce, repeat or break off a vote, fall back to hands, record hands."""
        done = _vote(ctx, actor, poll_id, act, await request.form())
        show = partial(draw, request, ctx, actor, meeting_id)
        return await answered(request, done, show, _page(request, "/polls/"))

    @post(f"{desk}/acts/{{act_id:uuid}}/{{answer:str}}", guards=[requires(permission)], status_code=200)
    async def decide(
        request: AnyRequest,
        meeting_id: FromPath[UUID],
        act_id: FromPath[UUID],
        answer: FromPath[str],
        ctx: NamedDependency[Ctx],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Confirm or refuse, as the second person, what somebody else has asked for."""
        show = partial(draw, request, ctx, actor, meeting_id)
        return await answered(request, _decide(ctx, actor, act_id, answer), show, _page(request, "/acts/"))

    return vote, decide


def _page(request: AnyRequest, part: str) -> str:
    """The page of the desk whose act was posted."""
    return request.url.path.partition(part)[0]


async def _vote(ctx: Ctx, actor: Actor, poll_id: UUID, act: str, form: FormMultiDict) -> None:
    if act == "open":
        await running.open_poll(ctx, actor, poll_id)
    elif act == "close":
        await running.close_poll(ctx, actor, poll_id)
    elif act == "announce":
        await running.announce(ctx, actor, poll_id)
    elif act == "repeat":
        await running.repeat_poll(ctx, actor, poll_id, text_of(form, "reason"))
    elif act == "break-off":
        await running.void_poll(ctx, actor, poll_id, text_of(form, "reason"))
    elif act == "fall-back":
        await running.fall_back_to_hands(ctx, actor, poll_id, text_of(form, "reason"))
    elif act == "next-round":
        await running.prepare_next_round(ctx, actor, poll_id)
    elif act == "hands":
        await running.record_hands(ctx, actor, poll_id, _hands(form))
    elif act == "remote-hands":
        await running.record_remote_hands(ctx, actor, poll_id, _hands(form))
    else:
        raise NotFound


def _hands(form: FormMultiDict) -> running.Hands:
    numbers = [number_of(form, name) for name in ("for", "against", "abstain")]
    return running.Hands(for_=numbers[0], against=numbers[1], abstain=numbers[2])


async def _decide(ctx: Ctx, actor: Actor, act_id: UUID, answer: str) -> None:
    if answer == "confirm":
        await manual.confirm(ctx, actor, act_id)
    elif answer == "refuse":
        await manual.refuse(ctx, actor, act_id)
    else:
        raise NotFound
