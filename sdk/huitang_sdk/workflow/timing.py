"""What a step does to the time limits of a process: by the declaration, or by the plugin's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from huitang_sdk.calendar import WorkingCalendar, YearUnknown
from huitang_sdk.contracts import Process, TimeLimit
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import limits
from huitang_sdk.workflow.declaring import Deadline, Workflow

if TYPE_CHECKING:
    from huitang_sdk.plugin import PluginContext

_ = Translator("workflow")


@contextmanager
def counted() -> Iterator[None]:
    """A year without data is said by its name instead of being guessed."""
    try:
        yield
    except YearUnknown as error:
        raise Conflict(
            _(
                "The working days of {year} are not known yet, so no deadline can be counted through it. Nothing was"
                " saved; ask the operator to add the holidays of {year}.",
                year=error.year,
            )
        ) from error


def entered(
    ctx: PluginContext[Any], workflow: Workflow, process: Process, on: date, calendar: WorkingCalendar
) -> tuple[TimeLimit, ...]:
    """The limits after entering `process.state` on a day: what it ends, what it takes up again, what it begins."""
    found = list(process.limits)
    final = workflow.state(process.state).final
    for deadline in workflow.deadlines:
        open_at = _open_at(found, deadline.id)
        if open_at is not None and (final or process.state in deadline.ends):
            found[open_at] = limits.ended(found[open_at], on, deadline.unit, calendar)
        elif open_at is None and process.state in deadline.reopens and process.limit(deadline.id):
            latest = process.limit(deadline.id)
            assert latest is not None
            found[found.index(latest)] = limits.reopened(latest)
        elif open_at is None and process.state in deadline.begins and not final:
            _put(found, _begun(ctx, deadline, on, calendar))
    return tuple(found)


def _begun(ctx: PluginContext[Any], deadline: Deadline, on: date, calendar: WorkingCalendar) -> TimeLimit:
    days = deadline.days if isinstance(deadline.days, int) else deadline.days(ctx)
    return limits.begun(deadline.id, on, days, deadline.unit, calendar, deadline.article)


def _open_at(found: Sequence[TimeLimit], name: str) -> int | None:
    return next((n for n, limit in enumerate(found) if limit.name == name and limit.done_on is None), None)


def _put(found: list[TimeLimit], limit: TimeLimit) -> None:
    """Begun again on the day it began before, it takes the place of the one that ended."""
    same = [n for n, other in enumerate(found) if (other.name, other.starts) == (limit.name, limit.starts)]
    if same:
        found[same[0]] = limit
    else:
        found.append(limit)


def changed(process: Process, deadline: str, change: Callable[[TimeLimit], TimeLimit]) -> tuple[TimeLimit, ...]:
    """The limits after `change` of the open ones of a name ("" for all)."""
    return tuple(
        change(limit) if limit.done_on is None and deadline in ("", limit.name) else limit for limit in process.limits
    )


def dated(workflow: Workflow, process: Process, deadline: str, due: date, today: date) -> tuple[TimeLimit, ...]:
    """With another due date for a deadline; one that does not run begins."""
    declared = workflow.deadline(deadline)
    found = list(process.limits)
    at = _open_at(found, deadline)
    if at is None:
        starts = min(today, due)
        _put(found, TimeLimit(name=deadline, starts=starts, first_due=due, due=due, article=declared.article))
    elif found[at].due != due:
        found[at] = limits.dated(found[at], due)
    return tuple(found)


async def clocked(
    ctx: PluginContext[Any], workflow: Workflow, processes: Sequence[Process], today: date
) -> list[Process]:
    """The processes with the limits of the plugin's clock, if it has one."""
    if workflow.clock is None or not processes:
        return list(processes)
    found = await workflow.clock(ctx, processes, today)
    return [replace(one, limits=checked(workflow, one, found.get(one.subject, ()))) for one in processes]


def checked(workflow: Workflow, process: Process, found: Sequence[TimeLimit]) -> tuple[TimeLimit, ...]:
    """What a clock answered: declared names, each start once."""
    for limit in found:
        workflow.deadline(limit.name)
    if len({(limit.name, limit.starts) for limit in found}) != len(found):
        raise ValueError(f"workflow {workflow.id}: the clock answered a limit twice for the same start")
    return limits.merged(process.limits, found)
