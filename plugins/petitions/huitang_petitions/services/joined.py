"""Matters that are joined to another: what happens to the one that is gone on with happens to them, too.

Each keeps its petitioner, code and clock, so each has the event, its limits follow from it, and each petitioner is
told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from huitang_petitions.services import happening, telling
from huitang_petitions.services.access import Ctx, _
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict

GONE = "withdrawn"
"""The state of a matter whose petitioner wants nothing more."""


async def joined_to(ctx: Ctx, matter_id: UUID) -> list[dict[str, Any]]:
    """The rows of the matters that are joined to one and were not withdrawn, locked, inside a write."""
    sql = "SELECT * FROM petitions.matter WHERE merged_into = $1 AND state <> $2 ORDER BY id FOR UPDATE"
    return await ctx.db.fetch(sql, matter_id, GONE)


async def together_with(ctx: Ctx, matter_id: UUID) -> list[UUID]:
    """The matter and all that are joined with it: the one they go on in, and those joined to that."""
    rows = await ctx.db.fetch(
        "WITH main AS (SELECT coalesce(merged_into, id) AS id FROM petitions.matter WHERE id = $1)"
        " SELECT id FROM main UNION ALL SELECT g.id FROM main JOIN petitions.matter g ON g.merged_into = main.id"
        " ORDER BY id",
        matter_id,
    )
    return [row["id"] for row in rows]


async def happens(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    matter: Mapping[str, Any],
    *kinds: str,
    detail: Mapping[str, Any],
    shown: bool = True,
    event_id: UUID | None = None,
    audit: bool = True,
    limit: str = "",
    at: datetime | None = None,
) -> None:
    """Put events on record in a matter and in those joined to it; the first is what petitioners see and are told.

    The arguments are those of `happening.record`; `event_id` is that of the first, `limit` the one an extension is
    about. What happened before a joined matter came happens there now; what does not fit its clock is left out.
    """
    key = event_id or new_id()
    others = await joined_to(ctx, matter["id"])
    concerned: list[Mapping[str, Any]] = [matter]
    for place, kind in enumerate(kinds):
        seen = shown and place == 0
        first = None if place else key
        about: dict[str, Any] = {"detail": detail, "shown": seen, "at": at}
        await happening.record(ctx, write, actor, matter, kind, **about, event_id=first, audit=audit)
        for one in others:
            if await _follows(ctx, write, actor, one, kind, about) and seen:
                concerned.append(one)
    for reached in concerned if shown else ():
        await telling.tell(ctx, reached, kinds[0], key, limit=limit)


async def _follows(
    ctx: Ctx, write: Write, actor: Actor, one: Mapping[str, Any], kind: str, about: Mapping[str, Any]
) -> bool:
    """Whether it happens to a joined matter, too: on its day, else now."""
    for at in dict.fromkeys((about["at"], None)):
        if await happening.follow(ctx, write, actor, one, kind, **{**about, "at": at}):
            return True
    return False


_ACCEPTED = """
SELECT e.id FROM petitions.event e WHERE e.matter_id = $1 AND e.kind = 'accepted'
    AND EXISTS (SELECT FROM petitions.event j WHERE j.matter_id = $1 AND j.kind = 'merged')
    AND NOT EXISTS (SELECT FROM petitions.event r WHERE r.matter_id = $1 AND r.kind = 'reopened' AND r.at > e.at)
ORDER BY e.at DESC LIMIT 1
"""


async def accepted_with_another(ctx: Ctx, matter_id: UUID, kind: str) -> UUID | None:
    """The event of the acceptance of a matter that was accepted while it was joined, and was taken out since: it is
    accepted once, and its process only comes up to that."""
    rows = await ctx.db.fetch(_ACCEPTED, matter_id) if kind == "accepted" else []
    return rows[0]["id"] if rows else None


async def take_out(ctx: Ctx, main_id: UUID, only: UUID | None = None) -> list[UUID]:
    """Matters that were joined to another go on by themselves, all of them or `only` one; returns which."""
    sql = (
        "UPDATE petitions.matter SET merged_into = NULL, handler_id = handler_alone, handler_alone = NULL,"
        " updated_at = $2 WHERE merged_into = $1"
    )
    rows = await ctx.db.fetch(f"{sql} AND ($3::uuid IS NULL OR id = $3) RETURNING id", main_id, ctx.clock.now(), only)
    return [row["id"] for row in rows]


_HANDS = """
UPDATE petitions.matter m SET handler_id = coalesce(h.handler_id, nullif(h.organisation_id, m.organisation_id))
FROM petitions.matter h WHERE h.id = $1 AND m.merged_into = h.id
"""


async def into_same_hands(ctx: Ctx, main_id: UUID) -> None:
    """Whoever handles a matter has those joined to it in hand, and reaches them; inside a write."""
    await ctx.db.execute(_HANDS, main_id)


_MAY_SEE = """
SELECT x.id FROM petitions.accused x JOIN petitions.matter m ON m.id = x.matter_id
WHERE m.merged_into = $1 AND (x.account_id IS NOT NULL OR x.organisation_id IS NOT NULL) AND NOT EXISTS (
    SELECT FROM petitions.accused y WHERE y.matter_id = $1
        AND (y.account_id = x.account_id OR y.organisation_id = x.organisation_id)
) LIMIT 1
"""


async def keep_away(ctx: Ctx, main_id: UUID) -> None:
    """Conflict if somebody who is complained of in a joined matter may see the one it is handled in; inside a write."""
    if await ctx.db.fetch(_MAY_SEE, main_id):
        raise Conflict(_("Whoever is complained of in a joined matter must be marked in the main matter, too."))


async def going_on(ctx: Ctx, matter: Mapping[str, Any]) -> dict[str, Any]:
    """A matter with the state of the one it is joined to, if it is, and with whoever handles that."""
    if not matter["merged_into"] or matter["state"] == GONE:
        return dict(matter)
    sql = "SELECT state, handler_id, assignee_id FROM petitions.matter WHERE id = $1"
    (row,) = await ctx.db.fetch(sql, matter["merged_into"])
    return {**matter, **row}
