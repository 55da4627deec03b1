"""The day on which a petitioner received a decision in writing: their time to object to it runs from that day.

Source: 信访工作条例 art. 35 and 36 (自收到书面答复之日起30日内). A decision goes by post, and the receipt comes back
days later: until then the time runs from the day of the decision.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.clock import Profile
from huitang_petitions.services import access, limits, steps
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.rules import rule_book
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid

PERMISSIONS = {"answered": access.HANDLE}
"""Who answers says when it was delivered; every other decision is a reviewing organ's."""
ENDED_BY = ("review_requested", "recheck_requested", "reopened")
"""After these a delivery is not later any more: the petitioner had the paper."""
_EVENTS = """
SELECT id, kind, at, detail ->> 'delivered' AS delivered FROM petitions.event WHERE matter_id = $1 ORDER BY at, id
"""


class Decision(Struct, frozen=True, kw_only=True):
    """The newest decision that is delivered in writing; `delivered` None while nobody said when it was."""

    event_id: UUID
    kind: str
    day: date
    last: date
    delivered: date | None


async def decision_of(ctx: Ctx, matter_id: UUID, profile: Profile) -> Decision | None:
    """It can have been delivered from `day` to `last`."""
    kinds = {kind for limit in profile.limits if limit.start_day == "delivered" for kind in limit.start}
    found, last = None, ctx.clock.today()
    for event in await ctx.db.fetch(_EVENTS, matter_id):
        if event["kind"] in kinds:
            found, last = event, ctx.clock.today()
        elif event["kind"] in ENDED_BY:
            last = min(last, limits.day_of(event["at"]))
    if found is None:
        return None
    delivered = date.fromisoformat(found["delivered"][:10]) if found["delivered"] else None
    return Decision(
        event_id=found["id"], kind=found["kind"], day=limits.day_of(found["at"]), last=last, delivered=delivered
    )


def permission_for(decision: Decision) -> str:
    """Who may say when it was delivered."""
    return PERMISSIONS.get(decision.kind, access.REVIEW)


async def deliver(ctx: Ctx, actor: Actor, matter_id: UUID, day: date | None) -> None:
    """Put on record when the newest decision was delivered; said again, the later word holds.

    Raises Conflict where nothing was decided in writing, Invalid for a day before the decision, one that is still to
    come, or one after the petitioner objected, and what `access.matter_for` raises.
    """
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.READ, lock=True)
        profile = (await rule_book(ctx)).profile_for(row["organisation_id"], limits.day_of(row["received_at"]))
        decision = await decision_of(ctx, matter_id, profile)
        if decision is None:
            raise Conflict(_("Nothing was decided in writing yet."))
        await access.matter_for(ctx, actor, matter_id, permission_for(decision))
        if day is None or not decision.day <= day <= decision.last:
            wrong = _("Give a day from {first} to {last}.", first=decision.day, last=decision.last)
            raise Invalid(wrong, fields={"delivered": wrong})
        detail = msgspec.json.encode({"delivered": day}).decode()
        await ctx.db.execute(
            "UPDATE petitions.event SET detail = detail || $2::text::jsonb WHERE id = $1", decision.event_id, detail
        )
        await limits.renew(ctx, row)
        await write.audit(
            "petitions.matter.delivered",
            access.ref(matter_id),
            detail={"event": str(decision.event_id), "day": str(day)},
        )
        await steps.begun(ctx, write, row)
        await ctx.workflow.recount(write, access.ref(matter_id))
