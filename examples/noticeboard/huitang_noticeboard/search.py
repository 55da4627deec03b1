"""What the search box knows of notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from huitang_noticeboard.events import NoticePublished, NoticeTakenDown
from huitang_noticeboard.services import KIND, READ, Context
from huitang_noticeboard.tables import Notice
from huitang_sdk.contracts import SearchDocument
from huitang_sdk.declare import SearchSource


async def document(ctx: Context, notice_id: UUID) -> SearchDocument | None:
    notice = await Notice.objects().where((Notice.id == notice_id) & (Notice.is_up == True)).first()  # noqa: E712
    if notice is None:
        return None
    return SearchDocument(
        id=notice.id,
        title=notice.title,
        body=notice.body,
        url=f"/noticeboard/{notice.id}",
        updated_at=notice.published_at,
        organisation_id=notice.organisation_id,
        owner_id=notice.author_id,
        facets={"year": str(notice.published_at.year)},
    )


async def all_ids(ctx: Context) -> AsyncIterator[UUID]:
    for row in await Notice.select(Notice.id).where(Notice.is_up == True):  # noqa: E712
        yield row["id"]


SOURCE = SearchSource(
    kind=KIND,
    title="Notices",
    permission=READ,
    document=document,
    ids=all_ids,
    events={NoticePublished: "notice_id", NoticeTakenDown: "notice_id"},
)
