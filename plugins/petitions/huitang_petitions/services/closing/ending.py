"""When a matter's handling ended, and in which round: each time it is opened again a new one begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Actor

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


async def matter_to_ask_about(
    ctx: Ctx, actor: Actor, matter_id: UUID, permission: str = access.SATISFACTION, *, lock: bool = False
) -> dict[str, Any]:
    """The row, for whoever may read the matter and holds `permission` on it: figures alone need no reading, asking a
    petitioner does. Raises what `access.matter_for` raises."""
    row = await access.matter_for(ctx, actor, matter_id, access.READ, lock=lock)
    await access.matter_for(ctx, actor, matter_id, permission)
    return row


async def who_may_ask(ctx: Ctx, accounts: Iterable[UUID | None], matter_id: UUID, permission: str) -> list[UUID]:
    """Those of the accounts for whom `matter_to_ask_about` would answer."""
    readers = await access.reaching(ctx, accounts, matter_id)
    return await access.reaching(ctx, readers, matter_id, permission)
