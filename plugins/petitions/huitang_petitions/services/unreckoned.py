"""Limits that wait for the holidays of a year nobody has entered: none of them is ever marked, so people are told."""

from __future__ import annotations

from datetime import date

from huitang_petitions.services import access, limits
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.renewing import renew_all
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import NotificationKind

UNRECKONED = "petitions.unreckoned"
KINDS = (NotificationKind(UNRECKONED, "Limits that cannot be reckoned, as holidays are not known"),)
_OFFICES = """
SELECT DISTINCT m.organisation_id FROM petitions.deadline d JOIN petitions.matter m ON m.id = d.matter_id
WHERE d.state = 'unknown' ORDER BY m.organisation_id
"""


async def see_to(ctx: Ctx, today: date) -> None:
    """Reckon them anew, as the calendar may know the year by now; supervisors of what still waits hear of it weekly.

    The notice names no matter and no number of them, so it tells nothing of a matter that is not the reader's to see.
    """
    if not await ctx.db.fetch(_OFFICES):
        return
    await renew_all(ctx, SYSTEM, workers=1, unknown=True)
    offices = [row["organisation_id"] for row in await ctx.db.fetch(_OFFICES)]
    if not offices:
        return
    people = {account for office in offices for account in await ctx.permissions.holders(access.SUPERVISE, office)}
    year, week, _day = today.isocalendar()
    async with ctx.db.write(SYSTEM) as write:
        data = {"known": str(max(ctx.workflow.calendar.years))}
        await ctx.notifications.send(
            UNRECKONED, sorted(people), key=f"{year}-{week}", url="/petitions/board", data=data, subject=limits.REF
        )
        await write.audit("petitions.limit.unreckoned", limits.REF, detail={"people": len(people)})
