"""The list of meetings, planning a new one, changing what it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import frame, moment_of, moment_text, optional_id, typed_in
from huitang_conference.services import meetings
from huitang_conference.services.access import MANAGE, READ, Ctx
from huitang_conference.services.bodies import list_bodies
from huitang_conference.services.copying import from_last
from huitang_conference.services.meetings import SITTINGS, STATES, MeetingValues
from huitang_conference.services.viewing import ORDERS, Wanted, list_meetings, view_meeting, years
from huitang_conference.services.wording import choices, word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("conference")


@get("/", guards=[requires(READ)])
async def list_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    query = ListQuery.from_request(
        request, sortable=tuple(ORDERS), default="-starts", filters=("state", "year", "body"), size=25
    )
    year = query.filters["year"]
    wanted = Wanted(
        text=query.q,
        state=query.filters["state"],
        body_id=_uuid(query.filters["body"]),
        year=int(year) if year.isdigit() and len(year) == 4 else None,
        sort=query.sort,
        descending=query.descending,
        limit=query.size,
        offset=query.offset,
    )
    rows, total = await list_meetings(ctx, actor, wanted)
    known = await list_bodies(ctx, actor, permission=READ)
    context = {
        "query": query,
        "rows": rows,
        "total": total,
        "states": choices(*STATES),
        "years": [(str(year), str(year)) for year in await years(ctx, actor)],
        "bodies": [(str(body.id), body.name) for body in known],
        "word": word,
    }
    return Page("conference/meetings.html", context, block="table")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


async def _form(
    ctx: Ctx, actor: Actor, typed: dict[str, str], refused: Invalid | Conflict | None = None, **more: Any
) -> Page:
    context = {
        "bodies": await list_bodies(ctx, actor),
        "sittings": choices(*SITTINGS),
        "typed": typed,
        "errors": refused.fields if refused else {},
        "refused": refused,
        **more,
    }
    return Page("conference/meeting_form.html", context, status_code=refused.status if refused else 200)


def _values(form: FormMultiDict) -> MeetingValues:
    starts = moment_of(form, "starts_at")
    if starts is None:
        message = _("Say when the meeting begins.")
        raise Invalid(message, fields={"starts_at": message})
    return MeetingValues(
        title=text_of(form, "title"),
        starts_at=starts,
        ends_at=moment_of(form, "ends_at"),
        number=text_of(form, "number"),
        sitting=text_of(form, "sitting") or "plenary",
        place=text_of(form, "place"),
    )


@get("/meetings/new", guards=[requires(MANAGE)])
async def plan_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """Plan a meeting; `?from=` an earlier one takes over its agenda, guests and seats."""
    last_id = _uuid(request.query_params.get("from", ""))
    begins = ctx.clock.now() + timedelta(days=14)
    typed = {"starts_at": moment_text(begins)[:11] + "09:00", "sitting": "plenary"}
    last = await view_meeting(ctx, actor, last_id) if last_id else None
    if last:
        typed |= {"title": last.title, "place": last.place, "sitting": last.sitting, "from": str(last.id)}
        typed["body_id"] = str(last.body_id)
    return await _form(ctx, actor, typed, last=last)


@post("/meetings/new", guards=[requires(MANAGE)], status_code=200)
async def plan(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    form = await request.form()
    last_id = optional_id(form, "from")
    last = await view_meeting(ctx, actor, last_id) if last_id else None
    try:
        values = _values(form)
        if last_id:
            meeting_id = await from_last(ctx, actor, last_id, values)
        else:
            body_id = optional_id(form, "body_id")
            if body_id is None:
                message = _("Choose the body that meets.")
                raise Invalid(message, fields={"body_id": message})
            meeting_id = await meetings.create(ctx, actor, body_id, values)
    except (Invalid, Conflict) as refused:
        return await _form(ctx, actor, typed_in(form), refused, last=last)
    return go_to(request, f"/conference/meetings/{meeting_id}")


@get("/meetings/{meeting_id:uuid}/edit", guards=[requires(MANAGE)])
async def edit_page(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    meeting = (await frame(ctx, actor, meeting_id, "overview"))["meeting"]
    typed = {name: getattr(meeting, name) for name in ("title", "number", "sitting", "place")}
    typed |= {name: moment_text(getattr(meeting, name)) for name in ("starts_at", "ends_at")}
    typed["version"] = str(meeting.version)
    return await _form(ctx, actor, typed, meeting=meeting)


@post("/meetings/{meeting_id:uuid}/edit", guards=[requires(MANAGE)], status_code=200)
async def edit(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    meeting = await view_meeting(ctx, actor, meeting_id)
    version = text_of(form, "version")
    try:
        values = _values(form)
        await meetings.change(ctx, actor, meeting_id, values, version=int(version) if version.isdigit() else None)
    except (Invalid, Conflict) as refused:
        return await _form(ctx, actor, typed_in(form), refused, meeting=meeting)
    return go_to(request, f"/conference/meetings/{meeting_id}")


LISTING_PAGES = (list_page, plan_page, plan, edit_page, edit)
