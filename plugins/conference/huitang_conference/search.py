"""What the search box knows of meetings: title, place and agenda; never documents, whose audience is narrower."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from huitang_conference.events import MeetingChanged, MeetingClosed, MeetingConvened
from huitang_conference.services.access import READ, Ctx
from huitang_sdk.contracts import SearchDocument
from huitang_sdk.declare import SearchSource


async def document(ctx: Ctx, meeting_id: UUID) -> SearchDocument | None:
    """One meeting, for those who see all meetings of its organisation and for whoever is called to it.

    Drafts and rehearsals are found by nobody.
    """
    rows = await ctx.db.fetch(
        "SELECT m.*, b.name AS body FROM conference.meeting m JOIN conference.body b ON b.id = m.body_id"
        " WHERE m.id = $1 AND m.state <> 'draft' AND m.rehearsal_of IS NULL",
        meeting_id,
    )
    if not rows:
        return None
    row = rows[0]
    items = await ctx.db.fetch(
        "SELECT number, title, presenter FROM conference.item WHERE meeting_id = $1"
        " AND state NOT IN ('proposed', 'refused') ORDER BY position",
        meeting_id,
    )
    called = await ctx.db.fetch(
        "SELECT DISTINCT account_id FROM conference.attendee WHERE meeting_id = $1 AND account_id IS NOT NULL"
        " ORDER BY account_id",
        meeting_id,
    )
    agenda = [" ".join(part for part in (i["number"], i["title"], i["presenter"]) if part) for i in items]
    return SearchDocument(
        id=row["id"],
        title=row["title"],
        body="\n".join([row["body"], row["number"], row["place"], *agenda]),
        url=f"/conference/meetings/{row['id']}",
        updated_at=row["closed_at"] or row["opened_at"] or row["notice_sent_at"] or row["created_at"],
        organisation_id=row["organisation_id"],
        reader_ids=tuple(person["account_id"] for person in called),
        facets={"body": row["body"], "year": str(row["starts_at"].year)},
    )


async def all_ids(ctx: Ctx) -> AsyncIterator[UUID]:
    for row in await ctx.db.fetch("SELECT id FROM conference.meeting WHERE rehearsal_of IS NULL ORDER BY id"):
        yield row["id"]


SOURCE = SearchSource(
    kind="conference.meeting",
    title="Meetings",
    permission=READ,
    document=document,
    ids=all_ids,
    events=dict.fromkeys((MeetingChanged, MeetingConvened, MeetingClosed), "meeting_id"),
)
