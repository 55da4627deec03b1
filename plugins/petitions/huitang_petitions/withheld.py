"""What the audit log keeps from whoever has to stay away from a matter: its records, and those of what hangs on it."""

from __future__ import annotations

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.declare import Withheld


async def refs(ctx: Ctx, actor: Actor) -> list[Ref]:
    """The matters the actor is kept away from, and what hangs on them."""
    matters = await access.kept_from(ctx, actor)
    if not matters:
        return []
    rows = await ctx.db.fetch(
        " UNION ALL ".join(
            f"SELECT 'petitions.{table}' AS kind, id FROM petitions.{table} WHERE matter_id = ANY($1::uuid[])"
            for table in access.HANGING
        ),
        matters,
    )
    return [*map(access.ref, matters), *(Ref(row["kind"], row["id"]) for row in rows)]


WITHHELD = (Withheld(("petitions.matter", *(f"petitions.{table}" for table in access.HANGING)), refs),)
