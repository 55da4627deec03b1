"""One's own meetings: agenda, documents, leave; and the card of the workbench."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, moment_of, typed_in
from huitang_conference.services import agenda, documents, leave, speech_records
from huitang_conference.services.access import READ, SEAT, Ctx
from huitang_conference.services.viewing import my_meetings, my_place, view_meeting
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, NotFound
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
MINE = "/mine/{meeting_id:uuid}"
OVER = ("closed", "archived")


@get("/mine", guards=[requires(READ)])
async def list_mine(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    rows = await my_meetings(ctx, actor)
    coming = [row for row in rows if row.state not in OVER]
    over = [row for row in rows if row.state in OVER]
    return Page("conference/mine.html", {"coming": coming, "over": over, "word": word})


async def mine_page(ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any) -> Page:
    meeting = await view_meeting(ctx, actor, meeting_id)
    place = await my_place(ctx, actor, meeting_id)
    if place is None:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    context = {
        "meeting": meeting,
        "place": place,
        "items": await agenda.items(ctx, meeting_id, with_refused=False),
        "papers": await documents.documents(ctx, actor, meeting_id),
        "requests": await leave.requests(ctx, meeting_id, attendee_id=place["id"]),
        "speeches": await speech_records.records_of(ctx, meeting_id, place["id"]),
        "can_ask": meeting.state not in OVER,
        "refused": refused,
        "errors": refused.fields if refused else {},
        "typed": {},
        "word": word,
        **more,
    }
    return Page("conference/my_meeting.html", context, status_code=refused.status if refused else 200)


@get(MINE, guards=[requires(READ)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await mine_page(ctx, actor, meeting_id)


@post(f"{MINE}/leave", guards=[requires(READ)], status_code=200)
async def ask(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Ask for leave for oneself."""
    form = await request.form()

    async def act() -> None:
        starts, ends = moment_of(form, "starts_at"), moment_of(form, "ends_at")
        await leave.ask(ctx, actor, meeting_id, text_of(form, "reason"), starts_at=starts, ends_at=ends)

    return await acted(
        request,
        act(),
        f"/conference/mine/{meeting_id}#leave",
        lambda refused: mine_page(ctx, actor, meeting_id, refused, typed=typed_in(form)),
    )


@post(f"{MINE}/leave/{{request_id:uuid}}/withdraw", guards=[requires(READ)], status_code=200)
async def withdraw(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    request_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Take one's own request back."""
    return await acted(
        request,
        leave.withdraw(ctx, actor, request_id),
        f"/conference/mine/{meeting_id}#leave",
        lambda refused: mine_page(ctx, actor, meeting_id, refused),
    )


@post(f"{MINE}/speeches/{{speech_id:uuid}}/confirm", guards=[requires(SEAT)], status_code=200)
async def confirm_speech(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    speech_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Stand by the record of one's own speech: after the meeting, or without a seat terminal."""
    return await acted(
        request,
        speech_records.confirm_record(ctx, actor, speech_id),
        f"/conference/mine/{meeting_id}#speeches",
        lambda refused: mine_page(ctx, actor, meeting_id, refused),
    )


@get("/widgets/next", guards=[requires(READ)])
async def next_meeting(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The next meetings one is called to; for staff who attend none, those they look after."""
    rows = [row for row in await my_meetings(ctx, actor, limit=6) if row.state not in OVER]
    called = bool(rows)
    if not rows:
        from huitang_conference.services.viewing import Wanted, list_meetings

        known, _total = await list_meetings(ctx, actor, Wanted(descending=True, limit=12))
        rows = [row for row in reversed(known) if row.state not in OVER and not row.is_rehearsal]
    context = {"rows": rows[:3], "word": word, "base": "/conference/mine/" if called else "/conference/meetings/"}
    return Page("conference/widgets/next.html", context)


MINE_PAGES = (list_mine, show, ask, withdraw, confirm_speech, next_meeting)
