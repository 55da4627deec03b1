"""When a matter's handling ended, and in which round: each time it is opened again a new one begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import Ctx

ENDED = ("answered", "reviewing", "reviewed", "rechecking", "rechecked", "refused", "closed")
"""States in which the petitioner has an answer to rate."""
END_EVENTS = ("answered", "settled", "review_answered", "recheck_answered", "refused", "closed")
ROUND = "(SELECT 1 + count(*) FROM petitions.event r WHERE r.matter_id = m.id AND r.kind = 'reopened')::int"
"""The round as a column of a query over matters `m`."""
_ENDING = f"""
SELECT {ROUND} AS round, (SELECT max(e.at) FROM petitions.event e WHERE e.matter_id = m.id AND e.kind = ANY($2)
    AND e.at >= COALESCE((SELECT max(o.at) FROM petitions.event o WHERE o.matter_id = m.id AND o.kind = 'reopened'),
        '-infinity')) AS ended_at
FROM petitions.matter m WHERE m.id = $1
"""


class Ending(Struct, frozen=True):
    """The round, from 1, and when its last answer came; None while nobody answered in it."""

    round: int
    ended_at: datetime | None


async def ending_of(ctx: Ctx, matter_id: UUID) -> Ending:
    (row,) = await ctx.db.fetch(_ENDING, matter_id, list(END_EVENTS))
    return Ending(row["round"], row["ended_at"])
