"""The floor of the house: who asked to speak, who has the floor, for how long by the rules of the body.

An attendee speaks on the agenda item in hand; the first and the second speech of a person on one item have limits of
their own. The chair gives the floor, in any order, and may extend a speech where the rules allow it; that is on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitang_conference.services.access import CHAIR, Ctx, attendee_for, meeting_for, ref
from huitang_conference.services.rulebook import allowance_of, allowed_seconds, article_of
from huitang_conference.services.state import tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
LONGEST_EXTENSION = 60 * 60


async def open_list(ctx: Ctx, actor: Actor, meeting_id: UUID, is_open: bool) -> None:
    """The chair opens or closes the list of speakers; a closed one keeps whoever is on it."""
    async with ctx.db.write(actor) as write:
        meeting = await _running(ctx, actor, meeting_id, CHAIR)
        await ctx.db.execute("UPDATE conference.meeting SET speaking_open = $2 WHERE id = $1", meeting_id, is_open)
        await write.audit("conference.speakers.opened" if is_open else "conference.speakers.closed", _of(meeting))
        await tell_hall(ctx, meeting_id, "speakers.opened" if is_open else "speakers.closed")


async def ask(ctx: Ctx, actor: Actor, meeting_id: UUID, *, kind: str = "speech") -> UUID:
    """Put the actor's attendee on the list; asking again changes nothing. Returns the id of the request.

    Raises Conflict when the list is closed or the attendee is not checked in, Invalid for another `kind` than "speech"
    and "interposition".
    """
    if kind not in ("speech", "interposition"):
        raise Invalid(_("There is no such kind of speech."))
    async with ctx.db.write(actor) as write:
        attendee = await attendee_for(ctx, actor, meeting_id)
        meeting = await _locked(ctx, meeting_id)
        _require_open(meeting)
        if attendee["presence"] != "present":
            raise Conflict(_("Check in first: only who is present may ask to speak."))
        if attendee["role"] == "staff":
            raise Conflict(_("Staff do not speak in the meeting."))
        if not meeting["speaking_open"] and kind == "speech":
            raise Conflict(_("The list of speakers is closed."))
        known = await _waiting(ctx, meeting_id, attendee["id"])
        speech = known or await _put(ctx, meeting, attendee["id"], kind)
        await _require_provided(ctx, meeting, speech)
        await write.audit("conference.speech.asked", ref("speech", speech), detail={"attendee": attendee["id"]})
        if known is None:
            await tell_hall(ctx, meeting_id, "speech.asked")
        return speech


async def withdraw(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """The actor's attendee no longer wants to speak. Raises Conflict when there is no request."""
    async with ctx.db.write(actor) as write:
        attendee = await attendee_for(ctx, actor, meeting_id)
        await _locked(ctx, meeting_id)
        speech = await _waiting(ctx, meeting_id, attendee["id"])
        if speech is None:
            raise Conflict(_("You have not asked to speak."))
        await ctx.db.execute("UPDATE conference.speech SET state = 'withdrawn' WHERE id = $1", speech)
        await write.audit("conference.speech.withdrawn", ref("speech", speech))
        await tell_hall(ctx, meeting_id, "speech.withdrawn")


async def refuse(ctx: Ctx, actor: Actor, speech_id: UUID, reason: str) -> None:
    """The chair takes somebody off the list. Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    async with ctx.db.write(actor) as write:
        speech, meeting = await _speech(ctx, actor, speech_id, "asked")
        await ctx.db.execute(
            "UPDATE conference.speech SET state = 'refused', reason = $2 WHERE id = $1", speech_id, reason.strip()
        )
        await write.audit("conference.speech.refused", ref("speech", speech["id"]), reason=reason.strip())
        await tell_hall(ctx, meeting["id"], "speech.refused")


async def reorder(ctx: Ctx, actor: Actor, meeting_id: UUID, speech_ids: Sequence[UUID]) -> None:
    """The chair's order of the list: those named come first, in this order, the others after them as they were."""
    async with ctx.db.write(actor) as write:
        meeting = await _running(ctx, actor, meeting_id, CHAIR)
        rows = await ctx.db.fetch(
            "SELECT id FROM conference.speech WHERE meeting_id = $1 AND state = 'asked' ORDER BY position, asked_at",
            meeting_id,
        )
        waiting = [row["id"] for row in rows]
        if set(speech_ids) - set(waiting):
            raise Conflict(_("The list of speakers has changed meanwhile. Look at it again."))
        order = [*dict.fromkeys(speech_ids), *(one for one in waiting if one not in set(speech_ids))]
        await ctx.db.execute(
            "UPDATE conference.speech s SET position = o.position FROM unnest($1::uuid[]) WITH ORDINALITY"
            " AS o (id, position) WHERE s.id = o.id",
            order,
        )
        await write.audit("conference.speakers.ordered", _of(meeting), detail={"order": order})
        await tell_hall(ctx, meeting_id, "speakers.ordered")


