"""The working-day calendar: real years as announced, an operator's own, and what counting days must fulfil."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_sdk.calendar import (
    CalendarDataError,
    Holiday,
    WorkingCalendar,
    YearUnknown,
    add_working_days,
    is_working_day,
    working_days_between,
)

SHIPPED = WorkingCalendar()
FIRST, LAST = SHIPPED.years[0], SHIPPED.years[-1]
OWN = """
[{year}]
source = "an announcement made up for this test"
working = [{year}-02-14]

[{year}.holidays]
"{year}-01-01" = "元旦"
"{year}-02-06/{year}-02-12" = "春节"
"""
NEXT = WorkingCalendar.from_toml(OWN.format(year=LAST + 1))
days = st.dates(date(FIRST, 1, 1), date(LAST, 12, 31))
inner = st.dates(date(FIRST + 2, 1, 1), date(LAST - 2, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-02-14", True),  # Saturday, worked for the Spring Festival
        ("2026-02-28", True),
        ("2026-02-16", False),
        ("2026-02-23", False),  # a Monday of the same festival
        ("2026-10-10", True),  # Saturday, worked for National Day
        ("2026-10-11", False),  # the Sunday after it is not
        ("2024-02-29", True),
        ("2020-01-31", False),  # the festival that was prolonged
        ("2015-09-03", False),
        ("2015-09-06", True),
    ],
)
def test_days_are_as_announced(day, worked):
    assert is_working_day(date.fromisoformat(day)) is worked


@given(days)
def test_every_day_is_what_the_package_says(day):
    assert is_working_day(day) is chinese_calendar.is_workday(day)


def test_five_working_days_around_a_festival():
    assert add_working_days(date(2026, 2, 12), 5) == date(2026, 2, 26)
    assert working_days_between(date(2026, 2, 12), date(2026, 2, 26)) == 5
    assert add_working_days(date(2026, 2, 26), -5) == date(2026, 2, 12)


@given(inner, st.integers(1, 300))
def test_adding_is_counting_one_by_one(start, count):
    day, left = start, count
    while left:
        day += timedelta(1)
        left -= is_working_day(day)
    assert add_working_days(start, count) == day
    assert working_days_between(start, day) == count


@given(inner, st.integers(0, 200), st.integers(0, 200))
def test_adding_twice_is_adding_the_sum(start, one, two):
    assert add_working_days(add_working_days(start, one), two) == add_working_days(start, one + two)


@given(inner, st.integers(0, 200))
def test_a_later_start_never_ends_earlier(start, count):
    assert add_working_days(start, count) <= add_working_days(start + timedelta(1), count)


@given(inner, st.integers(1, 200))
def test_backwards_undoes_forwards(start, count):
    day = SHIPPED.next_working_day(start)
    assert add_working_days(add_working_days(day, count), -count) == day


@given(days, days, days)
def test_stretches_add_up(one, two, three):
    assert working_days_between(one, two) + working_days_between(two, three) == working_days_between(one, three)


@given(inner)
def test_the_next_working_day_is_the_first_one(day):
    found = SHIPPED.next_working_day(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.is_working_day(date(LAST + 1, 3, 1)),
        lambda c: c.holiday(date(LAST + 1, 1, 1)),
        lambda c: c.add_working_days(date(LAST, 12, 31), 1),
        lambda c: c.add_working_days(date(LAST, 12, 20), 15),
        lambda c: c.working_days_between(date(LAST, 12, 1), date(LAST + 1, 1, 4)),
        lambda c: c.working_days_between(date(LAST + 1, 1, 4), date(LAST, 12, 1)),
    ],
)
def test_a_year_without_data_is_an_error_that_names_it_and_the_way_out(ask):
    with pytest.raises(YearUnknown) as refused:
        ask(SHIPPED)
    assert refused.value.year == LAST + 1
    assert f"[{LAST + 1}]" in str(refused.value)
    assert f"{FIRST}–{LAST}" in str(refused.value)
    with pytest.raises(YearUnknown) as refused:
        SHIPPED.add_working_days(date(FIRST, 1, 5), -9)
    assert refused.value.year == FIRST - 1


def test_what_stays_within_a_known_year_asks_for_no_other():
    assert add_working_days(date(LAST, 12, 31), 0) == date(LAST, 12, 31)
    assert working_days_between(date(LAST, 12, 31), date(LAST, 12, 31)) == 0
    assert add_working_days(date(FIRST - 1, 12, 31), 1).year == FIRST


def test_an_operator_adds_a_year():
    year = LAST + 1
    assert NEXT.years == (*SHIPPED.years, year)
    assert NEXT.is_working_day(date(year, 2, 14))
    assert not NEXT.is_working_day(date(year, 2, 8))
    assert NEXT.holiday(date(year, 2, 8)) == Holiday("春节", "春节")
    first = date(year, 1, 2)
    while first.weekday() > 4:
        first += timedelta(1)
    assert NEXT.add_working_days(date(LAST, 12, 31), 1) == first
    assert LAST + 1 not in WorkingCalendar().years, "the shipped data are left alone"


def test_an_operator_corrects_single_days_of_a_known_year():
    own = WorkingCalendar.from_data({2026: {"holidays": ["2026-11-25"], "working": ["2026-10-07", "2026-11-28"]}})
    assert not own.is_working_day(date(2026, 11, 25))
    assert own.is_working_day(date(2026, 10, 7))
    assert own.is_working_day(date(2026, 11, 28))
    assert own.holiday(date(2026, 10, 7)) is None
    assert not own.is_working_day(date(2026, 10, 6)), "the rest of the year stays as it was"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"2027": {"holidays": []}}, "2027: a year without any holiday"),
        ({"2027": {"working": ["2027-02-14"]}}, "2027: a year without any holiday"),
        ({"2027": {"holidays": ["2027-01-01"], "working": ["2027-01-01"]}}, "2027.working"),
        ({"2027": {"holidays": ["2027-01-01", "2026-12-31"]}}, "2027.holidays[1]"),
        ({"2027": {"holidays": ["2027-02-30"]}}, "2027.holidays[0]"),
        ({"2027": {"holidays": ["2027-02-12/2027-02-06"]}}, "2027.holidays[0]"),
        ({"2027": {"holidays": "2027-01-01"}}, "2027.holidays"),
        ({"2027": {"holiday": ["2027-01-01"]}}, "2027.holiday"),
        ({"2027": ["2027-01-01"]}, "2027"),
        ({"next": {"holidays": ["2027-01-01"]}}, "next"),
    ],
)
def test_wrong_data_is_refused_with_its_place(data, place):
    with pytest.raises(CalendarDataError, match="^" + place.replace("[", r"\[")):
        WorkingCalendar.from_data(data)


def test_wrong_toml_is_refused():
    with pytest.raises(CalendarDataError, match="no TOML"):
        WorkingCalendar.from_toml("[2027")


def test_a_moment_is_no_day():
    with pytest.raises(TypeError, match="time zone"):
        is_working_day(datetime(2026, 9, 30, 20, tzinfo=UTC))
