"""Notices and to-dos of a process, from its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts import Actor, Process
from huitang_sdk.i18n import DEFAULT_LOCALE, translate, use_locale
from huitang_sdk.workflow.declaring import Task, Tell, Workflow

if TYPE_CHECKING:
    from huitang_sdk.plugin import PluginContext


class Standing(Struct, frozen=True):
    """The to-do a process asks for: what, of whom (None: of those who hold the permission), until when."""

    task: Task
    assignee: UUID | None
    organisation_id: UUID
    due: date | None


def standing(workflow: Workflow, process: Process) -> Standing | None:
    """What stands on somebody's list now."""
    task = workflow.state(process.state).task
    if task is None or process.finished_at is not None or not (process.assignee_id or task.permission):
        return None
    limit = process.limit(task.deadline) if task.deadline else None
    due = (limit.due if limit is not None and limit.is_running else None) if task.deadline else process.due
    return Standing(task, process.assignee_id, process.organisation_id, due)


async def settle(ctx: PluginContext[Any], workflow: Workflow, before: Process | None, after: Process) -> None:
    """Close what is no longer asked for and open what is, leaving alone what stays."""
    old = standing(workflow, before) if before else None
    new = standing(workflow, after)
    if old == new:
        return
    if old is not None and (new is None or old.task.kind != new.task.kind or new.assignee is None or _moved(old, new)):
        await ctx.todos.close(after.subject, kind=old.task.kind)
    elif old is not None and new is not None and old.assignee != new.assignee:
        await ctx.todos.close(after.subject, kind=old.task.kind, assignee=old.assignee)
    if new is not None:
        people = [new.assignee] if new.assignee else await holders(ctx, workflow, new.task.permission, after)
        await open_tasks(ctx, workflow, after, new.task, people, new.due)


def _moved(old: Standing, new: Standing) -> bool:
    """Whether it has gone into another organisation's hands."""
    return old.organisation_id != new.organisation_id


async def open_tasks(
    ctx: PluginContext[Any], workflow: Workflow, process: Process, task: Task, people: Iterable[UUID], due: date | None
) -> list[UUID]:
    """Put it on people's lists, each in their own language; returns the to-dos."""
    wanted = list(people)
    if not wanted:
        return []
    accounts = await ctx.identity.accounts(wanted)
    facts = await workflow.facts(ctx, process.subject)
    opened = []
    for person in wanted:
        with use_locale(accounts[person].locale if person in accounts else DEFAULT_LOCALE):
            title = translate(ctx.plugin, task.title).format_map({"title": facts.title, **facts.data})
        opened.append(
            await ctx.todos.open(
                task.kind, subject=process.subject, assignee=person, title=title, url=facts.url, due=due
            )
        )
    return opened


async def holders(ctx: PluginContext[Any], workflow: Workflow, permission: str, process: Process) -> list[UUID]:
    """Who holds it over the organisation, without those that the plugin hides the process from."""
    people = await ctx.permissions.holders(permission, process.organisation_id) if permission else ()
    return [person for person in people if await may_know(ctx, workflow, person, process)]


async def may_know(ctx: PluginContext[Any], workflow: Workflow, person: UUID, process: Process) -> bool:
    """Whether the plugin hides it from somebody who is not here now."""
    return workflow.reachable is None or await workflow.reachable(ctx, Actor(account_id=person), process)


async def tell(
    ctx: PluginContext[Any],
    workflow: Workflow,
    actor: Actor,
    process: Process,
    tells: Sequence[Tell],
    *,
    key: str,
    data: Mapping[str, str],
) -> None:
    """Send the declared notices of one step."""
    if not tells:
        return
    facts = await workflow.facts(ctx, process.subject)
    words = {
        "note": "",
        "by": actor.name if actor.id else "",
        "due": process.due.isoformat() if process.due else "",
        **facts.data,
        **data,
    }
    for one in tells:
        people = [person for person in await _people(ctx, workflow, process, one) if person != actor.account_id]
        await ctx.notifications.send(
            one.kind,
            people,
            key=f"{process.subject.id}:{key}",
            url=facts.url,
            data={"title": facts.title, **words},
            subject=process.subject,
        )


async def _people(ctx: PluginContext[Any], workflow: Workflow, process: Process, one: Tell) -> Sequence[UUID]:
    match one.to:
        case "assignee":
            found = [process.assignee_id] if process.assignee_id else []
        case "starter":
            found = [process.starter_id] if process.starter_id else []
        case _:
            return await holders(ctx, workflow, one.permission, process)
    return [person for person in found if await may_know(ctx, workflow, person, process)]
