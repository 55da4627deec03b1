"""Who may see a process and do something with it: permission, reach by organisation, and the plugin's own word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_sdk.contracts import Actor, Process
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow.declaring import Workflow

if TYPE_CHECKING:
    from huitang_sdk.plugin import PluginContext

_ = Translator("workflow")


def has_in_reach(ctx: PluginContext[Any], actor: Actor, permission: str, process: Process) -> bool:
    """Whether the permission, as the actor holds it, has this process among its rows; its owner is the assignee."""
    scope = ctx.permissions.scope(actor, permission)
    return scope.includes(key=process.subject.id, organisation=process.organisation_id, owner=process.assignee_id)


async def can_see(ctx: PluginContext[Any], workflow: Workflow, actor: Actor, process: Process, *also: str) -> bool:
    """Reading, or holding what is asked for beside it; and nothing that the plugin hides."""
    if not any(has_in_reach(ctx, actor, permission, process) for permission in (workflow.read, *also)):
        return False
    return workflow.reachable is None or process.subject in await workflow.reachable(ctx, actor, [process])


async def require(
    ctx: PluginContext[Any], workflow: Workflow, actor: Actor, process: Process, permission: str, *also: str
) -> None:
    """NotFound for what is out of sight, Forbidden for what may only be looked at. `also` are ways to do it, too."""
    if not await can_see(ctx, workflow, actor, process, permission, *also):
        raise missing()
    if not any(has_in_reach(ctx, actor, one, process) for one in (permission, *also)):
        raise Forbidden(_("You may look at this, but not do this with it."), permission=permission)


def missing() -> NotFound:
    """What is not there, and what is not to be known, look the same."""
    return NotFound(_("There is nothing like this, or it is not yours to see."))


def check_version(process: Process, version: int | None) -> None:
    """Refuse a step that was begun on an older state; None asks for no check."""
    if version is not None and version != process.version:
        raise stale()


def stale() -> Conflict:
    """What a step on an older state is told."""
    return Conflict(
        _("Somebody changed this in the meantime. Nothing was saved; look at the new state and decide again.")
    )
