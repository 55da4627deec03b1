"""Attendance: who is there, check-in by staff, leave requests; and the door with its scanner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, id_of, text_of
from huitang_conference.pages.common import acted, frame, moment_of, optional_id, typed_in
from huitang_conference.services import attendance, badges, leave, roster
from huitang_conference.services.access import (
    CHAIR,
    DOOR,
    MANAGE,
    OPERATE,
    Ctx,
    in_scope,
    meeting_for,
)
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
ATTENDANCE = "/meetings/{meeting_id:uuid}/attendance"
DOOR_PAGE = "/meetings/{meeting_id:uuid}/door"


async def attendance_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "attendance", refused)
    row = await meeting_for(ctx, actor, meeting_id, OPERATE)
    context |= {
        "people": await roster.attendees(ctx, meeting_id),
        "attendance": await attendance.attendance(ctx, meeting_id),
        "requests": await leave.requests(ctx, meeting_id),
        "takes_check_ins": row["state"] in attendance.SITTING_STATES,
        **more,
    }
    return Page("conference/attendance.html", context, block="live", status_code=refused.status if refused else 200)


@get(ATTENDANCE, guards=[requires(OPERATE)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await attendance_page(ctx, actor, meeting_id)


@post(ATTENDANCE, guards=[requires(OPERATE)], status_code=200)
async def mark(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Check in (now, or made up for), let go out, take back in."""
    form = await request.form()
    return await acted(
        request,
        _mark(ctx, actor, meeting_id, form),
        f"/conference/meetings/{meeting_id}/attendance",
        lambda refused: attendance_page(ctx, actor, meeting_id, refused, typed=typed_in(form)),
    )


async def _mark(ctx: Ctx, actor: Actor, meeting_id: UUID, form: FormMultiDict) -> None:
    attendee_id = id_of(form, "attendee")
    reason = text_of(form, "reason")
    match text_of(form, "act"):
        case "check-in":
            await attendance.check_in(ctx, actor, meeting_id, attendee_id, "staff")
        case "makeup":
            came = moment_of(form, "at")
            await attendance.check_in(ctx, actor, meeting_id, attendee_id, "makeup", at=came, reason=reason)
        case "away":
            await attendance.leave(ctx, actor, meeting_id, attendee_id, reason=reason)
        case "left":
            await attendance.leave(ctx, actor, meeting_id, attendee_id, for_good=True, reason=reason)
        case "return":
            await attendance.return_(ctx, actor, meeting_id, attendee_id)
        case _:
            raise Invalid(_("That is not possible."))


@post("/meetings/{meeting_id:uuid}/leave", guards=[requires(MANAGE)], status_code=200)
async def enter_leave(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Staff enter a request that came on paper."""
    form = await request.form()

    async def act() -> None:
        attendee_id = optional_id(form, "attendee")
        if attendee_id is None:
            message = _("Choose who asks for leave.")
            raise Invalid(message, fields={"attendee": message})
        await leave.ask(ctx, actor, meeting_id, text_of(form, "reason"), attendee_id=attendee_id)

    return await acted(
        request,
        act(),
        f"/conference/meetings/{meeting_id}/attendance#leave",
        lambda refused: attendance_page(ctx, actor, meeting_id, refused, typed=typed_in(form)),
    )


async def _decide(
    request: AnyRequest, ctx: Ctx, actor: Actor, request_id: UUID, address: str, again: Any
) -> Response[Any]:
    form = await request.form()
    act = leave.decide(ctx, actor, request_id, granted=text_of(form, "granted") == "1", answer=text_of(form, "answer"))
    return await acted(request, act, address, again)


@post("/meetings/{meeting_id:uuid}/leave/{request_id:uuid}", guards=[requires(MANAGE)], status_code=200)
async def decide_leave(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    request_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Grant or refuse, by the staff."""
    address = f"/conference/meetings/{meeting_id}/attendance#leave"
    return await _decide(
        request, ctx, actor, request_id, address, lambda refused: attendance_page(ctx, actor, meeting_id, refused)
    )


@post("/meetings/{meeting_id:uuid}/leave/{request_id:uuid}/chair", guards=[requires(CHAIR)], status_code=200)
async def decide_leave_as_chair(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    request_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Grant or refuse, by the chair."""
    from huitang_conference.pages.meeting import meeting_page

    address = f"/conference/meetings/{meeting_id}"
    return await _decide(
        request, ctx, actor, request_id, address, lambda refused: meeting_page(ctx, actor, meeting_id, refused)
    )


async def door_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, *, said: str = "", kind: str = "", status: int = 200, **more: Any
) -> Page:
    """The door: one field, the answer in large letters, how many are there."""
    row = await meeting_for(ctx, actor, meeting_id, DOOR)
    context = {
        "meeting": row,
        "attendance": await attendance.attendance(ctx, meeting_id),
        "said": said,
        "kind": kind,
        "found": [],
        "word": word,
        **more,
    }
    return Page("conference/door.html", context, block="answer", status_code=status)


@get(DOOR_PAGE, guards=[requires(DOOR)])
async def door(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await door_page(ctx, actor, meeting_id)


@post(DOOR_PAGE, guards=[requires(DOOR)], status_code=200)
async def come_in(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    """A scanned code or card checks in at once; a typed name asks which person is meant."""
    form = await request.form()
    text = text_of(form, "text")
    chosen = text_of(form, "attendee")
    found, how = await badges.who_came(ctx, actor, meeting_id, text)
    if chosen:
        found, how = [person for person in await roster.attendees(ctx, meeting_id) if str(person.id) == chosen], "card"
    if not found:
        message = _("Nobody of this meeting was found. Scan again, or type the name.")
        return await door_page(ctx, actor, meeting_id, said=message, kind="error", status=422)
    if how == "name":
        return await door_page(ctx, actor, meeting_id, found=found, text=text)
    person = found[0]
    try:
        new = await attendance.check_in(ctx, actor, meeting_id, person.id, how)
    except (Conflict, Invalid) as refused:
        return await door_page(ctx, actor, meeting_id, said=refused.message, kind="error", status=refused.status)
    said = (
        _("{name} is checked in.", name=person.name) if new else _("{name} was checked in already.", name=person.name)
    )
    return await door_page(ctx, actor, meeting_id, said=said, kind="ok" if new else "info", person=person)


@get("/door", guards=[requires(DOOR)])
async def doors(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The meetings whose doors are open now: what a gate device shows first."""
    sql = Sql(list(attendance.SITTING_STATES), ctx.clock.now())
    condition = in_scope(ctx, actor, DOOR, sql)
    rows = await ctx.db.fetch(
        "SELECT m.id, m.title, m.place, m.starts_at, m.state FROM conference.meeting m"
        f" WHERE m.state = ANY($1::text[]) AND m.starts_at < $2::timestamptz + interval '1 day' AND {condition}"
        " ORDER BY m.starts_at DESC LIMIT 20",
        *sql.values,
    )
    return Page("conference/doors.html", {"rows": rows, "word": word})


ATTENDANCE_PAGES = (show, mark, enter_leave, decide_leave, decide_leave_as_chair, door, come_in, doors)
