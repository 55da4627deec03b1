"""The result page: public where the operator has published the result, otherwise for whoever may read the meeting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.operator import DESK, operator_did
from huitang_conference.services.access import OPERATE, Ctx
from huitang_conference.services.results import publish_result, results_for
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, public, requires


@get("/results/{identifier:uuid}", guards=[public])
async def result_page(identifier: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """One result by the vote's id, or all results of a meeting by the meeting's."""
    results = await results_for(ctx, actor, identifier)
    return Page("conference/screens/result.html", {"results": results, "is_one": identifier == results[0].id})


@post(f"{DESK}/polls/{{poll_id:uuid}}/publish", guards=[requires(OPERATE)], status_code=200)
async def publish(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    poll_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Publish an announced result, or take it back."""
    is_public = bool(text_of(await request.form(), "public"))
    return await operator_did(request, ctx, actor, meeting_id, publish_result(ctx, actor, poll_id, is_public))


RESULT_PAGES = (result_page, publish)
