"""What was said: written down by staff, read and confirmed by the speaker, and how long everybody spoke."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import MANAGE, READ, SEAT, Ctx, attendee_for, meeting_for, ref
from huitang_conference.services.state import tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from huitang_sdk.i18n import DEFAULT_LOCALE, Translator, use_locale

_ = Translator("conference")
LONGEST_RECORD = 100_000
WRITTEN = "conference.speech_written"


class SpeechRecord(Struct, frozen=True, kw_only=True):
    """One speech as it goes into the record. Times in seconds; `allowed` None: without a limit."""

    id: UUID
    item_id: UUID | None
    item: str
    attendee_id: UUID
    name: str
    title: str
    kind: str
    ordinal: int
    started_at: datetime
    ended_at: datetime | None
    allowed: int | None
    extended: int
    spoken: int | None
    record: str
    confirmed_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it took longer than the rules and the chair allowed."""
        return self.spoken is not None and self.allowed is not None and self.spoken > self.allowed + self.extended


class SpokenTime(Struct, frozen=True):
    """How often and how long one person spoke in the meeting."""

    attendee_id: UUID
    name: str
    speeches: int
    seconds: int


RECORDS = """
SELECT s.id, s.item_id, coalesce(i.title, '') AS item, s.attendee_id, a.name, a.title, s.kind, s.ordinal, s.started_at,
  s.ended_at, s.allowed_seconds AS allowed, s.extended_seconds AS extended,
  round(extract(epoch FROM s.ended_at - s.started_at))::int AS spoken, s.record, s.confirmed_at
FROM conference.speech s JOIN conference.attendee a ON a.id = s.attendee_id
LEFT JOIN conference.item i ON i.id = s.item_id
WHERE s.meeting_id = $1 AND s.state IN ('speaking', 'done') ORDER BY s.started_at
"""
TIMES = """
SELECT a.id, a.name, count(*)::int AS speeches,
  coalesce(round(sum(extract(epoch FROM s.ended_at - s.started_at))), 0)::int AS seconds
FROM conference.speech s JOIN conference.attendee a ON a.id = s.attendee_id
WHERE s.meeting_id = $1 AND s.state = 'done' GROUP BY a.id, a.name ORDER BY seconds DESC, a.name
"""


async def speech_records(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[SpeechRecord]:
    """Every speech of a meeting in the order of beginning, for whoever may read the meeting."""
    await meeting_for(ctx, actor, meeting_id, READ)
    return [SpeechRecord(**row) for row in await ctx.db.fetch(RECORDS, meeting_id)]


async def spoken_times(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[SpokenTime]:
    """Total times per person, the longest first."""
    await meeting_for(ctx, actor, meeting_id, READ)
    rows = await ctx.db.fetch(TIMES, meeting_id)
    return [SpokenTime(row["id"], row["name"], row["speeches"], row["seconds"]) for row in rows]


async def write_record(ctx: Ctx, actor: Actor, speech_id: UUID, text: str) -> None:
    """Staff write down what was said; a record that changes has to be confirmed anew. Raises NotFound, Conflict."""
    async with ctx.db.write(actor) as write:
        speech = await _speech(ctx, speech_id)
        meeting = await meeting_for(ctx, actor, speech["meeting_id"], MANAGE)
        if meeting["state"] == "archived":
            raise Conflict(_("The meeting is archived; its record does not change any more."))
        await ctx.db.execute(
            "UPDATE conference.speech SET record = $2, confirmed_at = NULL WHERE id = $1",
            *(speech_id, text.strip()[:LONGEST_RECORD]),
        )
        await write.audit("conference.speech.recorded", ref("speech", speech_id), detail={"length": len(text)})
        await tell_hall(ctx, meeting["id"], "speech.recorded")
        await _put_on_the_list(ctx, meeting, speech, is_written=bool(text.strip()))


async def _put_on_the_list(ctx: Ctx, meeting: dict[str, Any], speech: dict[str, Any], *, is_written: bool) -> None:
    """The speaker has a record to read: at the seat, and after the meeting among the to-dos."""
    speaker = await ctx.db.fetch("SELECT account_id FROM conference.attendee WHERE id = $1", speech["attendee_id"])
    account = (await ctx.identity.accounts([row["account_id"] for row in speaker if row["account_id"]])).values()
    if not is_written or meeting["rehearsal_of"] is not None:
        await ctx.todos.close(ref("speech", speech["id"]))
        return
    for who in account:
        with use_locale(who.locale or DEFAULT_LOCALE):
            title = _("Read and confirm the record of your speech: {meeting}", meeting=meeting["title"])
        url = f"/conference/mine/{meeting['id']}#speeches"
        await ctx.todos.open(WRITTEN, subject=ref("speech", speech["id"]), assignee=who.id, title=title, url=url)


async def confirm_record(ctx: Ctx, actor: Actor, speech_id: UUID) -> None:
    """The speaker has read the record and stands by it. Raises Forbidden for others, Conflict without a record."""
    async with ctx.db.write(actor) as write:
        speech = await _speech(ctx, speech_id)
        meeting = await meeting_for(ctx, actor, speech["meeting_id"], SEAT)
        if meeting["state"] == "archived":
            raise Conflict(_("The meeting is archived; its record does not change any more."))
        attendee = await attendee_for(ctx, actor, speech["meeting_id"])
        if attendee["id"] != speech["attendee_id"]:
            raise Forbidden(_("Only the speaker confirms the record of a speech."))
        if not speech["record"]:
            raise Conflict(_("Nothing has been written down yet."))
        now = ctx.clock.now()
        await ctx.db.execute("UPDATE conference.speech SET confirmed_at = $2 WHERE id = $1", speech_id, now)
        await write.audit("conference.speech.confirmed", ref("speech", speech_id))
        await ctx.todos.close(ref("speech", speech_id))
        await tell_hall(ctx, meeting["id"], "speech.confirmed")


async def records_of(ctx: Ctx, meeting_id: UUID, attendee_id: UUID) -> list[SpeechRecord]:
    """What was written down of one attendee's speeches; the caller has checked whose they are."""
    rows = await ctx.db.fetch(RECORDS, meeting_id)
    return [SpeechRecord(**row) for row in rows if row["attendee_id"] == attendee_id and row["record"]]


async def drop(ctx: Ctx, meeting_id: UUID) -> None:
    """Inside a write: an archived record is confirmed by nobody any more."""
    for row in await ctx.db.fetch(
        "SELECT id FROM conference.speech WHERE meeting_id = $1 AND confirmed_at IS NULL AND record <> ''", meeting_id
    ):
        await ctx.todos.close(ref("speech", row["id"]))


async def _speech(ctx: Ctx, speech_id: UUID) -> dict[str, Any]:
    rows = await ctx.db.fetch("SELECT * FROM conference.speech WHERE id = $1 FOR UPDATE", speech_id)
    if not rows:
        raise NotFound(_("There is no such speech."))
    return rows[0]
