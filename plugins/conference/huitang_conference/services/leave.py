"""Leave 请假: asked for in writing by whoever is called, decided by staff or the chair, who is told of the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import CHAIR, MANAGE, READ, Ctx, in_scope, meeting_for, ref
from huitang_conference.services.roster import attendee_in
from huitang_conference.services.state import tell_desk, tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from huitang_sdk.i18n import DEFAULT_LOCALE, TIMEZONE, Translator, use_locale

_ = Translator("conference")
MAX_REASON = 1000
ASKED = "conference.leave_asked"
DECIDED = "conference.leave_decided"


class LeaveRequest(Struct, frozen=True, kw_only=True):
    """One request. Times are set for leave from a part of the meeting only."""

    id: UUID
    meeting_id: UUID
    attendee_id: UUID
    name: str
    title: str
    reason: str
    starts_at: datetime | None
    ends_at: datetime | None
    state: str
    answer: str
    decided_at: datetime | None
    created_at: datetime


SELECT = """
SELECT l.id, l.meeting_id, l.attendee_id, a.name, a.title, l.reason, l.starts_at, l.ends_at, l.state, l.answer,
    l.decided_at, l.created_at
FROM conference.leave_request l JOIN conference.attendee a ON a.id = l.attendee_id
"""


async def requests(ctx: Ctx, meeting_id: UUID, *, attendee_id: UUID | None = None) -> list[LeaveRequest]:
    """The requests of a meeting, undecided first; the caller has checked that the actor may see them."""
    rows = await ctx.db.fetch(
        f"{SELECT} WHERE l.meeting_id = $1 AND l.attendee_id = coalesce($2::uuid, l.attendee_id)"
        " ORDER BY l.state <> 'asked', l.created_at",
        meeting_id,
        attendee_id,
    )
    return [LeaveRequest(**row) for row in rows]


async def ask(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    reason: str,
    *,
    attendee_id: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """Ask for leave for oneself, or (staff) enter the request of an attendee who asked on paper.

    Raises Invalid without a reason, Conflict when one waits already or the meeting is over.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        message = _("Give the reason, in at most {count} characters.", count=MAX_REASON)
        raise Invalid(message, fields={"reason": message})
    if starts_at and ends_at and ends_at <= starts_at:
        message = _("The leave ends before it begins.")
        raise Invalid(message, fields={"ends_at": message})
    async with ctx.db.write(actor) as write:
        meeting = await meeting_for(ctx, actor, meeting_id, MANAGE if attendee_id else READ)
        attendee = await _who(ctx, actor, meeting_id, attendee_id)
        if meeting["state"] not in ("convened", "open", "adjourned"):
            raise Conflict(_("Leave can be asked for from the call until the meeting closes."))
        waiting = "SELECT 1 FROM conference.leave_request WHERE attendee_id = $1 AND state = 'asked'"
        if await ctx.db.fetch(waiting, attendee["id"]):
            raise Conflict(_("A request waits for an answer already."))
        request_id = new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.leave_request (id, meeting_id, attendee_id, reason, starts_at, ends_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            *(request_id, meeting_id, attendee["id"], reason, starts_at, ends_at, ctx.clock.now()),
        )
        detail = {"request_id": request_id, "name": attendee["name"]}
        await write.audit("conference.leave.asked", ref("meeting", meeting_id), detail=detail, reason=reason)
        await tell_desk(ctx, meeting_id, "leave.asked", attendee_id=attendee["id"], name=attendee["name"])
        if meeting["rehearsal_of"] is None:
            await _tell_staff(ctx, meeting, request_id, str(attendee["name"]))
    return request_id


async def _who(ctx: Ctx, actor: Actor, meeting_id: UUID, attendee_id: UUID | None) -> dict[str, Any]:
    if attendee_id is not None:
        return dict(await attendee_in(ctx, meeting_id, attendee_id))
    rows = await ctx.db.fetch(
        "SELECT * FROM conference.attendee WHERE meeting_id = $1 AND account_id = $2", meeting_id, actor.account_id
    )
    if not rows:
        raise NotFound(_("There is no such meeting, or you are not called to it."))
    return rows[0]


async def _tell_staff(ctx: Ctx, meeting: dict[str, Any], request_id: UUID, name: str) -> None:
    """Put the decision on the list of those who prepare the meeting."""
    people = await ctx.identity.accounts(await ctx.permissions.holders(MANAGE, meeting["organisation_id"]))
    url = f"/conference/meetings/{meeting['id']}/attendance#leave"
    for account in people.values():
        with use_locale(account.locale or DEFAULT_LOCALE):
            title = _("{name} asks for leave: {meeting}", name=name, meeting=meeting["title"])
        await ctx.todos.open(
            ASKED,
            subject=ref("leave", request_id),
            assignee=account.id,
            title=title,
            url=url,
            due=meeting["starts_at"].astimezone(TIMEZONE).date(),
        )