async def grant(ctx: Ctx, actor: Actor, speech_id: UUID) -> None:
    """Give the floor to somebody on the list.

    Raises Conflict while somebody else has it, unless this is an interposition.
    """
    async with ctx.db.write(actor) as write:
        speech, meeting = await _speech(ctx, actor, speech_id, "asked")
        await _begin(ctx, meeting, speech)
        await write.audit("conference.speech.granted", ref("speech", speech_id), detail={"ordinal": speech["ordinal"]})
        await tell_hall(ctx, meeting["id"], "speech.granted")


async def call(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID, *, kind: str = "speech") -> UUID:
    """Give the floor to somebody who is not on the list: at once, with the chair's consent on record."""
    async with ctx.db.write(actor) as write:
        meeting = await _running(ctx, actor, meeting_id, CHAIR)
        found = await ctx.db.fetch(
            "SELECT 1 FROM conference.attendee WHERE id = $1 AND meeting_id = $2 AND role <> 'staff'"
            " AND presence = 'present'",
            *(attendee_id, meeting_id),
        )
        if not found:
            raise Conflict(_("Only who is present may speak."))
        speech_id = await _waiting(ctx, meeting_id, attendee_id) or await _put(ctx, meeting, attendee_id, kind)
        speech, _meeting = await _speech(ctx, actor, speech_id, "asked")
        await _begin(ctx, meeting, speech)
        await write.audit("conference.speech.granted", ref("speech", speech_id), detail={"called": True})
        await tell_hall(ctx, meeting_id, "speech.granted")
        return speech_id


async def extend(ctx: Ctx, actor: Actor, speech_id: UUID, seconds: int, reason: str = "") -> None:
    """The chair extends a speech; what was given is on record. Raises Conflict where the rules do not allow it."""
    if not 0 < seconds <= LONGEST_EXTENSION:
        raise Invalid(_("A speech is extended by up to an hour."))
    async with ctx.db.write(actor) as write:
        speech, meeting = await _speech(ctx, actor, speech_id, "speaking")
        article = _require_extension(meeting, speech, seconds)
        await ctx.db.execute(
            "UPDATE conference.speech SET extended_seconds = extended_seconds + $2 WHERE id = $1", speech_id, seconds
        )
        detail = {"seconds": seconds, "article": article}
        await write.audit("conference.speech.extended", ref("speech", speech_id), detail=detail, reason=reason)
        await tell_hall(ctx, meeting["id"], "speech.extended")


async def finish(ctx: Ctx, actor: Actor, speech_id: UUID) -> None:
    """The speech is over: how long it took is on record."""
    async with ctx.db.write(actor) as write:
        speech, meeting = await _speech(ctx, actor, speech_id, "speaking")
        now = ctx.clock.now()
        await ctx.db.execute("UPDATE conference.speech SET state = 'done', ended_at = $2 WHERE id = $1", speech_id, now)
        spoken = round((now - speech["started_at"]).total_seconds())
        await write.audit("conference.speech.finished", ref("speech", speech_id), detail={"seconds": spoken})
        await tell_hall(ctx, meeting["id"], "speech.finished")


# Below: what the acts above share. All of it runs inside their transaction.


async def _running(ctx: Ctx, actor: Actor, meeting_id: UUID, permission: str) -> dict[str, Any]:
    meeting = await meeting_for(ctx, actor, meeting_id, permission, lock=True)
    _require_open(meeting)
    return meeting


async def _locked(ctx: Ctx, meeting_id: UUID) -> dict[str, Any]:
    """The meeting of an attendee, whose right to it was found already."""
    return (await ctx.db.fetch("SELECT * FROM conference.meeting WHERE id = $1 FOR UPDATE", meeting_id))[0]


def _require_open(meeting: dict[str, Any]) -> None:
    if meeting["state"] != "open":
        raise Conflict(_("The meeting is not in session."))


