"""What happened, in order and without contradiction: events sorted, numbered by rounds, checked against one another."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from msgspec import Struct, structs

from huitang_petitions.clock.case import Case, GivenEvent, moment
from huitang_petitions.clock.profile import EventKind
from huitang_petitions.clock.profiles import event_kinds
from huitang_petitions.clock.wording import refuse, say, unknown
from huitang_sdk.cases import CaseError, Problem

REOPENED = "reopened"


class Happening(Struct, frozen=True, kw_only=True):
    """One event, understood: its place in the input and in the order, its day, and the round it belongs to."""

    path: str
    position: int
    round: int
    name: str
    kind: EventKind
    day: date
    delivered: date
    organ: str
    given: GivenEvent
    until: date | None = None

    def concerns(self, organ: str) -> bool:
        """Whether it is about this organ; an event without one is about all, and one with is about a case without."""
        return not self.organ or not organ or self.organ == organ


HEARING = ("hearing_started", "hearing_ended")
ARRIVALS = ("received", "transferred_in", "assigned_in")
"""How a case comes in."""


class _Read(Struct):
    index: int
    name: str
    kind: EventKind
    day: date
    time: time | None
    delivered: date
    until: date | None
    given: GivenEvent


def history(case: Case, kinds: dict[str, EventKind], now: date) -> list[Happening]:
    """The events in order. CaseError names every one that is unknown, doubled, in the future or contradicts another."""
    problems: list[Problem] = []
    read: list[_Read] = []
    names = _known_names() if kinds is event_kinds() else _names(kinds)
    for index, given in enumerate(case.events):
        try:
            read.append(_read(index, given, kinds, names, now))
        except CaseError as error:
            problems += error.problems
    if problems:
        raise CaseError(problems)
    happened = list(_rounds(_sorted(_once(read))))
    problems = [problem for place, event in enumerate(happened) for problem in _check(place, event, happened)]
    if problems:
        raise CaseError(problems)
    return happened


def _names(kinds: dict[str, EventKind]) -> dict[str, str]:
    """What the events are called, besides their ids."""
    return {alias: name for name, kind in kinds.items() for alias in (kind.zh, kind.en, *kind.aliases)}


@lru_cache(maxsize=1)
def _known_names() -> dict[str, str]:
    return _names(event_kinds())


def _read(index: int, given: GivenEvent, kinds: dict[str, EventKind], names: dict[str, str], now: date) -> _Read:
    path = f"$.events[{index}]"
    written = given.event.strip()
    lower = written.lower().replace("-", "_").replace(" ", "_")
    name = written if written in kinds else lower if lower in kinds else names.get(written, names.get(lower, ""))
    if not name:
        raise CaseError([Problem(f"{path}.event", unknown(written, [*kinds, *(kind.zh for kind in kinds.values())]))])
    day, clock = moment(given.at, f"{path}.at")
    if day > now:
        raise refuse(f"{path}.at", "case.later_than_now", day=day, now=now)
    delivered = moment(given.delivered, f"{path}.delivered")[0] if given.delivered.strip() else day
    if delivered < day:
        raise refuse(f"{path}.delivered", "case.delivered_early")
    if delivered > now:
        raise refuse(f"{path}.delivered", "case.later_than_now", day=delivered, now=now)
    until = moment(given.until, f"{path}.until")[0] if given.until.strip() else None
    return _Read(index, name, kinds[name], day, clock, delivered, until, given)


def _once(read: Iterable[_Read]) -> Iterator[_Read]:
    """Without exact copies, which exports are full of: they change nothing."""
    seen = set()
    for event in read:
        key = (
            event.name,
            event.day,
            event.time,
            event.delivered,
            event.until,
            structs.replace(event.given, event="", at=""),
        )
        if event.kind.repeat or key not in seen:
            seen.add(key)
            yield event


_BY_DAY = attrgetter("day")


def _sorted(read: Iterable[_Read]) -> Iterator[_Read]:
    """By day; within a day by the time of day if all of its events have one, else in the order of the procedure."""
    hearing: dict[str, bool] = {}
    for _day, group in groupby(sorted(read, key=_BY_DAY), key=_BY_DAY):
        same = list(group)
        if len(same) > 1:
            timed = all(event.time is not None for event in same)
            ended = next((event.kind.needs for event in same if event.name == REOPENED), ())
            again = not timed and not any(event.kind.ends or event.name in ended for event in same)
            same.sort(key=lambda event: (event.time if timed else 0, *_tie(event, again)))
            same = same if timed else list(_in_turn(same, hearing))
        for event in same:
            if event.name in HEARING:
                hearing[event.given.organ.strip()] = event.name == HEARING[0]
            yield event


def _in_turn(same: Sequence[_Read], hearing: Mapping[str, bool]) -> Iterator[_Read]:
    """Of several hearings on one day each ends before the next begins; `hearing` says of which organ one goes on."""
    waiting: dict[tuple[str, str], deque[_Read]] = {}
    for event in same:
        if event.name in HEARING:
            waiting.setdefault((event.name, event.given.organ.strip()), deque()).append(event)
    goes_on = dict(hearing)
    for event in same:
        if event.name not in HEARING:
            yield event
            continue
        organ = event.given.organ.strip()
        turn = HEARING[1] if goes_on.get(organ) else HEARING[0]
        other = HEARING[0] if goes_on.get(organ) else HEARING[1]
        line = waiting.get((turn, organ)) or waiting[other, organ]
        chosen = line.popleft()
        goes_on[organ] = chosen.name == HEARING[0]
        yield chosen


def _tie(event: _Read, again: bool) -> tuple[int, str, str, int]:
    """Its place in the procedure. Where nothing ends on that day, a reopening comes before what begins `again`."""
    rank = 0 if again and event.name == REOPENED else event.kind.rank
    return rank, event.name, event.given.organ.strip(), event.given.days or 0


def _rounds(read: Iterable[_Read]) -> Iterator[Happening]:
    number = 1
    for position, event in enumerate(read):
        number += event.name == REOPENED
        yield Happening(
            path=f"$.events[{event.index}]",
            position=position,
            round=number,
            name=event.name,
            kind=event.kind,
            day=event.day,
            delivered=event.delivered,
            organ=event.given.organ.strip(),
            given=event.given,
            until=event.until,
        )


def _check(place: int, event: Happening, happened: Sequence[Happening]) -> Iterator[Problem]:
    # A reopening is judged by the round it ends.
    number = event.round - 1 if event.name == REOPENED else event.round
    before = [other for other in happened[:place] if other.round == number]
    later = [other for other in happened[place + 1 :] if other.round == number]
    is_resumed = any(other.kind.resumes for other in before)
    for other in before:
        if is_resumed and other.kind.ends == "handling" and not event.kind.after_end:
            continue  # a review was asked for: it can be withdrawn, or closed once more
        if other.name == event.name and other.organ == event.organ and not event.kind.repeat:
            said = say("case.twice", event=event.kind.text, day=event.day, other=other.path)
            yield Problem(event.path, said)
        if other.name in event.kind.not_with and event.concerns(other.organ):
            yield _against("contradicts", event, other)
        if other.kind.ends and not event.kind.after_end and (not other.organ or other.organ == event.organ):
            yield _against("ended", event, other)
    for other in later if event.kind.after else ():
        if other.name in event.kind.after and event.concerns(other.organ) and not _known(before, other, event):
            yield _early(event, other)
    if event.kind.needs and not any(other.name in event.kind.needs and event.concerns(other.organ) for other in before):
        late = next((other for other in later if other.name in event.kind.needs), None)
        kinds = event_kinds() | {one.name: one.kind for one in happened}
        others = [kinds[name].text if name in kinds else name for name in event.kind.needs]
        said = say("case.needs", event=event.kind.text, day=event.day, others=others)
        yield _early(event, late) if late else Problem(event.path, said)


def _known(before: Sequence[Happening], other: Happening, event: Happening) -> bool:
    """Whether what came later had also come before, so that the event is not too early."""
    return _any(before, other.name, event) or (other.name in ARRIVALS and _arrived(before, event))


def _arrived(before: Iterable[Happening], event: Happening) -> bool:
    """Whether the case had come in already when something happened that names no organ: that it went on to another
    organ later does not make it too early."""
    return not event.organ and any(other.name in ARRIVALS for other in before)


def _any(before: Iterable[Happening], name: str, event: Happening) -> bool:
    return any(other.name == name and event.concerns(other.organ) for other in before)


def _against(code: str, event: Happening, other: Happening) -> Problem:
    return Problem(event.path, say(f"case.{code}", event=event.kind.text, before=other.kind.text, other=other.path))


def _early(event: Happening, other: Happening) -> Problem:
    said = say(
        "case.too_early",
        event=event.kind.text,
        day=event.day,
        before=other.kind.text,
        other=other.path,
        other_day=other.day,
    )
    return Problem(f"{event.path}.at", said)
