"""Notices 会议通知: the call to a meeting, early enough by the rules, and the reminder the day before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import MANAGE, Ctx, meeting_to_change, ref
from huitang_conference.services.rulebook import article_of, profile_of
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import TIMEZONE, Translator, format_time, use_locale

_ = Translator("conference")
CALLED = "conference.called"
REMINDER = "conference.reminder"


class Period(Struct, frozen=True, kw_only=True):
    """How many days before the meeting the notice has to go out, and how many are left. `asked` is None without a
    rule."""

    asked: int | None
    left: int
    article: str

    @property
    def is_short(self) -> bool:
        return self.asked is not None and self.left < self.asked


def period(meeting: dict[str, Any], today: date) -> Period:
    """The notice period of a meeting as seen today: calendar days between today and its first day."""
    profile = profile_of(meeting)
    rule = profile.notice_days
    left = (meeting["starts_at"].astimezone(TIMEZONE).date() - today).days
    return Period(asked=rule.value if rule else None, left=left, article=article_of(profile.cite(rule)))


def check_period(ctx: Ctx, meeting: dict[str, Any], reason: str) -> Period:
    """Raises Invalid, citing the article, for a notice that is too late and has no reason."""
    days = period(meeting, ctx.clock.today())
    if days.is_short and not reason.strip():
        message = _(
            "The notice is due {asked} days before the meeting, {left} are left. Give a reason to send it all the same."
            " {article}",
            asked=days.asked,
            left=max(days.left, 0),
            article=days.article,
        ).strip()
        raise Invalid(message, fields={"reason": message})
    return days


async def send_call(ctx: Ctx, meeting_id: UUID) -> int:
    """Inside a write: tell everybody on the roster who has an account; returns how many."""
    rows = await ctx.db.fetch("SELECT * FROM conference.meeting WHERE id = $1", meeting_id)
    meeting = rows[0]
    if meeting["rehearsal_of"] is not None:
        return 0
    people = await _accounts(ctx, meeting_id)
    await ctx.db.execute(
        "UPDATE conference.meeting SET notice_sent_at = $2, version = version + 1 WHERE id = $1",
        meeting_id,
        ctx.clock.now(),
    )
    await _send(ctx, CALLED, meeting, people, key=f"{meeting_id}:{meeting['version'] + 1}")
    return len(people)


async def send_again(ctx: Ctx, actor: Actor, meeting_id: UUID) -> int:
    """Tell everybody once more: time, place or agenda have changed."""
    async with ctx.db.write(actor) as write:
        meeting = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        if meeting["state"] not in ("convened", "open", "adjourned"):
            raise Conflict(_("Notices go out from the call until the meeting closes."))
        sent = await send_call(ctx, meeting_id)
        await _noted(write, meeting_id, sent)
    return sent


async def _noted(write: Write, meeting_id: UUID, sent: int) -> None:
    await write.audit("conference.notice.sent", ref("meeting", meeting_id), detail={"recipients": sent})


async def remind(ctx: Ctx, today: date) -> int:
    """Remind everybody of the meetings of tomorrow; once, however often it runs. Returns how many meetings."""
    begins = today + timedelta(days=1)
    rows = await ctx.db.fetch(
        """
        SELECT * FROM conference.meeting WHERE state = 'convened' AND rehearsal_of IS NULL
            AND (starts_at AT TIME ZONE 'Asia/Shanghai')::date = $1
        """,
        begins,
    )
    for meeting in rows:
        people = await _accounts(ctx, meeting["id"], excused=False)
        async with ctx.db.write(SYSTEM) as write:
            await _send(ctx, REMINDER, meeting, people, key=f"{meeting['id']}:{begins.isoformat()}")
            detail = {"recipients": len(people), "day": begins}
            await write.audit("conference.notice.reminded", ref("meeting", meeting["id"]), detail=detail)
    return len(rows)


async def _accounts(ctx: Ctx, meeting_id: UUID, *, excused: bool = True) -> list[UUID]:
    rows = await ctx.db.fetch(
        "SELECT DISTINCT account_id FROM conference.attendee WHERE meeting_id = $1 AND account_id IS NOT NULL"
        " AND ($2 OR presence <> 'excused')",
        meeting_id,
        excused,
    )
    return [row["account_id"] for row in rows]


async def _send(ctx: Ctx, kind: str, meeting: dict[str, Any], people: list[UUID], *, key: str) -> None:
    with use_locale("zh-CN"):
        begins = format_time(meeting["starts_at"])
    await ctx.notifications.send(
        kind,
        people,
        key=key,
        url=f"/conference/mine/{meeting['id']}",
        data={"meeting": meeting["title"], "begins": begins, "place": meeting["place"]},
        subject=ref("meeting", meeting["id"]),
    )