def _of(meeting: dict[str, Any]) -> Any:
    return ref("meeting", meeting["id"])


async def _waiting(ctx: Ctx, meeting_id: UUID, attendee_id: UUID) -> UUID | None:
    rows = await ctx.db.fetch(
        "SELECT id FROM conference.speech WHERE meeting_id = $1 AND attendee_id = $2 AND state = 'asked'",
        *(meeting_id, attendee_id),
    )
    return rows[0]["id"] if rows else None


async def _put(ctx: Ctx, meeting: dict[str, Any], attendee_id: UUID, kind: str) -> UUID:
    """A new request at the end of the list, counted as this person's next speech on the item."""
    identifier = new_id()
    await ctx.db.execute(PUT, identifier, meeting["id"], meeting["item_id"], attendee_id, kind, ctx.clock.now())
    return identifier


PUT = """
INSERT INTO conference.speech (id, meeting_id, item_id, attendee_id, kind, asked_at, ordinal, position)
SELECT $1, $2, $3::uuid, $4, $5::text, $6,
  (SELECT 1 + count(*) FROM conference.speech WHERE meeting_id = $2 AND attendee_id = $4
     AND item_id IS NOT DISTINCT FROM $3::uuid AND kind = $5::text AND state IN ('speaking', 'done')),
  (SELECT 1 + coalesce(max(position), 0) FROM conference.speech WHERE meeting_id = $2 AND state = 'asked')
"""


async def _speech(ctx: Ctx, actor: Actor, speech_id: UUID, state: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A speech in `state` and its meeting, both locked, for the chair. Raises NotFound, Conflict."""
    rows = await ctx.db.fetch("SELECT meeting_id FROM conference.speech WHERE id = $1", speech_id)
    if not rows:
        raise NotFound(_("There is no such speech."))
    meeting = await _running(ctx, actor, rows[0]["meeting_id"], CHAIR)
    speech = (await ctx.db.fetch("SELECT * FROM conference.speech WHERE id = $1 FOR UPDATE", speech_id))[0]
    if speech["state"] != state:
        raise Conflict(_("The list of speakers has changed meanwhile. Look at it again."))
    return speech, meeting


async def _require_provided(ctx: Ctx, meeting: dict[str, Any], speech_id: UUID) -> None:
    """Refuse a request for a speech that the rules do not provide for; the chair may still call the person."""
    speech = (await ctx.db.fetch("SELECT kind, ordinal FROM conference.speech WHERE id = $1", speech_id))[0]
    rule = allowance_of(meeting, speech["ordinal"])
    if speech["kind"] == "speech" and rule.minutes == 0:
        raise Conflict(
            _(
                "The rules provide for no further speech of yours on this item. {article}",
                article=article_of(rule.article),
            )
        )


def _require_extension(meeting: dict[str, Any], speech: dict[str, Any], seconds: int) -> str:
    """The article that lets the chair extend this speech by so much. Raises Conflict where there is none."""
    if speech["allowed_seconds"] is None:
        raise Conflict(_("This speech has no limit, so there is nothing to extend."))
    rule = allowance_of(meeting, speech["ordinal"])
    article = article_of(rule.article)
    if not rule.extension and rule.minutes != 0:
        raise Conflict(_("The rules of this body do not let the chair extend this speech. {article}", article=article))
    limit = rule.extension_minutes
    if limit is not None and speech["extended_seconds"] + seconds > limit * 60:
        raise Conflict(_("The chair may extend it by {minutes} minutes. {article}", minutes=limit, article=article))
    return article


async def _begin(ctx: Ctx, meeting: dict[str, Any], speech: dict[str, Any]) -> None:
    if speech["kind"] == "speech":
        others = await ctx.db.fetch(
            "SELECT a.name FROM conference.speech s JOIN conference.attendee a ON a.id = s.attendee_id"
            " WHERE s.meeting_id = $1 AND s.state = 'speaking' AND s.kind = 'speech'",
            meeting["id"],
        )
        if others:
            raise Conflict(_("{name} has the floor. Finish that speech first.", name=others[0]["name"]))
    limit = allowed_seconds(meeting, speech["ordinal"]) if speech["kind"] == "speech" else None
    await ctx.db.execute(
        "UPDATE conference.speech SET state = 'speaking', started_at = $2, allowed_seconds = $3 WHERE id = $1",
        *(speech["id"], ctx.clock.now(), limit),
    )
