"""A petitioner's right to ask for a review (复查) and a re-review (复核): until when it runs, and the day it was used.

Source: 信访工作条例 arts. 35 and 36: within 30 days of receiving the answer, and of the review. Closing a matter does
not end the right. What counts is the day of asking, not the day on which the office takes it up. So it is with the
objection of an organ (art. 23): what counts is the day on which it sent the matter back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from huitang_petitions.services import limits
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.rules import rule_book
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import TIMEZONE

EVENTS = {"review": "review_requested", "recheck": "recheck_requested"}
"""The steps that can be asked for, and what the clock calls the asking."""
AFTER = {
    "review": ["answered", "settled"],
    "recheck": ["review_answered"],
    "object": ["transferred_in", "assigned_in", "assigned_out"],
}
"""The steps that have a day of their own, and what each comes after."""
_LAST = """
SELECT max(d.due) AS due FROM petitions.deadline d JOIN petitions.matter m ON m.id = d.matter_id
WHERE (m.id = $1 OR ($3 AND m.merged_into = $1)) AND d.limit_id = ANY($2) AND d.state = ANY($4)
"""
_ANSWERED = "SELECT max(at) AS at FROM petitions.event WHERE matter_id = $1 AND kind = ANY($2)"


async def last_day(ctx: Ctx, matter: Mapping[str, Any], step: str, *, joined: bool = False) -> date | None:
    """The last day on which a step can be asked for, also after that day; None when there is no such right, or when it
    was used. `joined`: of this matter or of one that is joined to it, whichever is later."""
    profile = (await rule_book(ctx)).profile_for(matter["organisation_id"], limits.day_of(matter["received_at"]))
    rights = [one.id for one in profile.limits if one.kind == "right" and EVENTS[step] in one.satisfied_by]
    states = ["running", "extended", "expired"]
    found: date | None = (await ctx.db.fetch(_LAST, matter["id"], rights, joined, states))[0]["due"]
    return found


async def check_day(ctx: Ctx, matter: Mapping[str, Any], step: str, day: date | None) -> None:
    """Raises Invalid at `asked_on` for a day before what the step comes after (the answer, the transfer), one that is
    still to come, and, once the matter is closed, for one after the last day of the right. Without a day it is today.
    """
    today = ctx.clock.today()
    if day and step not in AFTER:
        wrong = _("This step has no day of its own.")
        raise Invalid(wrong, fields={"asked_on": wrong})
    if day:
        answered = (await ctx.db.fetch(_ANSWERED, matter["id"], AFTER[step]))[0]["at"]
        first = limits.day_of(answered or matter["received_at"])
        if not first <= day <= today:
            wrong = _("Give a day from {first} to {last}.", first=first, last=today)
            raise Invalid(wrong, fields={"asked_on": wrong})
    if step in EVENTS and matter["state"] == "closed":
        last = await last_day(ctx, matter, step, joined=True)
        if last and (day or today) > last:
            wrong = _("The time to ask for it ended on {day}. If it was asked for in time, say on which day.", day=last)
            raise Invalid(wrong, fields={"asked_on": wrong})


def moment_of(ctx: Ctx, detail: Mapping[str, Any]) -> datetime | None:
    """When an event happened that came with a day: at the end of that day, since its time is not known; else None."""
    day = date.fromisoformat(detail["asked_on"]) if detail.get("asked_on") else None
    if day is None or day == ctx.clock.today():
        return None
    return datetime.combine(day, time(23, 59, 59), TIMEZONE)


async def offered(ctx: Ctx, matter: Mapping[str, Any], from_: Mapping[str, Sequence[str]]) -> tuple[str, date] | None:
    """What the petitioner of a matter can ask for today, and until when. `from_` has the states it is possible from;
    a matter that is joined to another is where that one is."""
    for step in ("recheck", "review"):
        last = await last_day(ctx, matter, step) if matter["state"] in from_[step] else None
        if last and ctx.clock.today() <= last:
            return step, last
    return None


async def closed_for_good(ctx: Ctx, matter_id: UUID, step: str) -> bool:
    """Whether nobody has the right to ask for a step in a closed matter."""
    (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1", matter_id)
    return await last_day(ctx, row, step, joined=True) is None
