"""The seat terminal: the page itself, and the papers it reads; everything else goes over the terminal protocol."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest
from huitang_conference.pages.seat_words import seat_words
from huitang_conference.services.access import SEAT, Ctx
from huitang_conference.services.seat_papers import agenda_at_seat, open_paper, page_of_paper
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires

SOCKET = "/conference/terminal"
CLIENT = "seat-page/1.0"


@get("/seat", guards=[requires(SEAT)])
async def seat_terminal(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    """The terminal; `?meeting=ID` names the meeting for somebody who is called to several."""
    meeting = _uuid(str(request.query_params.get("meeting", "")))
    setup = {
        "socket": f"{SOCKET}?meeting={meeting}" if meeting else SOCKET,
        "client": CLIENT,
        "warn_seconds": ctx.settings.warn_seconds,
        "words": seat_words(),
    }
    return Page("conference/screens/seat.html", {"setup": setup})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@get("/seat/{meeting_id:uuid}/agenda", guards=[requires(SEAT)])
async def seat_agenda(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The agenda with the documents this seat may read."""
    agenda = await agenda_at_seat(ctx, actor, meeting_id)
    return Page("conference/screens/parts/seat_agenda.html", {"agenda": agenda})


@get("/seat/{meeting_id:uuid}/documents/{document_id:uuid}", guards=[requires(SEAT)])
async def seat_document(
    meeting_id: FromPath[UUID],
    document_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Page:
    """One document, as it is read at the seat."""
    paper = await open_paper(ctx, actor, meeting_id, document_id)
    return Page("conference/screens/parts/seat_document.html", {"paper": paper, "meeting_id": meeting_id})


@get("/seat/{meeting_id:uuid}/documents/{document_id:uuid}/pages/{number:int}", guards=[requires(SEAT)])
async def seat_page(
    meeting_id: FromPath[UUID],
    document_id: FromPath[UUID],
    number: FromPath[int],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """A picture of one page; kept in no cache, so that it is gone when the document is withdrawn."""
    picture, media_type = await page_of_paper(ctx, actor, meeting_id, document_id, number)
    return Response(picture, media_type=media_type, headers={"Cache-Control": "no-store"})


SEAT_PAGES = (seat_terminal, seat_agenda, seat_document, seat_page)
