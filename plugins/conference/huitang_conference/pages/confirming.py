"""What waits for a second person, on a page for tellers who have no desk."""

from __future__ import annotations

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest
from huitang_conference.pages.votes import vote_pages
from huitang_conference.services.access import CONFIRM, Ctx, meeting_for
from huitang_conference.services.desks import confirmations
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires

DESK = "/meetings/{meeting_id:uuid}/teller"


async def teller_page(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, refusal: str = "", status: int = 200
) -> Page:
    meeting = await meeting_for(ctx, actor, meeting_id, CONFIRM)
    waiting = await confirmations(ctx, actor, meeting_id)
    context = {
        "meeting": meeting,
        "waiting": waiting,
        "refusal": refusal,
        "address": request.url.path.partition("/acts/")[0],
    }
    return Page("conference/screens/teller.html", context, block="desk", status_code=status)


@get(DESK, guards=[requires(CONFIRM)])
async def teller(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    return await teller_page(request, ctx, actor, meeting_id)


TELLER_PAGES = (teller, vote_pages(DESK, CONFIRM, teller_page)[1])