async def decide(ctx: Ctx, actor: Actor, request_id: UUID, *, granted: bool, answer: str = "") -> None:
    """Grant or refuse; a refusal needs an answer. Whoever has leave for the whole meeting is excused.

    For staff and the chair of the meeting. Raises NotFound out of reach, Conflict when it was decided meanwhile.
    """
    if not granted and not answer.strip():
        message = _("Say why leave is refused.")
        raise Invalid(message, fields={"answer": message})
    async with ctx.db.write(actor) as write:
        row = await _to_decide(ctx, actor, request_id)
        state = "granted" if granted else "refused"
        await ctx.db.execute(
            "UPDATE conference.leave_request SET state = $2, decided_by = $3, decided_at = $4, answer = $5"
            " WHERE id = $1",
            *(request_id, state, actor.id, ctx.clock.now(), answer.strip()),
        )
        detail = {"request_id": request_id, "name": row["name"]}
        action = f"conference.leave.{state}"
        await write.audit(action, ref("meeting", row["meeting_id"]), detail=detail, reason=answer)
        await ctx.todos.close(ref("leave", request_id))
        if granted and row["starts_at"] is None and row["ends_at"] is None:
            await _excuse(ctx, row, actor, "excused", ("expected",))
        await _answer(ctx, row, state, answer.strip())


async def withdraw(ctx: Ctx, actor: Actor, request_id: UUID) -> None:
    """Take one's own request back, also when it was granted: then one is expected again."""
    async with ctx.db.write(actor) as write:
        rows = await ctx.db.fetch(
            f"{SELECT} WHERE l.id = $1 AND a.account_id = $2 AND l.state IN ('asked', 'granted')",
            request_id,
            actor.account_id,
        )
        if not rows:
            raise NotFound(_("There is no such request, or it cannot be taken back any more."))
        row = rows[0]
        meeting = await meeting_for(ctx, actor, row["meeting_id"], READ)
        if meeting["state"] not in ("convened", "open", "adjourned"):
            raise Conflict(_("The meeting is over."))
        await ctx.db.execute("UPDATE conference.leave_request SET state = 'withdrawn' WHERE id = $1", request_id)
        await write.audit("conference.leave.withdrawn", ref("meeting", row["meeting_id"]), detail={"name": row["name"]})
        await ctx.todos.close(ref("leave", request_id))
        await _excuse(ctx, row, actor, "expected", ("excused",))


async def _to_decide(ctx: Ctx, actor: Actor, request_id: UUID) -> dict[str, Any]:
    held = [permission for permission in (MANAGE, CHAIR) if ctx.permissions.may(actor, permission)]
    if not held:
        raise Forbidden(_("Leave is decided by the staff or the chair."), permission=MANAGE)
    sql = Sql(request_id)
    scope = " OR ".join(in_scope(ctx, actor, permission, sql) for permission in held)
    rows = await ctx.db.fetch(
        f"""
        SELECT l.*, a.name, a.account_id, m.title AS meeting, m.rehearsal_of, m.state AS meeting_state
        FROM conference.leave_request l JOIN conference.attendee a ON a.id = l.attendee_id
        JOIN conference.meeting m ON m.id = l.meeting_id WHERE l.id = $1 AND ({scope}) FOR UPDATE OF l
        """,
        *sql.values,
    )
    if not rows:
        raise NotFound(_("There is no such request, or it is not yours to decide."))
    if rows[0]["state"] != "asked":
        raise Conflict(_("This request was decided already, or taken back."))
    if rows[0]["meeting_state"] in ("closed", "archived"):
        raise Conflict(_("The meeting is over."))
    return rows[0]


async def _excuse(ctx: Ctx, row: dict[str, Any], actor: Actor, presence: str, before: tuple[str, ...]) -> None:
    changed = await ctx.db.fetch(
        """
        UPDATE conference.attendee SET presence = $2, presence_at = $4, presence_how = '' WHERE id = $1
            AND presence = ANY($3::text[]) RETURNING id
        """,
        *(row["attendee_id"], presence, list(before), ctx.clock.now()),
    )
    if changed:
        await ctx.db.execute(
            "INSERT INTO conference.presence_event (id, meeting_id, attendee_id, at, presence, how, actor_id)"
            " VALUES ($1, $2, $3, $4, $5, 'leave', $6)",
            *(new_id(), row["meeting_id"], row["attendee_id"], ctx.clock.now(), presence, actor.id),
        )
    await tell_hall(ctx, row["meeting_id"], "leave.decided")


async def _answer(ctx: Ctx, row: dict[str, Any], state: str, answer: str) -> None:
    await tell_desk(ctx, row["meeting_id"], "leave.decided", attendee_id=row["attendee_id"], state=state)
    if row["account_id"] is None or row["rehearsal_of"] is not None:
        return
    await ctx.notifications.send(
        DECIDED,
        [row["account_id"]],
        key=str(row["id"]),
        url=f"/conference/mine/{row['meeting_id']}",
        data={"meeting": row["meeting"], "granted": "yes" if state == "granted" else "", "answer": answer},
        subject=ref("meeting", row["meeting_id"]),
    )


async def drop(ctx: Ctx, meeting_id: UUID) -> None:
    """Inside a write: close what is on people's lists when a meeting has closed."""
    for row in await ctx.db.fetch(
        "SELECT id FROM conference.leave_request WHERE meeting_id = $1 AND state = 'asked'", meeting_id
    ):
        await ctx.todos.close(ref("leave", row["id"]))
