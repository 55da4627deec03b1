"""A limit as the result shows it: state, days left, mark, words, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from huitang_petitions.clock.days import left
from huitang_petitions.clock.history import Happening
from huitang_petitions.clock.profile import EventKind, Limit, Profile
from huitang_petitions.clock.result import LimitResult, State, Step
from huitang_petitions.clock.running import Running
from huitang_petitions.clock.wording import say
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.cases import Text

ACTIVE = ("running", "extended", "paused", "late")


def not_started(limit: Limit, profile: Profile, number: int) -> LimitResult:
    """A limit whose start has not happened in this round."""
    return LimitResult(
        id=limit.id,
        title=limit.title,
        kind=limit.kind,
        round=number,
        organ=None,
        state="not_started",
        state_text=say("state.not_started"),
        length=limit.length,
        unit=limit.unit,
        unit_left="working" if limit.unit == "working" else "natural",
        article=limit.article,
        source=_source(limit, profile),
        verified=limit.verified,
        who=limit.who,
        says=say("says.not_started"),
    )


def shown(
    run: Running, profile: Profile, now: date, calendar: WorkingCalendar, kinds: Mapping[str, EventKind]
) -> LimitResult:
    """A limit that has begun, as of `now`."""
    limit = run.limit
    state, due, skipped, rolled = run.reckoned(now, calendar)
    paused = state == "paused"
    end = None if state == "expired" else run.end
    late = 0 if state == "expired" else max(0, ((end.day if end else now) - due).days)
    days_left = left(now, due, limit.unit, calendar) if state in ("running", "extended", "paused") else None
    mark = None
    if state == "late":
        mark, days_left = "red", 0
    elif days_left is not None:
        mark = (limit.marks or profile.marks).mark(days_left, run.length_to(due))
    return LimitResult(
        id=limit.id,
        title=limit.title,
        kind=limit.kind,
        round=run.begun.round,
        organ=run.organ or None,
        state=state,
        state_text=say(f"state.{state}"),
        start=run.start,
        start_event=run.begun.name,
        due=None if paused else due,
        due_if_resumed_today=due if paused else None,
        length=limit.length,
        unit=limit.unit,
        days_left=days_left,
        unit_left="working" if limit.unit == "working" else "natural",
        days_late=late,
        paused_days=skipped,
        extensions=tuple(run.extensions),
        ended_on=end.day if end else None,
        ended_by=end.name if end else None,
        mark=mark,  # type: ignore[arg-type]
        rolled=rolled,
        article=limit.article,
        source=_source(limit, profile),
        verified=limit.verified,
        who=limit.who,
        says=_says(run, end, due, skipped, days_left, late, paused),
        next=_next(run, state),
    )


def _source(limit: Limit, profile: Profile) -> str:
    found = profile.sources.get(limit.source)
    return found.title if found else ""


def _says(
    run: Running, end: Happening | None, due: date, skipped: int, days_left: int | None, late: int, paused: bool
) -> Text:
    limit = run.limit
    values = {
        "start": run.start,
        "event": run.begun.kind.text,
        "length": limit.length,
        "unit": say(f"unit.{limit.unit}"),
    }
    parts = [say("says.paused" if paused else "says.due", due=due, **values)]
    for one in run.extensions:
        unit = say(f"unit.{one.unit}")
        parts.append(say("says.extended", days=one.days, unit=unit, at=one.at, approver=one.approver))
    if skipped:
        parts.append(say("says.paused_days", days=skipped))
    if end is not None:
        parts.append(say("says.ended", on=end.day, event=end.kind.text))
    if late:
        parts.append(say("says.late", late=late))
    elif days_left is not None:
        unit = say("unit.working" if limit.unit == "working" else "unit.natural")
        parts.append(say("says.left", left=days_left, unit=unit))
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))


def _next(run: Running, state: State) -> Text | None:
    limit, rule = run.limit, run.limit.extension
    if state in ("late", "expired"):
        return limit.overdue
    if state == "paused":
        return say("next.resume")
    if state not in ("running", "extended"):
        return None
    more = rule.next if rule is not None and len(run.extensions) < rule.times else Text("", "")
    return Text(limit.next.zh + more.zh, limit.next.en + more.en)


def steps(results: Sequence[LimitResult], limits: Mapping[str, Limit]) -> Iterator[Step]:
    """What is to be done, the most urgent first; what is late as well as what may still be done."""
    active = [result for result in results if result.state in ACTIVE]
    for result in sorted(active, key=lambda one: (one.due or date.max, one.id, one.organ or "")):
        said = result.next or limits[result.id].next
        yield Step(
            limit=result.id,
            organ=result.organ,
            due=result.due,
            mark=result.mark,
            who=result.who,
            zh=said.zh,
            en=said.en,
        )
