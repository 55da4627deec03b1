"""Who handled such matters, as a reader is told: counted over the matters within the reader's reach, and no other."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql

if TYPE_CHECKING:
    from huitang_petitions.judging.handling import Confirmed


async def reached_counts(
    ctx: Ctx, actor: Actor, remits: Collection[str], categories: Collection[str]
) -> list[Confirmed]:
    """Who handled how many matters of these remits and categories, within the actor's reach."""
    from huitang_petitions.judging.handling import Confirmed

    known = {node.id for node in await ctx.identity.organisations()}
    sql = Sql(list(remits), list(categories))
    condition = await access.visible(ctx, actor, access.READ, sql)
    rows = await ctx.db.fetch(
        "SELECT m.remit, m.category, m.handler_id, count(*) AS count FROM petitions.matter m"
        " WHERE m.remit <> '' AND m.category <> '' AND m.handler_id IS NOT NULL AND NOT m.whistle"
        f" AND m.remit = ANY($1::text[]) AND m.category = ANY($2::text[]) AND {condition} GROUP BY 1, 2, 3",
        *sql.values,
    )
    return [
        Confirmed(row["remit"], row["category"], str(row["handler_id"]), row["count"])
        for row in rows
        if row["handler_id"] in known
    ]
