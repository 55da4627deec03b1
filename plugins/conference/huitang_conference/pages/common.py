"""What the staff's pages share: reading forms, acting, and the frame of a meeting's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.datastructures import FormMultiDict, UploadFile

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.services.access import BODIES, CHAIR, DOOR, EXPORT, MANAGE, OPERATE, Ctx
from huitang_conference.services.viewing import MeetingRow, view_meeting
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid
from huitang_sdk.http import go_to
from huitang_sdk.i18n import TIMEZONE, Translator, local_time

_ = Translator("conference")
Again = Callable[[HuitangError], Awaitable[Response[Any]]]


async def acted(request: AnyRequest, act: Awaitable[object], address: str, again: Again) -> Response[Any]:
    """Do the act and go to `address`; when it is refused draw the page `again` with the reason, nothing typed lost."""
    try:
        await act
    except (Invalid, Conflict) as refused:
        return await again(refused)
    return go_to(request, address)


def moment_of(form: FormMultiDict, name: str) -> datetime | None:
    """A date and time as the browser sends it, on the wall clock of the hall; None when empty. Raises Invalid."""
    value = text_of(form, name)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=TIMEZONE).astimezone(UTC)
    except ValueError as error:
        message = _("{value} is not a date. Write it like 2026-11-23.", value=value)
        raise Invalid(message, fields={name: message}) from error


def moment_text(moment: datetime | None) -> str:
    """The value of a date-and-time field."""
    return local_time(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def day_of(form: FormMultiDict, name: str) -> date | None:
    """A date as the browser sends it; None when empty. Raises Invalid."""
    value = text_of(form, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = _("{value} is not a date. Write it like 2026-11-23.", value=value)
        raise Invalid(message, fields={name: message}) from error


def optional_id(form: FormMultiDict, name: str) -> UUID | None:
    """An id, or None for nothing; what is no id is refused."""
    value = text_of(form, name)
    try:
        return UUID(value) if value else None
    except ValueError as error:
        raise Invalid(_("Choose one of the list."), fields={name: _("Choose one of the list.")}) from error


def whole_number(form: FormMultiDict, name: str) -> int | None:
    """A whole number, or None for nothing. Raises Invalid."""
    value = text_of(form, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        message = _("“{value}” is not a number.", value=value)
        raise Invalid(message, fields={name: message})
    return int(value)


def upload_of(form: FormMultiDict, name: str) -> UploadFile:
    """The chosen file. Raises Invalid when there is none."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        message = _("Choose a file first.")
        raise Invalid(message, fields={name: message})
    return value


def typed_in(form: FormMultiDict) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {name: str(form[name]) for name in form if not isinstance(form[name], UploadFile)}


async def frame(
    ctx: Ctx, actor: Actor, meeting_id: UUID, tab: str, refused: HuitangError | None = None
) -> dict[str, Any]:
    """What every page of a meeting shows: the meeting, its tabs, and why an act was refused."""
    meeting = await view_meeting(ctx, actor, meeting_id)
    address = f"/conference/meetings/{meeting.id}"
    may = may_here(ctx, actor, meeting)
    tabs = [("overview", _("Overview"), address, True)]
    tabs += [(name, title, f"{address}/{name}", may[MANAGE]) for name, title in _tabs()]
    tabs.append(("votes", _("Votes"), f"{address}/votes", may[OPERATE]))
    tabs.append(("attendance", _("Attendance"), f"{address}/attendance", may[OPERATE]))
    tabs.append(("speeches", _("Record of speeches"), f"{address}/speeches", may[MANAGE]))
    tabs.append(("papers", _("Papers"), f"{address}/papers", may[EXPORT]))
    return {
        "meeting": meeting,
        "address": address,
        "tab": tab,
        "tabs": [(name, title, url) for name, title, url, shown in tabs if shown],
        "may_manage": may[MANAGE],
        "may_chair": may[CHAIR],
        "may_operate": may[OPERATE],
        "may_door": may[DOOR],
        "is_frozen": meeting.state == "archived",
        "refused": refused,
        "errors": refused.fields if refused else {},
        "typed": {},
        "word": word,
        "moment_text": moment_text,
    }


def _tabs() -> list[tuple[str, str]]:
    return [("agenda", _("Agenda")), ("roster", _("Roster")), ("seats", _("Seat plan"))]


def may_here(ctx: Ctx, actor: Actor, meeting: MeetingRow) -> dict[str, bool]:
    """Which permissions the actor holds on this very meeting."""
    found: dict[str, bool] = {}
    for permission in (MANAGE, CHAIR, OPERATE, DOOR, BODIES, EXPORT):
        scope = ctx.permissions.scope(actor, permission)
        found[permission] = scope.includes(key=meeting.id, organisation=meeting.organisation_id)
    return found
