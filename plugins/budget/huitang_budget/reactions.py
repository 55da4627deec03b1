"""What the plugin does after a commit, when something has happened."""

from __future__ import annotations

from huitang_budget.events import DeclarationImported
from huitang_budget.services.access import Ctx
from huitang_budget.services.checking import check_again
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Subscription

MOST = 20
"""The most declarations that are compared anew for one import; the others are when their rules are run again."""

NAMED = """
SELECT DISTINCT d.id FROM budget.finding f
CROSS JOIN unnest(f.related_ids) r (id) JOIN budget.declaration d ON d.id = r.id
WHERE f.declaration_id = $1 AND d.status <> 'reviewed'
    AND NOT EXISTS (
        SELECT 1 FROM budget.finding other WHERE other.declaration_id = d.id AND other.related_ids @> ARRAY[$1]
    )
ORDER BY d.id LIMIT $2
"""


async def compare_others(ctx: Ctx, event: DeclarationImported, delivery: Delivery) -> None:
    """A new form copies an older one: then the older one has that finding too. Again: nothing is left to do."""
    del delivery
    for row in await ctx.db.fetch(NAMED, event.declaration_id, MOST):
        await check_again(ctx, SYSTEM, row["id"])


REACTIONS = [Subscription(DeclarationImported, "budget.compare_others", compare_others)]
