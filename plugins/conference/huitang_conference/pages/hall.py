"""The hall screen: for a device that stands in the hall, or whoever may show one."""

from __future__ import annotations

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.services.access import SCREEN, Ctx
from huitang_conference.services.screens import hall_view
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires


@get("/meetings/{meeting_id:uuid}/hall", guards=[requires(SCREEN)])
async def hall_screen(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The whole page, or its stage alone for the script that keeps it fresh."""
    view = await hall_view(ctx, actor, meeting_id)
    return Page("conference/screens/hall.html", {"view": view}, block="stage")


HALL_PAGES = (hall_screen,)
