"""What a petitioner is told by SMS or WeChat when a step is taken: the number, what happened, the last day if any.

Nothing of what the matter is about, nor of anybody in it: a telephone lies on tables. The rest is for the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import correspondence, limits
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.rules import rule_book


class Telling(Struct, frozen=True):
    """One kind of message: what operators see it called, and the event with which the limits begin that it names."""

    title: str
    begins: str = ""


TELLING: Mapping[str, Telling] = {
    "told": Telling("A matter was received: the petitioner is told of its way"),
    "accepted": Telling("A matter was accepted", "accepted"),
    "refused": Telling("A matter was not accepted"),
    "transferred_out": Telling("A matter was transferred", "transferred_in"),
    "assigned_out": Telling("A matter was assigned", "assigned_in"),
    "merged": Telling("A matter was joined to another one"),
    "extended": Telling("A time limit was extended", "extended"),
    "settled": Telling("A settlement was put on record"),
    "answered": Telling("A matter was answered", "answered"),
    "review_requested": Telling("A review was taken up", "review_requested"),
    "review_answered": Telling("A review was decided", "review_answered"),
    "recheck_requested": Telling("A re-review was taken up", "recheck_requested"),
    "recheck_answered": Telling("A re-review was decided"),
    "closed": Telling("A matter was closed"),
    "reopened": Telling("A matter was opened again", "reopened"),
    "withdrawn": Telling("A matter was withdrawn"),
}
"""The events that are told; what is not here, the petitioner finds with the code."""
GIVEN = "petitions.letter"
SAMPLE = {"number": "2026-000042", "due": "2026-05-03"}


async def tell(ctx: Ctx, matter: Mapping[str, Any], kind: str, key: UUID, *, limit: str = "") -> None:
    """Tell the first of the petitioners who can be reached, once for each `key` (the event's id), in the open write.

    `limit` is the one an extension is about. Whoever reports in confidence is told nothing: they look with the code.
    """
    about = TELLING.get(kind)
    if about is None:
        return
    await send(ctx, matter, f"petitions.{kind}", key, due=await _last_day(ctx, matter, about.begins, limit))


async def send(ctx: Ctx, matter: Mapping[str, Any], message: str, key: UUID, **data: str) -> None:
    """Send a message to the first of the petitioners who can be reached."""
    recipient = None if matter["whistle"] else await correspondence.recipient_of(ctx, matter["id"])
    if recipient is not None:
        words = {"number": matter["number"], **data}
        await ctx.messages.send(message, recipient, key=str(key), data=words, subject=ref(matter["id"]))


async def _last_day(ctx: Ctx, matter: Mapping[str, Any], begins: str, limit: str) -> str:
    """The last day of the limit that begins so: of a duty, or else of the petitioner's right; "" for none."""
    if not begins:
        return ""
    profile = (await rule_book(ctx)).profile_for(matter["organisation_id"], limits.day_of(matter["received_at"]))
    wanted = [limit] if limit else [one.id for one in profile.limits if begins in one.start]
    rows = await ctx.db.fetch(
        "SELECT due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = ANY($2) AND due IS NOT NULL"
        " AND state IN ('running', 'extended') ORDER BY duty DESC, due LIMIT 1",
        *(matter["id"], wanted),
    )
    return rows[0]["due"].isoformat() if rows else ""
