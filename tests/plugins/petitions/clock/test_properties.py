"""What must hold for every case: of counting, pausing, extending, ordering, and of asking again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from huitang_petitions.clock import LimitResult, Result, builtin_profiles, clock, clock_case, due_dates
from huitang_petitions.clock.days import advance, last_day, united
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.cases import CaseError

CALENDAR = WorkingCalendar()
days = st.dates(date(2022, 5, 1), date(2025, 10, 31))
late_days = st.integers(0, 200)
units = st.sampled_from(["natural", "working", "months"])
lengths = st.integers(1, 20)
spans = st.lists(st.tuples(days, st.integers(0, 20)), max_size=4).map(
    lambda found: united((first, first + timedelta(n)) for first, n in found)
)
NAMES = ["received", "told", "accepted", "answered", "review_requested", "review_answered", "recheck_requested",
         "hearing_started", "hearing_ended", "recheck_answered", "withdrawn", "closed", "reopened", "transferred_in",
         "objected", "urged", "extended"]  # fmt: skip


def event(name: str, day: date, **more: Any) -> dict[str, Any]:
    return {"event": name, "at": str(day), **more}


def compute(events: list[dict[str, Any]], now: date, profile: Any = "regulations-2022") -> Result:
    return clock(clock_case({"events": events, "now": str(now), "profile": profile}))


def one(result: Result, id_: str) -> LimitResult:
    (found,) = (limit for limit in result.limits if limit.id == id_)
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], date]:
    """Events of any kind on any days of half a year; many contradict one another, and are refused."""
    start = draw(days)
    events = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7)):
        more = {"days": 10, "approver": "周一", "reason": "复杂"} if name == "extended" else {}
        events.append(event(name, start + timedelta(draw(st.integers(0, 120))), **more))
    return events, start + timedelta(draw(st.integers(120, 300)))


@given(cases(), st.sampled_from(sorted(builtin_profiles())))
def test_the_days_of_the_marks_say_what_the_mark_of_each_day_is(found, profile):
    events, now = found
    case = clock_case({"events": events, "now": str(now), "profile": profile})
    try:
        shown = {(one.id, one.round, one.organ): one for one in clock(case).limits if one.start}
        due, _refused = due_dates(case)
    except CaseError:
        return
    for one in due:
        mark = shown[one.limit, one.round, one.organ].mark
        if one.state == "paused":
            continue
        if one.state == "late":
            assert mark == "red"
        elif one.yellow_on and one.red_on:
            assert one.start <= one.yellow_on <= one.red_on
            assert mark == ("red" if now >= one.red_on else "yellow" if now >= one.yellow_on else "green")
        else:
            assert mark is None


@given(days, lengths, lengths, units)
def test_a_longer_limit_never_ends_earlier(start, one_length, more, unit):
    assert advance(start, one_length, unit, CALENDAR) < advance(start, one_length + more, unit, CALENDAR)


@given(days, lengths, units)
def test_a_later_start_never_ends_earlier(start, length, unit):
    assert advance(start, length, unit, CALENDAR) <= advance(start + timedelta(1), length, unit, CALENDAR)


@given(days, lengths, units, spans)
def test_a_pause_never_shortens(start, length, unit, found):
    end, skipped = last_day(start, [(length, unit)], found, CALENDAR)
    assert end >= advance(start, length, unit, CALENDAR)
    assert (skipped == 0) is (not any(last > start and first <= end for first, last in found))


@given(days, st.integers(1, 90), spans)
def test_natural_days_that_are_not_paused_are_the_length(start, length, found):
    end, skipped = last_day(start, [(length, "natural")], found, CALENDAR)
    counted = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    free = [day for day in counted if not any(first <= day <= last for first, last in found)]
    assert len(free) == length
    assert len(counted) == length + skipped


@given(days, st.integers(1, 20), spans)
def test_working_days_that_are_not_paused_are_the_length(start, length, found):
    end, _skipped = last_day(start, [(length, "working")], found, CALENDAR)
    counted = (start + timedelta(n) for n in range(1, (end - start).days + 1))
    worked = [day for day in counted if CALENDAR.is_working_day(day)]
    assert len([day for day in worked if not any(first <= day <= last for first, last in found)]) == length


@given(st.lists(st.tuples(days, days), max_size=6))
def test_united_spans_are_the_same_days_apart_from_one_another(pairs):
    found = united(pairs)
    assert all(one[1] + timedelta(1) < two[0] for one, two in pairwise(found))
    assert united(found) == found
    for day in {day for pair in pairs for day in pair}:
        assert any(f <= day <= t for f, t in pairs) is any(f <= day <= t for f, t in found)


@given(days, st.integers(1, 30), st.integers(0, 60))
def test_an_extension_adds_its_days(start, extra, when):
    granted = event("extended", start + timedelta(when), days=extra, approver="周一", reason="复杂")
    found = one(compute([event("accepted", start), granted], start + timedelta(60)), "handle")
    assert found.due == start + timedelta(60 + extra)


@given(days, st.integers(31, 400), st.integers(0, 100))
def test_an_extension_of_no_effect_changes_nothing(start, extra, when):
    events = [event("accepted", start)]
    now = start + timedelta(150)
    granted = event("extended", start + timedelta(when), days=extra, approver="周一", reason="复杂")
    assert one(compute([*events, granted], now), "handle") == one(compute(events, now), "handle")


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_a_hearing_adds_its_days(start, first, length):
    assume(first > 0)
    begun, ended = start + timedelta(first), start + timedelta(first + length)
    events = [event("recheck_requested", start), event("hearing_started", begun), event("hearing_ended", ended)]
    found = one(compute(events, start + timedelta(60)), "recheck_decide")
    assert found.due == start + timedelta(30 + length + 1)


@given(days, st.integers(1, 29), st.integers(0, 100))
def test_days_left_stand_still_in_a_hearing(start, first, more):
    events = [event("recheck_requested", start), event("hearing_started", start + timedelta(first))]
    found = one(compute(events, start + timedelta(first + more)), "recheck_decide")
    assert (found.state, found.due, found.days_left) == ("paused", None, 30 - first + 1)


@given(cases(), st.randoms())
def test_the_order_of_the_input_does_not_matter(case, random):
    events, now = case
    mixed = random.sample(events, len(events))
    try:
        result = compute(events, now)
    except CaseError:
        try:
            compute(mixed, now)
        except CaseError:
            return
        raise AssertionError("refused in one order only") from None
    assert [_known(limit) for limit in compute(mixed, now).limits] == [_known(limit) for limit in result.limits]


def _known(limit: LimitResult) -> tuple[Any, ...]:
    """Everything but the places in the input."""
    extensions = [(one.days, one.at, one.approver) for one in limit.extensions]
    return (limit.id, limit.round, limit.state, limit.start, limit.due, limit.days_left, limit.paused_days, extensions)


@given(cases())
def test_asking_again_gives_the_same(case):
    events, now = case
    try:
        first = compute(events, now)
    except CaseError:
        return
    assert compute(events, now) == first


@given(cases(), st.integers(1, 60))
def test_a_due_date_does_not_move_with_the_day_it_is_asked(case, more):
    events, now = case
    try:
        early, late = compute(events, now), compute(events, now + timedelta(more))
    except CaseError:
        return
    for one_, two in zip(early.limits, late.limits, strict=True):
        assert one_.due == two.due
        assert one_.mark in (None, two.mark) or (one_.mark, two.mark) in {("green", "yellow"), ("green", "red"),
                                                                        ("yellow", "red"), ("green", None),
                                                                        ("yellow", None), ("red", None)}  # fmt: skip


@given(cases())
def test_states_and_dates_agree(case):
    events, now = case
    try:
        result = compute(events, now)
    except CaseError:
        return
    for limit in result.limits:
        match limit.state:
            case "not_started":
                assert limit.start is None
            case "paused":
                assert limit.due is None
            case "running" | "extended":
                assert limit.due is not None
                assert limit.days_left is not None
                assert limit.due >= now
                assert limit.days_left >= 0
            case "late" | "expired":
                assert limit.due is not None
                assert limit.due < now
                assert limit.days_late == (0 if limit.state == "expired" else (now - limit.due).days)
            case "met":
                assert limit.ended_on is not None
                assert limit.due is not None
                assert limit.start is not None
                assert limit.start <= limit.due
                assert limit.ended_on <= limit.due
            case "met_late":
                assert limit.days_late > 0


@given(cases(), st.sampled_from(sorted(builtin_profiles())))
def test_events_without_a_clock_change_nothing(case, profile):
    events, now = case
    assume(not any(one["event"] in ("withdrawn", "closed") for one in events))
    try:
        before = compute(events, now, profile)
    except CaseError:
        return
    day = max(date.fromisoformat(one["at"]) for one in events)
    after = compute([*events, event("urged", day), event("merged", day), event("rated", now)], now, profile)
    assert after.limits == before.limits


@given(cases())
def test_the_short_answer_is_the_long_one(case):
    events, now = case
    asked = clock_case({"events": events, "now": str(now)})
    try:
        full = clock(asked)
    except CaseError:
        return
    begun = [(one.id, one.round, one.organ, one.state, one.due) for one in full.limits if one.start is not None]
    assert [(one.limit, one.round, one.organ, one.state, one.due) for one in due_dates(asked)[0]] == begun
