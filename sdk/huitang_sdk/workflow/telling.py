"""Notices and to-dos of a process, from its declaration."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts import Actor, NewTodo, Process, Ref
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


class Listing(Struct, frozen=True):
    """A task of a process, for the lists of some people."""

    process: Process
    task: Task
    people: Sequence[UUID]
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
        await _open_standing(ctx, workflow, [(after, new)])


async def settle_begun(ctx: PluginContext[Any], workflow: Workflow, processes: Sequence[Process]) -> None:
    """Open what is asked for of processes that have just begun."""
    asked = [(process, standing(workflow, process)) for process in processes]
    await _open_standing(ctx, workflow, [(process, new) for process, new in asked if new is not None])


async def _open_standing(
    ctx: PluginContext[Any], workflow: Workflow, asked: Sequence[tuple[Process, Standing]]
) -> None:
    """Who holds a permission in an organisation is asked once for all of them."""
    unassigned: dict[tuple[str, UUID], list[Process]] = {}
    for process, new in asked:
        if new.assignee is None:
            unassigned.setdefault((new.task.permission, new.organisation_id), []).append(process)
    people: dict[Ref, list[UUID]] = {}
    for (permission, _organisation), processes in unassigned.items():
        people |= await _holders(ctx, workflow, permission, processes)
    listings = [
        Listing(process, new.task, [new.assignee] if new.assignee else people[process.subject], new.due)
        for process, new in asked
    ]
    await open_tasks(ctx, workflow, listings)


def _moved(old: Standing, new: Standing) -> bool:
    """Whether it has gone into another organisation's hands."""
    return old.organisation_id != new.organisation_id


async def open_tasks(ctx: PluginContext[Any], workflow: Workflow, listings: Iterable[Listing]) -> list[UUID]:
    """Put tasks on people's lists, each in their own language; returns the to-dos."""
    wanted = [one for one in listings if one.people]
    if not wanted:
        return []
    accounts = await ctx.identity.accounts({person for one in wanted for person in one.people})
    facts = await workflow.facts(ctx, [one.process.subject for one in wanted])
    todos: dict[str, list[NewTodo]] = {}
    for one in wanted:
        known = facts[one.process.subject]
        for person in one.people:
            with use_locale(accounts[person].locale if person in accounts else DEFAULT_LOCALE):
                title = translate(ctx.plugin, one.task.title).format_map({"title": known.title, **known.data})
            new = NewTodo(one.process.subject, person, title, known.url, one.due)
            todos.setdefault(one.task.kind, []).append(new)
    return [todo for kind, new in todos.items() for todo in await ctx.todos.open_many(kind, new)]


async def holders(ctx: PluginContext[Any], workflow: Workflow, permission: str, process: Process) -> list[UUID]:
    """Who holds it over the organisation, without those that the plugin hides the process from."""
    return (await _holders(ctx, workflow, permission, [process]))[process.subject]


async def _holders(
    ctx: PluginContext[Any], workflow: Workflow, permission: str, processes: Sequence[Process]
) -> dict[Ref, list[UUID]]:
    """The same for many processes of one organisation."""
    people = await ctx.permissions.holders(permission, processes[0].organisation_id) if permission else ()
    found: dict[Ref, list[UUID]] = {process.subject: [] for process in processes}
    for person in people:
        for subject in await _known_to(ctx, workflow, person, processes):
            found[subject].append(person)
    return found


async def _known_to(
    ctx: PluginContext[Any], workflow: Workflow, person: UUID, processes: Sequence[Process]
) -> Collection[Ref]:
    """Those that the plugin does not hide from somebody who is not here now."""
    if workflow.reachable is None:
        return [process.subject for process in processes]
    return await workflow.reachable(ctx, Actor(account_id=person), processes)


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
    facts = (await workflow.facts(ctx, [process.subject]))[process.subject]
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
    return [person for person in found if await _known_to(ctx, workflow, person, [process])]
