"""What is wrong with a declared workflow, found at boot instead of in somebody's case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from huitang_sdk.workflow.declaring import Mirror, Task, Tell, Transition, Workflow

COLUMN = re.compile(r"^[a-z_][a-z0-9_]*$")


def problems(
    workflow: Workflow, permissions: Collection[str], notices: Collection[str], todos: Collection[str]
) -> Iterator[str]:
    """Sentences that name the workflow and the part. `notices` and `todos` are the plugin's notification kinds."""
    for problem in (*_ids(workflow), *_ways(workflow), *_times(workflow), *_mirror(workflow.mirror)):
        yield f"workflow {workflow.id}: {problem}"
    plugin = workflow.id.partition(".")[0]
    for where, permission in _permissions(workflow):
        if permission.startswith(f"{plugin}.") and permission not in permissions:
            yield f"workflow {workflow.id}: {where} names the permission {permission!r}, which is not declared"
    for where, tell in _tells(workflow):
        if tell.kind not in notices:
            yield f"workflow {workflow.id}: {where} tells {tell.kind!r}, which is no notification kind"
        if tell.to == "holders" and not tell.permission:
            yield f"workflow {workflow.id}: {where} tells holders of no permission"
    for where, task in _tasks(workflow):
        if task.kind not in todos:
            yield f"workflow {workflow.id}: {where} opens {task.kind!r}, which is no notification kind with todo=True"


def titles(workflow: Workflow) -> Iterator[str]:
    """Every text of it that is shown to people."""
    yield workflow.title
    for values in (workflow.states, workflow.transitions, workflow.deadlines):
        yield from (value.title for value in values)
    yield from (task.title for _where, task in _tasks(workflow))


def _ids(workflow: Workflow) -> Iterator[str]:
    if not workflow.states:
        yield "it has no states"
    for what, values in (
        ("state", workflow.states),
        ("transition", workflow.transitions),
        ("deadline", workflow.deadlines),
    ):
        for identifier, count in Counter(value.id for value in values).items():
            if count > 1:
                yield f"{what} {identifier!r} is declared twice"


def _ways(workflow: Workflow) -> Iterator[str]:
    """Every name exists, every state can be reached, and one that is not final can be left."""
    known = {state.id for state in workflow.states}
    for transition in workflow.transitions:
        for state in (*transition.from_, transition.to):
            if state not in known:
                yield f"transition {transition.id!r} names the state {state!r}, which is not declared"
    if workflow.states:
        for state in known - reachable(workflow.states[0].id, workflow.transitions):
            yield f"state {state!r} cannot be reached"
    left = {state for transition in workflow.transitions for state in transition.from_ if state != transition.to}
    for declared in workflow.states:
        if not declared.final and declared.id not in left:
            yield f"state {declared.id!r} is not final and cannot be left"
    assigning = workflow.assigning
    if assigning and assigning.moves and assigning.moves not in {transition.id for transition in workflow.transitions}:
        yield f"assigning moves {assigning.moves!r}, which is no transition"


def reachable(start: str, transitions: Iterable[Transition]) -> set[str]:
    """The states that some way leads to."""
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for transition in transitions:
            if here in transition.from_ and transition.to not in found:
                found.add(transition.to)
                waiting.append(transition.to)
    return found


def _times(workflow: Workflow) -> Iterator[str]:
    known = {state.id for state in workflow.states}
    names = {deadline.id for deadline in workflow.deadlines}
    for deadline in workflow.deadlines:
        for state in (*deadline.begins, *deadline.ends, *deadline.reopens):
            if state not in known:
                yield f"deadline {deadline.id!r} names the state {state!r}, which is not declared"
        if deadline.extending and (deadline.extending.days < 1 or deadline.extending.times < 1):
            yield f"deadline {deadline.id!r} is extended by no days"
    used = [state.task.deadline for state in workflow.states if state.task]
    used += [workflow.assigning.deadline] if workflow.assigning else []
    used += [workflow.mirror.deadline] if workflow.mirror else []
    for name in used:
        if name and name not in names:
            yield f"the deadline {name!r} is not declared"


def _mirror(mirror: Mirror | None) -> Iterator[str]:
    if mirror is not None:
        for name in (mirror.table, mirror.key, mirror.state, mirror.assignee, mirror.due, mirror.changed):
            if name and not COLUMN.match(name):
                yield f"the mirror names {name!r}, which is no table or column"


def _permissions(workflow: Workflow) -> Iterator[tuple[str, str]]:
    yield "read", workflow.read
    if workflow.pause:
        yield "pause", workflow.pause
    for transition in workflow.transitions:
        yield f"transition {transition.id!r}", transition.permission
    if workflow.assigning:
        yield from (("assigning", workflow.assigning.permission), ("assigning", workflow.assigning.to))
    for deadline in workflow.deadlines:
        if deadline.extending:
            yield f"deadline {deadline.id!r}", deadline.extending.ask
            yield f"deadline {deadline.id!r}", deadline.extending.approve
    yield from ((where, task.permission) for where, task in _tasks(workflow) if task.permission)
    yield from ((where, tell.permission) for where, tell in _tells(workflow) if tell.permission)


def _tasks(workflow: Workflow) -> Iterator[tuple[str, Task]]:
    yield from ((f"state {state.id!r}", state.task) for state in workflow.states if state.task)
    for deadline in workflow.deadlines:
        if deadline.extending and deadline.extending.task:
            yield f"deadline {deadline.id!r}", deadline.extending.task


def _tells(workflow: Workflow) -> Iterator[tuple[str, Tell]]:
    for transition in workflow.transitions:
        yield from ((f"transition {transition.id!r}", tell) for tell in transition.tell)
    if workflow.assigning:
        yield from (("assigning", tell) for tell in workflow.assigning.tell)
    for deadline in workflow.deadlines:
        where = f"deadline {deadline.id!r}"
        if deadline.extending:
            yield from ((where, tell) for tell in deadline.extending.tell)
        if isinstance(deadline.marks, tuple):
            yield from ((where, tell) for mark in deadline.marks for tell in mark.tell)
