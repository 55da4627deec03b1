"""One meeting: what it is, what can be done with it now, its agenda and who is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, frame
from huitang_conference.services import agenda, attendance, documents, leave, meetings, notices, rehearsal
from huitang_conference.services.access import MANAGE, OPERATE, READ, Ctx, meeting_for
from huitang_conference.services.rulebook import article_of, profile_of, said
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, NotFound
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
PAGE = "/meetings/{meeting_id:uuid}"


async def meeting_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "overview", refused)
    row = await meeting_for(ctx, actor, meeting_id, READ)
    profile = profile_of(row)
    papers = await documents.documents(ctx, actor, meeting_id)
    context |= {
        "items": await agenda.items(ctx, meeting_id, with_refused=context["may_manage"] or context["may_chair"]),
        "papers": papers,
        "attendance": await attendance.attendance(ctx, meeting_id),
        "profile": profile,
        "rules_title": said(profile.title),
        "quorum_article": article_of(profile.cite(profile.quorum)),
        "period": notices.period(row, ctx.clock.today()),
        "leave_waiting": [r for r in await leave.requests(ctx, meeting_id) if r.state == "asked"],
        "rehearsal_id": await rehearsal.running(ctx, meeting_id),
        **more,
    }
    return Page("conference/meeting.html", context, status_code=refused.status if refused else 200)


@get(PAGE, guards=[requires(READ)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await meeting_page(ctx, actor, meeting_id)


@post(f"{PAGE}/convene", guards=[requires(MANAGE)], status_code=200)
async def convene(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    reason, notify = text_of(form, "reason"), text_of(form, "on_paper") != "1"
    return await acted(
        request,
        meetings.convene(ctx, actor, meeting_id, reason=reason, notify=notify),
        f"/conference/meetings/{meeting_id}",
        lambda refused: meeting_page(ctx, actor, meeting_id, refused, typed={"reason": reason}),
    )


STEPS = {
    "open": meetings.open_meeting,
    "adjourn": meetings.adjourn,
    "resume": meetings.resume,
    "close": meetings.close,
    "archive": meetings.archive,
    "notice": notices.send_again,
}


@post(f"{PAGE}/steps/{{step:str}}", guards=[requires(MANAGE)], status_code=200)
async def take_step(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    step: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Open, adjourn, resume, close, archive; send the notice once more."""
    if step not in STEPS:
        raise NotFound
    form = await request.form()
    if step == "resume":
        act = meetings.resume(ctx, actor, meeting_id, check_in_again=text_of(form, "check_in_again") == "1")
        address = f"/conference/meetings/{meeting_id}"
        return await acted(request, act, address, lambda refused: meeting_page(ctx, actor, meeting_id, refused))
    return await acted(
        request,
        STEPS[step](ctx, actor, meeting_id),
        f"/conference/meetings/{meeting_id}",
        lambda refused: meeting_page(ctx, actor, meeting_id, refused),
    )


@post(f"{PAGE}/rehearse", guards=[requires(OPERATE)], status_code=200)
async def rehearse(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Make a copy to try everything on."""
    return await _switch(request, ctx, actor, meeting_id, rehearsal.start)


@post(f"{PAGE}/end-rehearsal", guards=[requires(OPERATE)], status_code=200)
async def end_rehearsal(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Delete the copy with everything in it."""
    return await _switch(request, ctx, actor, meeting_id, rehearsal.end)


async def _switch(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, act: Callable[[Ctx, Actor, UUID], Awaitable[UUID]]
) -> Response[Any]:
    """Go on in the meeting that `act` names: at the operator's desk, for whoever switched there."""
    try:
        other = await act(ctx, actor, meeting_id)
    except Conflict as refused:
        return await meeting_page(ctx, actor, meeting_id, refused)
    desk = "/operator" if text_of(await request.form(), "at") == "operator" else ""
    return go_to(request, f"/conference/meetings/{other}{desk}")


MEETING_PAGES = (show, convene, take_step, rehearse, end_rehearsal)
