"""What the operator puts on the seats and on the hall screen: a pushed page, and what the hall screen shows.

Both are part of the state of the hall, so that whoever connects later sees the same.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.services.access import OPERATE, Ctx, meeting_for, ref
from huitang_conference.services.state import tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")

SCREEN_MODES = ("auto", "agenda", "speaker", "poll", "attendance", "message", "blank")
"""What the hall screen shows; "auto" follows the meeting."""
PUSH_KINDS = ("text", "document", "agenda", "result")
"""What can be pushed to the seats."""
LONGEST_TITLE = 60
LONGEST_TEXT = 2000


async def show_on_screen(
    ctx: Ctx, actor: Actor, meeting_id: UUID, mode: str, *, title: str = "", text: str = ""
) -> None:
    """Choose what the hall screen shows. Raises Invalid for an unknown mode and for a message without words."""
    if mode not in SCREEN_MODES:
        raise Invalid(_("The hall screen cannot show that."), fields={"mode": _("Choose one of the list.")})
    screen: dict[str, Any] = {"mode": mode}
    if mode == "message":
        screen |= _words(title, text)
    async with ctx.db.write(actor) as write:
        await meeting_for(ctx, actor, meeting_id, OPERATE, lock=True)
        await ctx.db.execute(
            "UPDATE conference.meeting SET screen = $2::text::jsonb WHERE id = $1", meeting_id, _json(screen)
        )
        await write.audit("conference.screen.chosen", ref("meeting", meeting_id), detail=screen)
        await tell_hall(ctx, meeting_id, "screen.chosen")


async def push_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, kind: str, *, title: str = "", text: str = "", subject: UUID | None = None
) -> None:
    """Put a page on every seat: words, the agenda, a document of the meeting, or an announced result.

    `subject` is the document's or the poll's id. Raises Invalid, NotFound for a document or poll of another meeting,
    Conflict for a document that was withdrawn and for a result that was not announced yet.
    """
    if kind not in PUSH_KINDS:
        raise Invalid(_("This cannot be pushed to the seats."), fields={"kind": _("Choose one of the list.")})
    async with ctx.db.write(actor) as write:
        await meeting_for(ctx, actor, meeting_id, OPERATE, lock=True)
        push: dict[str, Any] = {"id": str(new_id()), "kind": kind, "at": ctx.clock.now().isoformat()}
        push |= await _pushed(ctx, meeting_id, kind, title, text, subject)
        await ctx.db.execute(
            "UPDATE conference.meeting SET push = $2::text::jsonb WHERE id = $1", meeting_id, _json(push)
        )
        await write.audit("conference.page.pushed", ref("meeting", meeting_id), detail=push)
        await tell_hall(ctx, meeting_id, "page.pushed")


async def take_page_back(ctx: Ctx, actor: Actor, meeting_id: UUID) -> None:
    """Nothing is pushed any more; the seats go back to what they showed. Raises Conflict when nothing was pushed."""
    async with ctx.db.write(actor) as write:
        meeting = await meeting_for(ctx, actor, meeting_id, OPERATE, lock=True)
        if meeting["push"] is None:
            raise Conflict(_("Nothing is pushed to the seats."))
        await ctx.db.execute("UPDATE conference.meeting SET push = NULL WHERE id = $1", meeting_id)
        await write.audit("conference.page.taken_back", ref("meeting", meeting_id))
        await tell_hall(ctx, meeting_id, "page.taken_back")


async def _pushed(ctx: Ctx, meeting_id: UUID, kind: str, title: str, text: str, subject: UUID | None) -> dict[str, Any]:
    if kind == "text":
        return _words(title, text)
    if kind == "agenda":
        return {"title": _("Agenda")}
    if kind == "document":
        document = await _row(ctx, "document", subject, meeting_id)
        if document["is_withdrawn"]:
            raise Conflict(_("This document was withdrawn; the seats cannot read it any more."))
        return {"title": document["title"], "document_id": str(subject), "audience": document["audience"]}
    poll = await _row(ctx, "poll", subject, meeting_id)
    if poll["announced_at"] is None or poll["result"] is None:
        raise Conflict(_("This result was not announced yet."))
    return {"title": poll["title"], "poll_id": str(subject), "result": msgspec.json.decode(poll["result"])}


async def _row(ctx: Ctx, table: str, identifier: UUID | None, meeting_id: UUID) -> dict[str, Any]:
    rows = await ctx.db.fetch(
        f"SELECT * FROM conference.{table} WHERE id = $1 AND meeting_id = $2", identifier, meeting_id
    )
    if not rows:
        raise NotFound(_("This meeting has nothing of the kind."))
    return rows[0]


def _words(title: str, text: str) -> dict[str, str]:
    title, text = title.strip(), text.strip()
    if not title and not text:
        raise Invalid(_("Write what is to be shown."), fields={"text": _("Write what is to be shown.")})
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        message = _(
            "A title has up to {title} characters, a text up to {text}.", title=LONGEST_TITLE, text=LONGEST_TEXT
        )
        raise Invalid(message, fields={"text": message})
    return {"title": title, "text": text}


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
