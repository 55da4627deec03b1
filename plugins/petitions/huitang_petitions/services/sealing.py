"""Sealing what an earlier version of the register kept in clear."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.contracts.scheduling import never

REF = Ref("petitions.sealing", UUID(int=0))
BATCH = 500
# Rows that somebody holds are left for the next time.
_PLAIN = """
SELECT id, earlier_plain FROM petitions.matter WHERE earlier_plain <> '' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_SEALED = """
UPDATE petitions.matter m SET earlier = n.sealed, earlier_plain = ''
FROM unnest($1::uuid[], $2::bytea[]) AS n(id, sealed) WHERE m.id = n.id
"""


async def seal_old(ctx: Ctx, is_stopping: Callable[[], bool] = never) -> int:
    """Seal the words on earlier letters, a batch a write; returns how many. Without any it is one quick question."""
    count = 0
    plain = "SELECT FROM petitions.matter WHERE earlier_plain <> '' LIMIT 1"
    while not is_stopping() and await ctx.db.fetch(plain):
        async with ctx.db.write(SYSTEM) as write:
            rows = await ctx.db.fetch(_PLAIN, BATCH)
            sealed = [ctx.personal.seal("matter.earlier", row["id"], row["earlier_plain"]) for row in rows]
            await ctx.db.execute(_SEALED, [row["id"] for row in rows], sealed)
            await write.audit("petitions.matter.sealed", REF, detail={"count": len(rows)})
        count += len(rows)
        if not rows:
            break
    return count
