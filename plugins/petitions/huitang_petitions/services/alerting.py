"""Telling whoever has a matter in hand that its petitioner wrote, or took it back: nobody looks every hour.

Of a matter that is joined to another they are those who handle that one.
"""

from __future__ import annotations

from uuid import UUID

from huitang_petitions.events import MatterSupplemented, MatterWithdrawn
from huitang_petitions.services import access, supervision
from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import NotificationKind

WROTE, TOOK_BACK = "petitions.wrote", "petitions.took_back"
KINDS = (
    NotificationKind(WROTE, "A petitioner added something, or answered"),
    NotificationKind(TOOK_BACK, "A petitioner withdrew a matter"),
)


async def on_supplement(ctx: Ctx, event: MatterSupplemented, delivery: Delivery) -> None:
    await _alert(ctx, event.matter_id, WROTE, delivery.event_id)


async def on_withdrawal(ctx: Ctx, event: MatterWithdrawn, delivery: Delivery) -> None:
    await _alert(ctx, event.matter_id, TOOK_BACK, delivery.event_id)


async def _alert(ctx: Ctx, matter_id: UUID, kind: str, key: UUID) -> None:
    """Once for each event, and never to whoever must stay away."""
    (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1", matter_id)
    people = await supervision.concerned(ctx, await supervision.in_hand(ctx, row), "urge")
    if not people:  # a report in confidence, say, that not everybody who handles matters may see
        holders = await ctx.permissions.holders(access.DECIDE, row["organisation_id"])
        people = await access.reaching(ctx, holders, matter_id)
    async with ctx.db.write(SYSTEM) as write:
        url, data = f"/petitions/matters/{matter_id}", {"number": row["number"]}
        await ctx.notifications.send(kind, people, key=str(key), url=url, data=data, subject=access.ref(matter_id))
        await write.audit("petitions.matter.alerted", access.ref(matter_id), detail={"people": len(people)})
