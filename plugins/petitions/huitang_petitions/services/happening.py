"""Putting on record what happened to a matter: the event, what it does to the limits, and the audit, in one write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from huitang_petitions.services import limits
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.rules import rule_book
from huitang_petitions.tables import MatterEvent
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict


async def record(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    matter: Mapping[str, Any],
    kind: str,
    *,
    at: datetime | None = None,
    detail: Mapping[str, Any] | None = None,
    shown: bool = False,
    event_id: UUID | None = None,
    audit: bool = True,
) -> UUID:
    """Add an event of the clock's words (`events.toml`) to a matter and reckon its limits anew.

    `matter` is its locked row; `detail` what the clock needs (organ, days, approver …), never personal data; `shown`
    makes it one of the facts that the petitioner sees with the code. `audit` False is for a step of the workflow, which
    is audited itself. Raises Conflict when the event contradicts what happened before, or would have no effect (a
    second extension, one without an approver), with the clock's reason.
    """
    now = ctx.clock.now()
    event = MatterEvent(
        id=event_id or new_id(),
        matter_id=matter["id"],
        kind=kind,
        at=at or now,
        detail=msgspec.json.encode(detail or {}).decode(),
        shown=shown,
        actor_id=actor.id,
        recorded_at=now,
    )
    await MatterEvent.insert(event)
    useless = await limits.renew(ctx, matter, about=event.id)
    if useless:
        raise Conflict(" ".join(map(limits.said, useless)))
    if audit:
        await write.audit(f"petitions.matter.{kind}", ref(matter["id"]), detail=detail or {})
    return event.id


async def why_useless(
    ctx: Ctx, matter: Mapping[str, Any], kind: str, detail: Mapping[str, Any], at: datetime | None = None
) -> str:
    """Why an event would have no effect if it happened now, or `at`, "" if it has one. Conflict when it would
    contradict."""
    rules = await rule_book(ctx)
    profile = rules.profile_for(matter["organisation_id"], limits.day_of(matter["received_at"]))
    happened = [*await limits.events_of(ctx, matter["id"]), limits.Happened(kind, at or ctx.clock.now(), detail)]
    _due, useless = limits.reckon(profile, matter["kind"], happened, ctx.clock.today(), rules.calendar)
    # Of two events of one kind at one moment the clock may take the later one first, and refuse the other.
    places = {f"$.events[{place}]" for place, one in enumerate(happened) if one.kind == kind}
    return " ".join(limits.said(remark) for remark in useless if remark.path in places)


async def follow(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    matter: Mapping[str, Any],
    kind: str,
    *,
    detail: Mapping[str, Any],
    shown: bool,
    at: datetime | None = None,
) -> bool:
    """The same for a matter that is joined to the one it happened to; what does not fit its own clock is left out.

    It may have been answered by itself before it was joined, or accepted never, so that nothing can be extended: then
    the answer is False.
    """
    try:
        if await why_useless(ctx, matter, kind, detail, at):
            return False
    except Conflict:
        return False
    await record(ctx, write, actor, matter, kind, at=at, detail=detail, shown=shown)
    return True
