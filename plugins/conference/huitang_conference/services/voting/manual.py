"""Acts that two people do: one asks, another with the permission to confirm says yes within a few minutes.

A module that has such an act registers what is done on confirmation:

    @act("poll.hands")
    async def hands(ctx, actor, meeting, detail): ...

The function runs inside the write of the confirmation, with the meeting locked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.services.access import CHAIR, CONFIRM, OPERATE, Ctx, _, meeting_for, ref
from huitang_conference.services.state import tell_desk
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, NotFound

Done = Callable[[Ctx, Actor, dict[str, Any], dict[str, Any]], Awaitable[None]]
ACTS: dict[str, Done] = {}


def act(name: str) -> Callable[[Done], Done]:
    """Register what the act of this name does once it is confirmed."""

    def register(done: Done) -> Done:
        ACTS[name] = done
        return done

    return register


INSERT = """
INSERT INTO conference.manual_act (id, meeting_id, act, detail, asked_by, asked_at)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6)
"""


async def ask(ctx: Ctx, actor: Actor, meeting_id: UUID, name: str, detail: Mapping[str, Any]) -> UUID:
    """Ask for an act; nothing happens yet. Returns its id. Raises Forbidden for whoever is not a signed-in person."""
    if actor.account_id is None:
        raise Forbidden(_("Only a person can ask for this."))
    permission = CHAIR if ctx.permissions.may(actor, CHAIR) else OPERATE
    async with ctx.db.write(actor) as write:
        meeting = await meeting_for(ctx, actor, meeting_id, permission, lock=True)
        act_id = new_id()
        text = msgspec.json.encode(detail).decode()
        await ctx.db.execute(INSERT, act_id, meeting["id"], name, text, actor.account_id, ctx.clock.now())
        await write.audit("conference.act.asked", ref("manual_act", act_id), detail={"act": name, **detail})
        await tell_desk(ctx, meeting_id, "act.asked", id=act_id, act=name, detail=detail, asked_by=actor.name)
    return act_id


async def confirm(ctx: Ctx, actor: Actor, act_id: UUID) -> None:
    """Confirm another person's act, which is done now. Raises Conflict when it has expired, was decided, or is one's
    own."""
    async with ctx.db.write(actor) as write:
        meeting, row = await _asked(ctx, actor, act_id)
        if row["asked_at"] + timedelta(seconds=ctx.settings.confirm_seconds) < ctx.clock.now():
            raise Conflict(_("Nobody confirmed this in time; ask for it again."))
        if actor.account_id is None or actor.account_id == row["asked_by"]:
            raise Conflict(_("A second person has to confirm this, not the one who asked for it."))
        await ACTS[row["act"]](ctx, actor, meeting, msgspec.json.decode(row["detail"]))
        await _decide(ctx, actor, row, "confirmed")
        await write.audit("conference.act.confirmed", ref("manual_act", act_id), detail={"act": row["act"]})
        await tell_desk(ctx, meeting["id"], "act.confirmed", id=act_id, act=row["act"])


async def refuse(ctx: Ctx, actor: Actor, act_id: UUID, reason: str = "") -> None:
    """Say no to an act: as the second person, or as the one who asked for it."""
    async with ctx.db.write(actor) as write:
        meeting, row = await _asked(ctx, actor, act_id, or_own=True)
        await _decide(ctx, actor, row, "refused")
        await write.audit(
            "conference.act.refused", ref("manual_act", act_id), detail={"act": row["act"]}, reason=reason
        )
        await tell_desk(ctx, meeting["id"], "act.refused", id=act_id, act=row["act"])


async def waiting(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[dict[str, Any]]:
    """The acts of a meeting that wait for a second person, oldest first: id, act, detail, asked_by, asked_at."""
    permission = next((p for p in (CONFIRM, CHAIR) if ctx.permissions.may(actor, p)), OPERATE)
    await meeting_for(ctx, actor, meeting_id, permission)
    rows = await ctx.db.fetch(
        "SELECT id, act, detail, asked_by, asked_at FROM conference.manual_act"
        " WHERE meeting_id = $1 AND state = 'asked' AND asked_at > $2 ORDER BY asked_at",
        meeting_id,
        ctx.clock.now() - timedelta(seconds=ctx.settings.confirm_seconds),
    )
    return [row | {"detail": msgspec.json.decode(row["detail"])} for row in rows]


async def _asked(
    ctx: Ctx, actor: Actor, act_id: UUID, *, or_own: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = await ctx.db.fetch("SELECT meeting_id, asked_by FROM conference.manual_act WHERE id = $1", act_id)
    if not rows:
        raise NotFound(_("There is no such act to confirm."))
    own = or_own and actor.account_id is not None and rows[0]["asked_by"] == actor.account_id
    permission = (CHAIR if ctx.permissions.may(actor, CHAIR) else OPERATE) if own else CONFIRM
    meeting = await meeting_for(ctx, actor, rows[0]["meeting_id"], permission, lock=True)
    row = (await ctx.db.fetch("SELECT * FROM conference.manual_act WHERE id = $1 FOR UPDATE", act_id))[0]
    if row["state"] != "asked":
        raise Conflict(_("This has been decided already."))
    return meeting, row


async def _decide(ctx: Ctx, actor: Actor, row: Mapping[str, Any], state: str) -> None:
    await ctx.db.execute(
        "UPDATE conference.manual_act SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1",
        row["id"],
        state,
        actor.account_id,
        ctx.clock.now(),
    )
