"""The timeline of a declaration: what the workflow keeps, and what else happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from huitang_budget.services.access import Ctx, ref
from huitang_sdk.contracts import Actor, Step, Write


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
    """Put one fact on record, inside a write. `action` is like "opinion.written", without the plugin's id."""
    await ctx.workflow.note(write, actor, ref(declaration_id), action, detail=detail, note=reason)


async def timeline(ctx: Ctx, declaration_id: UUID, *, hidden: Sequence[UUID] = ()) -> list[Step]:
    """Newest first, without the steps about findings that the reader may not see."""
    secret = {str(finding_id) for finding_id in hidden}
    steps = await ctx.workflow.history(ref(declaration_id), limit=200)
    return [step for step in steps if step.detail.get("finding_id") not in secret]


def action_of(step: Step) -> str:
    """What was done, without the plugin's id: "declaration.assigned"."""
    return step.action.partition(".")[2]
