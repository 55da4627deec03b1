"""The papers of a meeting: look at them, archive them, take them along; the meeting as a workbook and as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_conference.pages.common import frame
from huitang_conference.services.access import EXPORT, Ctx, meeting_for
from huitang_conference.services.papers.archiving import keep_paper, paper_file, papers_of, show_paper
from huitang_conference.services.papers.exporting import meeting_data, meeting_workbook
from huitang_conference.services.papers.gathering import gather
from huitang_conference.services.papers.templates import PAPERS
from huitang_conference.services.shown import shown_of
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORKBOOK_TYPE
from huitang_sdk.errors import NotFound
from huitang_sdk.http import Page, attachment, file_response, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
AnyRequest = Request[Any, Any, Any]
HOME = "/meetings/{meeting_id:uuid}/papers"


@get(HOME, guards=[requires(EXPORT)])
async def list_papers(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """What can be made of this meeting, and what was archived."""
    meeting = await meeting_for(ctx, actor, meeting_id, EXPORT)
    found = await gather(ctx, meeting_id)
    repeated = {row["repeats_id"] for row in found.polls}
    context = await frame(ctx, actor, meeting_id, "papers") | {
        "heading": found.heading,
        "kinds": [paper for paper in PAPERS.values() if paper.of_meeting is not None],
        "titles": {paper.kind: _(paper.title) for paper in PAPERS.values()},
        "polls": [
            {
                "id": poll["id"],
                "title": poll["title"],
                "kind": "election" if poll["kind"] == "election" else "result",
                "attempts": len(found.attempts(poll)),
                "verdict": shown_of(poll["result"]).word or _("Not finished"),
                "closed_at": poll["closed_at"],
            }
            for poll in found.polls
            if poll["id"] not in repeated
        ],
        "papers": await papers_of(ctx, actor, meeting_id),
        "is_rehearsal": meeting["rehearsal_of"] is not None,
    }
    return Page("conference/papers.html", context)


@post(f"{HOME}/{{kind:str}}", guards=[requires(EXPORT)], status_code=200)
async def archive_paper(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    kind: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Make a paper as PDF and Word and archive both."""
    form = await request.form()
    await keep_paper(ctx, actor, meeting_id, kind, _poll_of(form.get("poll")))
    return go_to(request, f"/conference/meetings/{meeting_id}/papers#archive")


@get(f"{HOME}/{{kind:str}}/preview", guards=[requires(EXPORT)])
async def preview_paper(
    meeting_id: FromPath[UUID],
    kind: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
    poll: FromQuery[str] = "",
) -> Response[bytes]:
    """The PDF as it would be archived."""
    name, document = await show_paper(ctx, actor, meeting_id, kind, _poll_of(poll))
    answer = attachment(name, document.content, document.media_type)
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace("attachment", "inline", 1)
    return answer


def _poll_of(value: Any) -> UUID | None:
    """The id of a vote. Raises NotFound for what is no id."""
    if not value:
        return None
    try:
        return UUID(str(value))
    except ValueError as error:
        raise NotFound(_("There is no such vote, or it is not over yet.")) from error


@get(f"{HOME}/files/{{paper_id:uuid}}", guards=[requires(EXPORT)])
async def archived_paper(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    paper_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    return file_response(request, ctx.files, await paper_file(ctx, actor, meeting_id, paper_id), inline=True)


@get("/meetings/{meeting_id:uuid}/export.xlsx", guards=[requires(EXPORT)])
async def export_workbook(
    meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    name, content = await meeting_workbook(ctx, actor, meeting_id)
    return attachment(name, content, WORKBOOK_TYPE)


@get("/meetings/{meeting_id:uuid}/export.json", guards=[requires(EXPORT)])
async def export_json(
    meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    data = await meeting_data(ctx, actor, meeting_id)
    text = msgspec.json.format(msgspec.json.encode(data), indent=1)
    return attachment(f"meeting-{meeting_id}.json", text, "application/json")


PAPER_PAGES = (
    list_papers,
    archive_paper,
    preview_paper,
    archived_paper,
    export_workbook,
    export_json,
)
