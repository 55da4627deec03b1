"""What everybody may read of letters: body, process and result, of those that are published and may be.

Published is what the petitioner agreed to publish, of a known kind that is no accusation, of no whistle-blower, and in
which nobody is complained of: a public page is a route like any other. These conditions stand in the query of every
reader, so that what is marked later is gone from the page at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import limits
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing.ending import ENDED, ROUND
from huitang_petitions.services.listing import COUNTED, mark_of, position_of
from huitang_petitions.services.office_rules import office
from huitang_sdk.i18n import local_time

STEPS = (
    "received",
    "accepted",
    "refused",
    "transferred_out",
    "transferred_in",
    "assigned_out",
    "assigned_in",
    "extended",
    "answered",
    "settled",
    "review_requested",
    "review_answered",
    "recheck_requested",
    "recheck_answered",
    "reopened",
    "closed",
)
"""Events whose days are published: the process as the law names it, not what people wrote or said in between."""
PUBLISHABLE = (
    "m.publish AND NOT m.whistle AND m.kind IN ('suggestion', 'appeal') AND m.merged_into IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM petitions.accused x WHERE x.matter_id = m.id)"
)
"""The condition that the public may know of a matter `m` at all; every public query and count carries it."""
_SHOWN = f"""
FROM petitions.publication p JOIN petitions.matter m ON m.id = p.matter_id
WHERE p.withdrawn_at IS NULL AND m.state = ANY($1) AND {PUBLISHABLE}
"""
_FOUND = f"""
SELECT p.id, p.matter_id, p.summary, p.published_at, m.number, m.category, m.district, m.state, m.organisation_id,
    m.handler_id, {ROUND} AS round {_SHOWN} AND ($3::uuid IS NULL OR (p.published_at, p.id) < ($4, $3))
ORDER BY p.published_at DESC, p.id DESC LIMIT $2
"""
_COUNT = f"SELECT count(*) AS total FROM (SELECT {_SHOWN} LIMIT {COUNTED + 1}) c"


class PublicStep(Struct, frozen=True):
    """A step of the process, and its day."""

    kind: str
    day: date


class PublicMatter(Struct, frozen=True, kw_only=True):
    """What everybody may read of a matter: nothing of it leads to a person."""

    number: str
    category: str
    district: str
    office: str
    handler: str
    result: str
    summary: str
    published_at: datetime | None
    steps: list[PublicStep]
    ratings: list[tuple[str, str]]


def masked_number(number: str) -> str:
    """A number without its last digits: those who know it learn nothing, and nobody can point at it.

    >>> masked_number("XF2026-001234")
    'XF2026-00****'
    """
    return number[:-4] + "****"


class Published(Struct, frozen=True):
    """A page of what everybody may read; `after` asks for the next one, "" on the last. `total` is counted up to
    `COUNTED`, with the first page only."""

    matters: list[PublicMatter]
    after: str
    total: int


async def published(ctx: Ctx, after: str = "", limit: int = 20) -> Published:
    """What everybody may read, newest first."""
    position = position_of(after, "")
    moment, last = position or (None, None)
    rows = await ctx.db.fetch(_FOUND, list(ENDED), limit + 1, last, moment)
    total = 0 if position else (await ctx.db.fetch(_COUNT, list(ENDED)))[0]["total"]
    following = mark_of(rows[limit - 1]["published_at"], rows[limit - 1]["id"]) if len(rows) > limit else ""
    return Published(await public_of(ctx, rows[:limit]), following, total)


async def public_of(ctx: Ctx, rows: Sequence[Mapping[str, Any]]) -> list[PublicMatter]:
    """Rows as `_FOUND` has them, as everybody may read them."""
    ids = [row["matter_id"] for row in rows]
    names = {unit.id: unit.name for unit in await ctx.identity.organisations()} if rows else {}
    scale = {grade.id: grade.title for grade in ctx.settings.rating_scale}
    tree = (await office(ctx)).tree
    steps: dict[UUID, list[PublicStep]] = {}
    events = "SELECT matter_id, kind, at FROM petitions.event WHERE matter_id = ANY($1) AND kind = ANY($2) AND shown"
    for event in await ctx.db.fetch(f"{events} ORDER BY at, recorded_at, id", ids, list(STEPS)):
        day = local_time(event["at"]).date()
        steps.setdefault(event["matter_id"], []).append(PublicStep(event["kind"], day))
    ratings: dict[tuple[UUID, int], list[tuple[str, str]]] = {}
    given = "SELECT * FROM petitions.rating WHERE matter_id = ANY($1) AND invalid_at IS NULL ORDER BY office"
    for row in await ctx.db.fetch(given, ids):
        grade = scale.get(row["grade"], row["grade"])
        ratings.setdefault((row["matter_id"], row["round"]), []).append((names.get(row["body_id"], ""), _(grade)))
    return [
        PublicMatter(
            number=masked_number(row["number"]),
            category=limits.said(tree.titles(row["category"])) if row["category"] else "",
            district=row["district"],
            office=names.get(row["organisation_id"], ""),
            handler=names.get(row["handler_id"] or row["organisation_id"], ""),
            result=row["state"],
            summary=row["summary"],
            published_at=row["published_at"],
            steps=steps.get(row["matter_id"], []),
            ratings=ratings.get((row["matter_id"], row["round"]), []),
        )
        for row in rows
    ]
