"""What the staff's page of a matter's end shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.closing import publishing, rating, visiting
from huitang_sdk.contracts import Actor


class Given(Struct, frozen=True, kw_only=True):
    """A rating as staff see it; comments are for those who collect ratings, "" for others."""

    id: UUID
    round: int
    office: str
    body: str
    grade: str
    comment: str
    channel: str
    own: bool
    corrected: bool
    at: datetime
    who: str
    invalid_at: datetime | None
    invalid_reason: str


class Closing(Struct, frozen=True, kw_only=True):
    """Everything the page shows."""

    id: UUID
    number: str
    state: str
    sheet: rating.Sheet
    ratings: list[Given]
    visits: list[visiting.VisitLine]
    draft: publishing.Draft
    may_collect: bool
    may_publish: bool


async def closing_of(ctx: Ctx, actor: Actor, matter_id: UUID) -> Closing:
    """The end of a matter. Raises NotFound for one that is not the actor's to see."""
    row = await access.matter_for(ctx, actor, matter_id, access.READ)
    collects = await _may(ctx, actor, matter_id, access.SATISFACTION)
    decides = await _may(ctx, actor, matter_id, access.DECIDE)
    return Closing(
        id=matter_id,
        number=row["number"],
        state=row["state"],
        sheet=await rating.sheet_of(ctx, row, with_comments=collects),
        ratings=await _ratings(ctx, matter_id, with_comments=collects),
        visits=await visiting.visits_of(ctx, matter_id, row["number"]) if collects or decides else [],
        draft=await publishing.draft_of(ctx, row),
        may_collect=collects,
        may_publish=decides,
    )


async def _may(ctx: Ctx, actor: Actor, matter_id: UUID, permission: str) -> bool:
    return bool(await access.reaching(ctx, [actor.account_id], matter_id, permission))


async def _ratings(ctx: Ctx, matter_id: UUID, *, with_comments: bool) -> list[Given]:
    rows = await ctx.db.fetch(
        "SELECT * FROM petitions.rating WHERE matter_id = $1 ORDER BY round DESC, office, at DESC", matter_id
    )
    names = await ctx.identity.accounts([row["entered_by"] for row in rows if row["entered_by"]])
    units = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    found = []
    for row in rows:
        comment, reason = (
            ctx.personal.unseal(f"rating.{column}", row["id"], row[column] or None) if with_comments else ""
            for column in ("comment", "invalid_reason")
        )
        found.append(
            Given(
                id=row["id"],
                round=row["round"],
                office=row["office"],
                body=units.get(row["body_id"], ""),
                grade=row["grade"],
                comment=comment,
                channel=row["channel"],
                own=row["own"],
                corrected=row["corrected"],
                at=row["at"],
                who=names[row["entered_by"]].name if row["entered_by"] in names else "",
                invalid_at=row["invalid_at"],
                invalid_reason=reason,
            )
        )
    return found
