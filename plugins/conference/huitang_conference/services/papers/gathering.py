"""Everything of one meeting that papers and exports tell, read in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services.access import Ctx
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
Row = dict[str, Any]

MEETING = """
SELECT m.*, b.name AS body_name, b.term AS body_term, b.kind AS body_kind
FROM conference.meeting m JOIN conference.body b ON b.id = m.body_id WHERE m.id = $1
"""
ATTENDEES = """
SELECT a.*, s.label AS seat FROM conference.attendee a LEFT JOIN conference.seat s ON s.attendee_id = a.id
WHERE a.meeting_id = $1 ORDER BY a.position, a.name, a.id
"""
ITEMS = "SELECT * FROM conference.item WHERE meeting_id = $1 ORDER BY position, id"
# A poll that is still open, or was not opened, is none of a paper's business: nobody learns of it from one.
POLLS = """
SELECT * FROM conference.poll WHERE meeting_id = $1 AND state IN ('closed', 'void') ORDER BY position, attempt, id
"""
PRESSES = """
SELECT p.poll_id, a.name, p.choice FROM conference.press p
JOIN conference.poll o ON o.id = p.poll_id AND o.secrecy = 'open' AND o.state = 'closed' AND o.kind <> 'election'
JOIN conference.attendee a ON a.id = p.attendee_id
WHERE o.meeting_id = $1 ORDER BY a.position, a.name, a.id
"""
SPEECHES = """
SELECT s.*, a.name, a.title, round(extract(epoch FROM s.ended_at - s.started_at))::int AS spoken
FROM conference.speech s JOIN conference.attendee a ON a.id = s.attendee_id
WHERE s.meeting_id = $1 AND s.state IN ('speaking', 'done') ORDER BY s.started_at, s.id
"""
EVENTS = "SELECT * FROM conference.presence_event WHERE meeting_id = $1 ORDER BY at, id"
LEAVES = "SELECT * FROM conference.leave_request WHERE meeting_id = $1 AND state = 'granted' ORDER BY created_at, id"
DOCUMENTS = "SELECT id, item_id, title, file_id FROM conference.document WHERE meeting_id = $1 ORDER BY position, id"


class Gathered(Struct, frozen=True, kw_only=True):
    """Rows of the tables, with their JSON decoded."""

    meeting: Row
    attendees: Sequence[Row]
    items: Sequence[Row]
    polls: Sequence[Row]
    presses: Sequence[Row]
    speeches: Sequence[Row]
    events: Sequence[Row]
    leaves: Sequence[Row]
    documents: Sequence[Row]

    def poll(self, poll_id: UUID | None) -> Row:
        """A vote that is over. Raises NotFound."""
        for row in self.polls:
            if row["id"] == poll_id:
                return row
        raise NotFound(_("There is no such vote, or it is not over yet."))

    def attempts(self, poll: Row) -> list[Row]:
        """The attempts at one vote, the first one first, `poll` last."""
        known = {row["id"]: row for row in self.polls}
        found = [poll]
        while (before := known.get(found[0]["repeats_id"])) is not None and before not in found:
            found.insert(0, before)
        return found

    def last_polls(self, item_id: UUID | None) -> list[Row]:
        """The last attempts of the votes on an item, or of those on none."""
        repeated = {row["repeats_id"] for row in self.polls}
        return [row for row in self.polls if row["item_id"] == item_id and row["id"] not in repeated]

    def item_title(self, item_id: UUID | None) -> str:
        """ "二、审议报告" of an item, "" for none."""
        return next((titled(row) for row in self.items if row["id"] == item_id), "")

    @property
    def chair(self) -> str:
        return "、".join(row["name"] for row in self.attendees if row["is_chair"])

    @property
    def heading(self) -> str:
        """The meeting in full: the body, then what its title leaves out."""
        meeting = self.meeting
        name = f"{meeting['body_name']}"
        text = meeting["title"] if name in meeting["title"] else f"{name}{meeting['title']}"
        return text if not meeting["number"] or meeting["number"] in text else f"{text}{meeting['number']}"


async def gather(ctx: Ctx, meeting_id: UUID) -> Gathered:
    """Read a meeting. Whether somebody may is asked before."""
    meetings = await ctx.db.fetch(MEETING, meeting_id)
    if not meetings:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    polls = [_decoded(row) for row in await ctx.db.fetch(POLLS, meeting_id)]
    return Gathered(
        meeting=meetings[0],
        attendees=await ctx.db.fetch(ATTENDEES, meeting_id),
        items=await ctx.db.fetch(ITEMS, meeting_id),
        polls=polls,
        presses=await ctx.db.fetch(PRESSES, meeting_id),
        speeches=await ctx.db.fetch(SPEECHES, meeting_id),
        events=await ctx.db.fetch(EVENTS, meeting_id),
        leaves=await ctx.db.fetch(LEAVES, meeting_id),
        documents=await ctx.db.fetch(DOCUMENTS, meeting_id),
    )


def _decoded(row: Row) -> Row:
    kept = {name: msgspec.json.decode(row[name]) for name in ("names", "options", "hands")}
    return row | kept | {"result": msgspec.json.decode(row["result"]) if row["result"] else {}}


def titled(item: Row) -> str:
    """ "二、审议报告" """
    return f"{item['number']}、{item['title']}" if item["number"] else str(item["title"])


def head_of(found: Gathered) -> Row:
    """What stands on top of every paper."""
    meeting = found.meeting
    return {
        "heading": found.heading,
        "body": meeting["body_name"],
        "place": meeting["place"],
        "chair": found.chair,
        "is_rehearsal": meeting["rehearsal_of"] is not None,
    }
