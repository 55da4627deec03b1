"""The seat plan editor: by mouse, finger and keyboard, from a hall, a grid or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, id_of, text_of
from huitang_conference.pages.common import acted, frame, typed_in, upload_of, whole_number
from huitang_conference.services import halls, importing, roster, seating
from huitang_conference.services.access import MANAGE, Ctx, meeting_for
from huitang_conference.services.importing import SheetRow
from huitang_conference.services.seating import Place
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
SEATS = "/meetings/{meeting_id:uuid}/seats"


async def seats_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "seats", refused)
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    plan = await seating.seats(ctx, meeting_id)
    people = await roster.attendees(ctx, meeting_id)
    context |= {
        "plan": plan,
        "width": max((seat.x for seat in plan), default=0) + 1,
        "height": max((seat.y for seat in plan), default=0) + 1,
        "standing": [person for person in people if not person.seat and person.role != "staff"],
        "people": people,
        "halls": await halls.halls(ctx, actor),
        "kinds": [(kind, word(f"seat-{kind}")) for kind in seating.KINDS],
        "preview": None,
        **more,
    }
    return Page("conference/seats.html", context, block="plan", status_code=refused.status if refused else 200)


@get(SEATS, guards=[requires(MANAGE)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await seats_page(ctx, actor, meeting_id)


@post(SEATS, guards=[requires(MANAGE)], status_code=200)
async def change(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """One act on the plan or on one seat: `act` says which."""
    form = await request.form()
    return await acted(
        request,
        _act(ctx, actor, meeting_id, form),
        f"/conference/meetings/{meeting_id}/seats",
        lambda refused: seats_page(ctx, actor, meeting_id, refused, typed=typed_in(form)),
    )


async def _act(ctx: Ctx, actor: Actor, meeting_id: UUID, form: FormMultiDict) -> None:
    match text_of(form, "act"):
        case "grid":
            rows, columns = whole_number(form, "rows") or 0, whole_number(form, "columns") or 0
            if not (1 <= rows <= 100 and 1 <= columns <= 100):
                message = _("Give rows and seats a row from 1 to 100.")
                raise Invalid(message, fields={"rows": message})
            head = min(whole_number(form, "head") or 0, 100)
            await seating.lay_out(ctx, actor, meeting_id, seating.grid(rows, columns, head=head))
        case "hall":
            await halls.use(ctx, actor, meeting_id, id_of(form, "hall"))
        case "keep":
            await halls.keep(ctx, actor, meeting_id, text_of(form, "name"))
        case "in-order":
            await seating.assign_in_order(ctx, actor, meeting_id)
        case "add":
            kind = text_of(form, "kind") or "seat"
            place = Place(label=text_of(form, "label"), x=_axis(form, "x"), y=_axis(form, "y"), kind=kind)
            await seating.add(ctx, actor, meeting_id, place)
        case _:
            await _act_on_seat(ctx, actor, meeting_id, form)


async def _act_on_seat(ctx: Ctx, actor: Actor, meeting_id: UUID, form: FormMultiDict) -> None:
    seat_id = id_of(form, "seat")
    match text_of(form, "act"):
        case "move":
            await seating.move(ctx, actor, meeting_id, seat_id, _axis(form, "x"), _axis(form, "y"))
        case "assign":
            await seating.assign(ctx, actor, meeting_id, seat_id, id_of(form, "attendee"))
        case "free":
            await seating.unassign(ctx, actor, meeting_id, seat_id)
        case "swap":
            await seating.swap(ctx, actor, meeting_id, seat_id, id_of(form, "other"))
        case "take-away":
            await seating.take_away(ctx, actor, meeting_id, seat_id)
        case _:
            raise Invalid(_("That is not possible."))


def _axis(form: FormMultiDict, name: str) -> float:
    try:
        value = float(text_of(form, name) or "0")
    except ValueError as error:
        message = _("{value} is not a number.", value=text_of(form, name))
        raise Invalid(message, fields={name: message}) from error
    return round(value * 2) / 2


@post(f"{SEATS}/import", guards=[requires(MANAGE)], status_code=200)
async def import_seats(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """First the file: its rows are shown with every mistake. Then `rows`, as they were shown: they are taken over."""
    form = await request.form()
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    if text_of(form, "rows"):
        rows = rows_of(text_of(form, "rows"))
        return await acted(
            request,
            importing.lay_out_seats(ctx, actor, meeting_id, rows),
            f"/conference/meetings/{meeting_id}/seats",
            lambda refused: seats_page(ctx, actor, meeting_id, refused, **preview_of(rows)),
        )
    try:
        rows = await importing.read_seats(ctx, meeting_id, await upload_of(form, "file").read())
    except Invalid as refused:
        return await seats_page(ctx, actor, meeting_id, refused)
    return await seats_page(ctx, actor, meeting_id, **preview_of(rows))


def rows_of(text: str) -> list[SheetRow]:
    """The rows of a preview that come back with its confirmation. Raises Invalid."""
    try:
        return msgspec.json.decode(text, type=list[SheetRow])
    except msgspec.MsgspecError as error:
        raise Invalid(_("Nothing was imported: choose the file again.")) from error


def preview_of(rows: Sequence[SheetRow]) -> dict[str, Any]:
    """What a page shows of rows that are about to be imported."""
    return {
        "preview": rows,
        "preview_rows": msgspec.json.encode(rows).decode(),
        "preview_wrong": sum(bool(row.errors) for row in rows),
    }


SEATS_PAGES = (show, change, import_seats)
