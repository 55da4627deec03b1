"""What was said, written down by staff; the speaker reads it at the seat and agrees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, frame
from huitang_conference.services.access import MANAGE, Ctx, meeting_for
from huitang_conference.services.speech_records import LONGEST_RECORD, speech_records, write_record
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, NotFound
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
HERE = "/meetings/{meeting_id:uuid}/speeches"


async def speeches_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **typed: str
) -> Page:
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    context = await frame(ctx, actor, meeting_id, "speeches", refused)
    context |= {"speeches": await speech_records(ctx, actor, meeting_id), "typed": typed, "longest": LONGEST_RECORD}
    return Page("conference/speeches.html", context, status_code=refused.status if refused else 200)


@get(HERE, guards=[requires(MANAGE)])
async def show_speeches(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await speeches_page(ctx, actor, meeting_id)


@post(f"{HERE}/{{speech_id:uuid}}", guards=[requires(MANAGE)], status_code=200)
async def write_speech(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    speech_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Write down one speech; whoever had agreed with the record is asked again."""
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    sql = "SELECT 1 FROM conference.speech WHERE id = $1 AND meeting_id = $2"
    if not await ctx.db.fetch(sql, speech_id, meeting_id):
        raise NotFound(_("There is no such speech."))
    text = text_of(await request.form(), "record")
    return await acted(
        request,
        write_record(ctx, actor, speech_id, text),
        f"/conference/meetings/{meeting_id}/speeches#speech-{speech_id}",
        lambda refused: speeches_page(ctx, actor, meeting_id, refused, **{str(speech_id): text}),
    )


SPEECH_PAGES = (show_speeches, write_speech)
