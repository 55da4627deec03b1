"""Weekly counts, bursts, forecasts and hot topics, on series and letters of which the right answer is known."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from huitang_petitions.cli import petitions
from huitang_petitions.situation.bursts import LEAST, bursts
from huitang_petitions.situation.forecasting import ENOUGH, HORIZON, forecast
from huitang_petitions.situation.series import Series, together, week_of, weekly
from huitang_petitions.situation.simulating import measure_alarm, simulated
from huitang_petitions.situation.topics import Said, hot_topics

MONDAY = date(2026, 1, 5)


def season(level: float, weeks: int = 156, seed: int = 0) -> list[int]:
    week = np.arange(weeks)
    mean = level * (1 + 0.4 * np.sin(2 * np.pi * week / 52.18))
    return [int(count) for count in np.random.default_rng(seed).poisson(mean)]


def test_weeks_without_anything_count_as_none_and_the_running_week_is_left_out():
    today = MONDAY + timedelta(days=30)
    series = weekly({MONDAY: 2, MONDAY + timedelta(days=15): 5, today: 9}, MONDAY + timedelta(days=3), today)
    assert series == Series(MONDAY, (2, 0, 5, 0))
    assert series.week(4) == week_of(today)
    assert together([series, series]).counts == (4, 0, 10, 0)
    with pytest.raises(ValueError, match="different weeks"):
        together([series, Series(MONDAY, (1,))])


@given(st.dictionaries(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 50)), st.dates(date(2025, 1, 1)))
def test_every_count_of_a_whole_week_is_in_the_series_once(counts, today):
    first = date(2025, 1, 1)
    if today > date(2027, 6, 1):
        today = date(2027, 6, 1)
    series = weekly(counts, first, today)
    whole = {day: count for day, count in counts.items() if day < week_of(today)}
    assert sum(series.counts) == sum(whole.values())


def test_a_week_far_above_the_rest_is_a_burst_and_says_what_was_expected():
    (burst,) = bursts([4, 5, 6, 5] * 8 + [18])
    assert burst.count == 18
    assert burst.expected == pytest.approx(5, abs=0.5)
    assert burst.limit < 18
    assert burst.chance < 0.002


@pytest.mark.parametrize("counts", [[5] * 40, [0] * 40, [4, 5, 6, 5] * 10, [0] * 39 + [LEAST - 1], [3] * 5 + [30], []])
def test_what_is_usual_or_little_or_short_is_no_burst(counts):
    assert bursts(counts) == []


def test_a_second_week_of_a_burst_is_still_told():
    found = bursts([4, 5, 6, 5] * 8 + [18, 22, 20], latest=3)
    assert [burst.count for burst in found] == [18, 22, 20]


def test_the_alarm_is_as_good_as_documented():
    alarm = measure_alarm(60, seed=3)
    assert alarm.precision >= 0.86
    assert alarm.recall >= 0.85
    assert alarm.lead >= 1
    assert alarm.false_per_year <= 0.45


def test_an_alarm_in_the_week_after_a_burst_is_none_of_its_own():
    told, within, after = 0, 0, 0
    for one in simulated(4, seed=9):
        weeks = {burst.week for burst in bursts(one.counts, latest=len(one.counts) - 52)}
        told += len(weeks)
        within += sum(any(begin <= week < end for begin, end in one.bursts) for week in weeks)
        after += sum(end in weeks for _begin, end in one.bursts)
    assert after
    assert measure_alarm(4, seed=9).precision == round(within / told, 3)


def test_the_command_measures_alarm_and_forecast_on_made_up_series():
    ended = CliRunner().invoke(petitions, ["measure-situation", "--series", "12", "--json"])
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.output)
    assert found["alarm"]["precision"] >= 0.75
    assert found["alarm"]["recall"] >= 0.65
    calm, bursts_too = found["forecasts"]["calm"], found["forecasts"]["bursts"]
    assert calm["signals"] >= 9
    assert calm["mase"] < calm["naive_mase"]
    assert bursts_too["signals"] <= calm["signals"]
    printed = CliRunner().invoke(petitions, ["measure-situation", "--series", "2"])
    assert "有信号" in printed.output


def test_a_season_is_forecast_better_than_by_last_years_figures():
    told = [forecast(season(level, seed=number)) for number, level in enumerate((8, 15, 25, 40))]
    assert [one.verdict for one in told].count("signal") >= 3
    assert sum(one.mase for one in told) < 0.9 * sum(one.naive_mase for one in told)
    for one in told:
        assert len(one.weeks) == HORIZON
        assert all(week.low <= week.expected <= week.high for week in one.weeks)


def test_a_constant_series_stays_and_is_no_better_than_last_year():
    told = forecast([7] * 130)
    assert told.verdict == "no signal"
    assert [week.expected for week in told.weeks] == [7] * HORIZON


def test_what_last_year_says_exactly_is_no_signal_for_us():
    year = season(20, 52, seed=4)
    told = forecast(year * 3)
    assert told.verdict == "no signal"


def test_a_short_history_says_so():
    told = forecast([3] * (ENOUGH - 1))
    assert (told.verdict, told.history, told.weeks) == ("not enough", ENOUGH - 1, ())


def test_the_back_test_never_saw_what_it_forecasts():
    known = season(10)
    spoiled = [*known[:-4], *(count + 500 for count in known[-4:])]
    ours = forecast(known).tested[-4:], forecast(spoiled).tested[-4:]
    assert [one.forecast for one in ours[0]] == [one.forecast for one in ours[1]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=ENOUGH, max_size=ENOUGH + 40))
def test_no_forecast_is_negative_or_beyond_all_measure(counts):
    told = forecast(counts)
    for week in told.weeks:
        assert 0 <= week.expected <= 2 * max(1, *counts)
        assert 0 <= week.low <= week.high


def letters(count: int, words: dict[str, float], seed: int, start: int = 0) -> list[Said]:
    chance = random.Random(seed)
    usual = ["小区物业不管事", "工地拖欠工资", "路灯坏了没人修", "学校门口堵车", "医保报销太少"]
    found = []
    for number in range(count):
        said = [chance.choice(usual), *(word for word, share in words.items() if chance.random() < share)]
        found.append(Said("。".join(said), f"p{start + number}"))
    return found


def test_a_word_that_rises_is_found_whole_and_the_usual_ones_are_not():
    before = letters(600, {"云顶花园": 0.005}, 1)
    recent = letters(200, {"云顶花园停水": 0.15}, 2, 1000)
    found = hot_topics(recent, before)
    assert found[0].word == "云顶花园停水"
    assert found[0].recent >= 20
    assert found[0].rise > 5
    assert not [topic for topic in found if topic.word in "小区物业不管事工地拖欠工资路灯坏了没人修"]


def test_a_word_of_few_petitioners_is_told_to_nobody_however_often_they_write():
    recent = [*letters(100, {}, 3), *(Said("张建国书记收钱", f"p{number % 4}") for number in range(60))]
    assert not [
        topic for topic in hot_topics(recent, letters(300, {}, 4)) if "张" in topic.word or "书记" in topic.word
    ]


def test_nothing_rises_where_nothing_changed():
    assert hot_topics(letters(200, {}, 5), letters(600, {}, 6, 1000)) == []
    assert hot_topics([], []) == []
