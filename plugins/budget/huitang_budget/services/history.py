"""The timeline of a declaration. Every change goes through `record`: audit log and timeline in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_budget.services.access import Ctx, ref
from huitang_budget.tables import HistoryEntry
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id


class Step(Struct, frozen=True, kw_only=True):
    """One line of the timeline. `detail` has what the action changed: {"before": …, "after": …} and more."""

    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    detail: dict[str, Any]
    reason: str


async def record(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    declaration_id: UUID,
    action: str,
    detail: Mapping[str, Any],
    *,
    reason: str = "",
) -> None:
    """Put one fact on record, inside a write. `action` is like "declaration.assigned", without the plugin's id."""
    await write.audit(f"budget.{action}", ref(declaration_id), detail=detail, reason=reason)
    entry = HistoryEntry(
        id=new_id(),
        declaration_id=declaration_id,
        at=ctx.clock.now(),
        actor_id=actor.account_id,
        actor_name=actor.name,
        action=action,
        detail=msgspec.json.encode(detail, order="sorted").decode(),
        reason=reason,
    )
    await HistoryEntry.insert(entry)


async def timeline(ctx: Ctx, declaration_id: UUID, *, hidden: Sequence[UUID] = ()) -> list[Step]:
    """Newest first, without the steps about findings that the reader may not see."""
    rows = await ctx.db.fetch(
        "SELECT at, actor_id, actor_name, action, detail, reason FROM budget.history"
        " WHERE declaration_id = $1 ORDER BY id DESC LIMIT 200",
        declaration_id,
    )
    secret = {str(finding_id) for finding_id in hidden}
    steps = [Step(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]
    return [step for step in steps if step.detail.get("finding_id") not in secret]
