"""Extensions: which limit each one means, and whether it takes effect. One that does not is kept, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from huitang_petitions.clock.days import left
from huitang_petitions.clock.history import Happening
from huitang_petitions.clock.profile import Extension, Profile
from huitang_petitions.clock.result import Extended, Remark
from huitang_petitions.clock.running import Running
from huitang_petitions.clock.wording import refuse, say, unknown
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.cases import CaseError, Problem

OF_EXTENSIONS = ("days", "until", "approver", "limit")


def extend(
    runs: Sequence[Running], happened: Iterable[Happening], profile: Profile, calendar: WorkingCalendar
) -> tuple[list[Remark], list[Remark]]:
    """Give every run its extensions: what has no effect and why, and warnings. CaseError for what makes no sense."""
    events = {limit.extension.event for limit in profile.limits if limit.extension} | {"extended"}
    refused: list[Remark] = []
    warned: list[Remark] = []
    problems: list[Problem] = []
    for event in happened:
        if event.name not in events:
            problems += _misplaced(event)
            continue
        try:
            _extend(event, runs, profile, calendar, refused, warned)
        except CaseError as error:
            problems += error.problems
    if problems:
        raise CaseError(problems)
    return refused, warned


def _misplaced(event: Happening) -> Iterator[Problem]:
    for key in OF_EXTENSIONS:
        if getattr(event.given, key) and key != "approver":
            yield Problem(f"{event.path}.{key}", say("case.only_extended", key=key))


def _extend(
    event: Happening,
    runs: Sequence[Running],
    profile: Profile,
    calendar: WorkingCalendar,
    refused: list[Remark],
    warned: list[Remark],
) -> None:
    if event.given.days is None and event.until is None:
        raise refuse(f"{event.path}.days", "case.extension_unsized")
    if event.given.days is not None and event.until is not None:
        raise refuse(f"{event.path}.until", "case.extension_twice_sized")
    meant = _meant(event, runs, profile)
    if not meant:
        refused.append(_remark("nothing", event))
    for run in meant:
        _extend_run(event, run, calendar, refused, warned)


def _extend_run(
    event: Happening, run: Running, calendar: WorkingCalendar, refused: list[Remark], warned: list[Remark]
) -> None:
    rule = run.limit.extension
    assert rule is not None
    due = run.due(event.day, calendar)[0]
    unit: Literal["natural", "working"] = rule.unit or ("working" if run.limit.unit == "working" else "natural")
    days = event.given.days if event.until is None else _days_until(due, event.until, unit, calendar)
    assert days is not None
    reason = _reason(event, run, rule, days, due)
    if reason is not None:
        refused.append(reason)
        return
    if rule.reason and not event.given.reason.strip():
        warned.append(_remark("no_reason", event, rule.article, group="warning"))
    run.extensions.append(
        Extended(days=days, unit=unit, at=event.day, approver=event.given.approver.strip(), path=event.path)
    )


def _days_until(due: date, until: date, unit: Literal["natural", "working"], calendar: WorkingCalendar) -> int:
    return left(due, until, unit, calendar) if until > due else (until - due).days


def _meant(event: Happening, runs: Sequence[Running], profile: Profile) -> list[Running]:
    """What it extends: one limit, of every organ it concerns."""
    wanted = event.given.limit.strip()
    titles = {limit.title.zh: limit.id for limit in profile.limits} | {limit.id: limit.id for limit in profile.limits}
    if wanted and wanted not in titles:
        raise CaseError([Problem(f"{event.path}.limit", unknown(wanted, titles))])
    open_ = [
        run
        for run in runs
        if run.limit.extension is not None
        and run.limit.extension.event == event.name
        and run.begun.position < event.position
        and run.begun.round == event.round
        and not run.ended_by(event.position)
        and event.concerns(run.organ)
        and (not wanted or titles[wanted] == run.limit.id)
    ]
    if len({run.limit.id for run in open_}) > 1:
        known = [f"{run.limit.id} {run.organ}".strip() for run in open_]
        raise refuse(event.path, "case.extension_of_which", known=known)
    return open_


def _reason(event: Happening, run: Running, rule: Extension, days: int, due: date) -> Remark | None:
    """Why the extension has no effect, or None."""
    values: dict[str, object] = {
        "times": rule.times,
        "due": due,
        "day": event.day,
        "days": days,
        "most": rule.days,
        "until": event.until,
    }
    if len(run.extensions) >= rule.times:
        return _remark("second", event, rule.article, values)
    if event.day > due:
        return _remark("after_due", event, rule.article, values)
    if days <= 0:
        return _remark("not_longer", event, rule.article, values)
    if days > rule.days:
        return _remark("too_long", event, rule.article, values)
    if rule.approver and not event.given.approver.strip():
        return _remark("no_approver", event, rule.article, values)
    return None


def _remark(
    code: str, event: Happening, article: str = "", values: Mapping[str, object] = {}, *, group: str = "refused"
) -> Remark:
    said = say(f"{group}.{code}", **values)
    return Remark(code=code, path=event.path, zh=said.zh, en=said.en, article=article)
