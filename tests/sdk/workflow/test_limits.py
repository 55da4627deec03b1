"""Time limits at random: no pause and no extension is lost, none counts twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_sdk.calendar import WorkingCalendar, YearUnknown
from huitang_sdk.workflow import Mark
from huitang_sdk.workflow.limits import begun, dated, ended, extended, mark_on, merged, next_mark, paused, resumed

CALENDAR = WorkingCalendar()
START = date(2026, 3, 2)
UNITS = st.sampled_from(["natural", "working"])
STEPS = st.lists(st.tuples(st.sampled_from(["pause", "resume", "extend"]), st.integers(0, 12)), max_size=12)
MARKS = (Mark("yellow", -5), Mark("red", -1), Mark("late", 1), Mark("very", 10))


def days_between(start: date, end: date, unit: str) -> int:
    return CALENDAR.working_days_between(start, end) if unit == "working" else (end - start).days


@given(UNITS, st.integers(1, 40), STEPS)
def test_a_due_date_is_its_days_and_what_stood_still_and_what_was_granted(unit, days, steps):
    limit, today = begun("x", START, days, unit, CALENDAR), START
    still, granted, since = 0, 0, None
    for what, number in steps:
        today += timedelta(number)
        if what == "extend":
            limit, granted = extended(limit, number, unit, CALENDAR), granted + number
        elif what == "pause":
            limit, since = paused(limit, today), since or today
        else:
            still += days_between(since, today, unit) if since else 0
            limit, since = resumed(limit, today, unit, CALENDAR), None
    assert limit.paused_on == since
    assert days_between(START, limit.due, unit) == days + still + granted


@given(UNITS, st.integers(1, 40), st.integers(0, 20), st.integers(0, 20))
def test_an_end_during_a_pause_counts_the_pause_first(unit, days, before, length):
    start = START + timedelta(before)
    stopped = paused(begun("x", START, days, unit, CALENDAR), start)
    end = start + timedelta(length)
    closed = ended(stopped, end, unit, CALENDAR)
    assert (closed.paused_on, closed.done_on) == (None, end)
    assert closed.due == resumed(stopped, end, unit, CALENDAR).due
    assert ended(closed, end + timedelta(1), unit, CALENDAR) == closed
    assert paused(closed, end) == resumed(closed, end, unit, CALENDAR) == closed


@given(st.integers(1, 30), st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_every_mark_is_seen_to_once_and_the_latest_that_was_missed(days, steps):
    """However seldom anybody looks."""
    limit, today, seen = begun("x", START, days, "natural", CALENDAR), START, []
    for step in steps:
        today += timedelta(step)
        following = next_mark(limit, MARKS)
        mark = mark_on(limit, MARKS, today)
        assert (mark is not None) == (following is not None and following <= today)
        if mark is not None:
            seen.append(mark.days)
            limit = merge_reached(limit, mark)
    assert seen == sorted(set(seen))
    left = (today - limit.due).days
    reached = [mark.days for mark in MARKS if mark.days <= left]
    assert (seen[-1] if seen else None) == (max(reached) if reached else None)


def merge_reached(limit, mark):
    from msgspec.structs import replace

    return replace(limit, reached=mark.days)


def test_another_due_date_begins_its_marks_anew_and_the_same_does_not():
    limit = merge_reached(begun("x", START, 10, "natural", CALENDAR), MARKS[0])
    longer = extended(limit, 3, "natural", CALENDAR)
    assert (longer.reached, extended(limit, 0, "natural", CALENDAR).reached) == (None, -5)
    assert dated(limit, START + timedelta(30)).reached is None
    assert [one.reached for one in merged([limit], [begun("x", START, 10, "natural", CALENDAR)])] == [-5]
    assert [one.reached for one in merged([limit], [longer])] == [None]


def test_nothing_is_marked_while_no_time_runs():
    stopped = paused(begun("x", START, 10, "natural", CALENDAR), START)
    assert next_mark(stopped, MARKS) is None
    assert mark_on(stopped, MARKS, START + timedelta(99)) is None
    assert not stopped.is_late(START + timedelta(99))
    assert begun("x", START, 10, "natural", CALENDAR).is_late(START + timedelta(11))


def test_a_year_without_data_is_an_error():
    with pytest.raises(YearUnknown, match="2098"):
        begun("x", date(2098, 1, 1), 3, "working", CALENDAR)
