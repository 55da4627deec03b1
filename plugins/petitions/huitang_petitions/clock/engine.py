"""The clock: a case in, every limit with its due date, state and article out. No database, no server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from huitang_petitions.clock.case import Case, moment, today
from huitang_petitions.clock.extending import extend
from huitang_petitions.clock.history import Happening, history
from huitang_petitions.clock.marking import mark_days
from huitang_petitions.clock.profile import EventKind, Limit, Profile
from huitang_petitions.clock.profiles import ProfileError, builtin_profiles, kinds_of, profile_from
from huitang_petitions.clock.result import Due, LimitResult, ProfileInfo, Remark, Result, State
from huitang_petitions.clock.running import Running, begin, pairs
from huitang_petitions.clock.showing import not_started, shown, steps
from huitang_petitions.clock.wording import refuse, say, unknown
from huitang_sdk.calendar import CalendarDataError, WorkingCalendar, YearUnknown
from huitang_sdk.cases import CaseError, Problem

_SHIPPED = WorkingCalendar()


def clock(case: Case, calendar: WorkingCalendar | None = None) -> Result:
    """Every limit of the case as of its `now`, or of today where it has none.

    `calendar` is used unless the case brings years of its own. CaseError names every place that is wrong, and the year
    without calendar data that would have had to be guessed.
    """
    asked = _understood(case, calendar)
    try:
        return _computed(asked)
    except YearUnknown as error:
        raise refuse("$.calendar", "case.year_unknown", year=error.year) from None


def due_dates(
    case: Case, calendar: WorkingCalendar | None = None, profile: Profile | None = None
) -> tuple[list[Due], list[Remark]]:
    """What has begun, with its state and due date, nothing in words, and which events have no effect.

    For many cases at once. `profile` is an operator's, read already. Errors as of `clock`, but for a year without
    calendar data: there only the limits that would need it are "unknown".
    """
    asked = _understood(case, calendar, profile)
    try:
        runs, refused, _warned = _reckoned(asked)
    except YearUnknown as error:
        raise refuse("$.calendar", "case.year_unknown", year=error.year) from None
    return [_due(run, asked) for run in runs], refused


def _due(run: Running, asked: _Asked) -> Due:
    state: State = "unknown"
    due = yellow_on = red_on = None
    with contextlib.suppress(YearUnknown):
        state, due, _skipped, _rolled = run.reckoned(asked.now, asked.calendar)
        if state in ("running", "extended", "late"):
            yellow_on, red_on = mark_days(run, due, asked.profile, asked.calendar)
    return Due(
        limit=run.limit.id,
        round=run.begun.round,
        organ=run.organ or None,
        kind=run.limit.kind,
        state=state,
        start=run.start,
        due=None if state == "paused" else due,
        ended_on=run.end.day if run.end and state != "expired" else None,
        yellow_on=yellow_on,
        red_on=red_on,
    )


class _Asked(Struct, frozen=True):
    """A case, understood."""

    case: Case
    profile: Profile
    limits: tuple[Limit, ...]
    now: date
    calendar: WorkingCalendar
    kinds: dict[str, EventKind]
    happened: Sequence[Happening]


def _understood(case: Case, calendar: WorkingCalendar | None, profile: Profile | None = None) -> _Asked:
    profile = profile or profile_of(case)
    now = moment(case.now, "$.now")[0] if case.now.strip() else today()
    kinds = kinds_of(profile)
    limits = tuple(limit for limit in profile.limits if not limit.kinds or case.kind in limit.kinds)
    return _Asked(case, profile, limits, now, _calendar(case, calendar), kinds, history(case, kinds, now))


def _reckoned(asked: _Asked) -> tuple[list[Running], list[Remark], list[Remark]]:
    """What has begun, with its extensions; what has no effect, and warnings."""
    profile = asked.profile
    _unpaired(profile, asked.happened)
    names = {event.name for event in asked.happened}
    runs = [
        run
        for limit in asked.limits
        if not names.isdisjoint(limit.start)
        for run in begin(limit, asked.happened, profile.roll if limit.roll is None else limit.roll)
    ]
    return runs, *extend(runs, asked.happened, profile, asked.calendar)


def profile_of(case: Case) -> Profile:
    """The profile the case names or brings. CaseError."""
    if isinstance(case.profile, dict):
        try:
            return profile_from(case.profile)
        except ProfileError as error:
            raise CaseError(
                Problem("$.profile", say("input.profile_wrong", cause=line)) for line in str(error).splitlines()
            ) from None
    profiles = builtin_profiles()
    found = profiles.get(case.profile.strip().lower()) or _titled(case.profile.strip(), profiles.values())
    if found is None:
        raise CaseError([Problem("$.profile", unknown(case.profile, profiles))])
    return found


def _titled(name: str, profiles: Iterable[Profile]) -> Profile | None:
    """The one profile whose Chinese title it is, or a part of."""
    whole = [profile for profile in profiles if profile.title.zh == name]
    found = whole or [profile for profile in profiles if len(name) > 1 and name in profile.title.zh]
    return found[0] if len(found) == 1 else None


def _calendar(case: Case, calendar: WorkingCalendar | None) -> WorkingCalendar:
    if not case.calendar:
        return calendar or _SHIPPED
    try:
        return WorkingCalendar.from_data(case.calendar)
    except CalendarDataError as error:
        raise refuse("$.calendar", "case.calendar_wrong", cause=str(error)) from None


def _computed(asked: _Asked) -> Result:
    case, profile, limits, now = asked.case, asked.profile, asked.limits, asked.now
    happened, kinds = asked.happened, asked.kinds
    runs, refused, warnings = _reckoned(asked)
    rounds = happened[-1].round if happened else 1
    results: list[LimitResult] = []
    for limit in limits:
        own = [run for run in runs if run.limit is limit]
        results += [shown(run, profile, now, asked.calendar, kinds) for run in own]
        if not any(run.begun.round == rounds for run in own):
            results.append(not_started(limit, profile, rounds))
    warnings += _late_rights(runs, asked)
    warnings += _warnings(case, profile, limits, runs, happened, kinds)
    begun = {run.limit.id: run.limit for run in runs}
    return Result(
        profile=ProfileInfo(
            id=profile.id,
            title=profile.title,
            verified=all(limit.verified for limit in profile.limits),
            valid_from=profile.valid_from,
            valid_to=profile.valid_to,
            note=profile.note,
        ),
        now=now,
        kind=case.kind,
        title=case.title,
        limits=tuple(results),
        next=tuple(steps(results, {limit.id: limit for limit in limits})),
        refused=tuple(refused),
        warnings=tuple(warnings),
        articles=tuple(dict.fromkeys(_article(limit, profile) for limit in begun.values())),
    )


def _article(limit: Limit, profile: Profile) -> str:
    source = profile.sources.get(limit.source)
    return f"{source.title if source else ''}{limit.article}"


def _unpaired(profile: Profile, happened: Sequence[Happening]) -> None:
    """What stops a clock must begin before it ends, and end before it begins again."""
    problems = []
    names = {event.name for event in happened}
    stops = {("hearing_started", "hearing_ended"), *((p.from_, p.to) for lim in profile.limits for p in lim.pauses)}
    for first, last in sorted(stop for stop in stops if not names.isdisjoint(stop)):
        waiting: dict[str, Happening] = {}
        for event in happened:
            if event.name == first:
                if event.organ in waiting:
                    other = waiting[event.organ].path
                    problems.append(Problem(event.path, say("case.pause_open", event=event.kind.text, other=other)))
                waiting[event.organ] = event
            elif event.name == last and waiting.pop(event.organ, None) is None:
                problems.append(Problem(event.path, say("case.pause_not_open", event=event.kind.text)))
    if problems:
        raise CaseError(problems)


def _warnings(
    case: Case,
    profile: Profile,
    limits: Sequence[Limit],
    runs: Sequence[Running],
    happened: Sequence[Happening],
    kinds: dict[str, EventKind],
) -> Iterator[Remark]:
    begun = {run.limit.id for run in runs}
    yield from _out_of_procedure(runs, happened)
    for limit in limits:
        if limit.source and not limit.verified and limit.id in begun:
            source = profile.sources[limit.source].title
            yield _warning("not_verified", "", title=limit.title, source=source, article=limit.article)
        for event in happened:
            if limit.kind == "duty" and event.name == limit.satisfied_by[0] and not _expected(event, runs):
                starts = [kinds[name].text for name in limit.start]
                yield _warning("never_started", event.path, title=limit.title, event=event.kind.text, starts=starts)
    stopped = {first.path for run in runs for first, _last, _whole in run.stretches}
    for first, _last in pairs("hearing_started", "hearing_ended", happened):
        if first.path not in stopped:
            yield _warning("pause_nothing", first.path, event=first.kind.text)
    if profile.valid_from or profile.valid_to:
        first_day, last_day = profile.valid_from or date.min, profile.valid_to or date.max
        outside = next((event for event in happened if not first_day <= event.day <= last_day), None)
        if outside is not None:
            values: dict[str, object] = {
                "profile": profile.id,
                "first": profile.valid_from or "…",
                "last": profile.valid_to or "…",
            }
            yield _warning("not_in_force", outside.path, day=outside.day, **values)
    if case.kind != "appeal" and any(limit.kinds and case.kind not in limit.kinds for limit in profile.limits):
        yield _warning("no_limit_for_kind", "$.kind", kind=say(f"kind.{case.kind}"))


def _out_of_procedure(runs: Sequence[Running], happened: Sequence[Happening]) -> Iterator[Remark]:
    """What the law has otherwise, though the clock goes on: a person has to look at it."""
    for run in runs:
        if run.end is not None and run.end.name == "closed" and "answered" in run.limit.satisfied_by:
            yield _warning("closed_unanswered", run.end.path, article=run.limit.article, title=run.limit.title)
    for place, event in enumerate(happened):
        before = {
            other.name for other in happened[:place] if other.round == event.round and event.concerns(other.organ)
        }
        if event.name == "review_requested" and "accepted" in before and before.isdisjoint(_ANSWERS):
            yield _warning("review_before_answer", event.path)
        if event.name == "recheck_requested" and "answered" in before and "review_answered" not in before:
            yield _warning("recheck_before_review", event.path)


_ANSWERS = ("answered", "settled", "refused", "closed")


def _late_rights(runs: Sequence[Running], asked: _Asked) -> Iterator[Remark]:
    """Rights that were used after their last day: whether it is taken up is for the organ to say."""
    for run in runs:
        if run.limit.kind == "right" and run.end is not None and not run.void:
            due = run.due(asked.now, asked.calendar)[0]
            if run.end.day > due:
                values: dict[str, object] = {"event": run.end.kind.text, "day": run.end.day, "due": due}
                yield _warning("right_late", run.end.path, article=run.limit.article, **values)


def _expected(event: Happening, runs: Sequence[Running]) -> bool:
    """Whether a limit waited for the event, in its round."""
    return any(event.name in run.limit.satisfied_by and run.begun.round == event.round for run in runs)


def _warning(code: str, path: str, /, **values: object) -> Remark:
    said = say(f"warning.{code}", **values)
    return Remark(code=code, path=path, zh=said.zh, en=said.en, article=str(values.get("article", "")))
