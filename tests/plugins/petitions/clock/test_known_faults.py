"""Faults of deadlines that users of ticket systems reported, as cases of this clock. Numbers are Zammad's issues."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from huitang_petitions.clock import LimitResult, Result, builtin_profiles, clock, clock_case
from huitang_sdk.cases import CaseError


def compute(events: str, now: str, profile: Any = "regulations-2022") -> Result:
    pairs = [entry.split(maxsplit=1) for entry in events.split(",")]
    given = [{"event": name, "at": day.strip()} for name, day in pairs]
    return clock(clock_case({"events": given, "now": now, "profile": profile}))


def runs(result: Result, id_: str) -> list[LimitResult]:
    return [limit for limit in result.limits if limit.id == id_]


def test_5177_a_shorter_limit_does_not_overrule_another():
    """The update time, being shorter, replaced the time of the first response."""
    result = compute("transferred_in 2026-03-02, accepted 2026-03-03", "2026-03-04")
    assert runs(result, "tell_transferred")[0].due == date(2026, 3, 17)
    assert runs(result, "handle")[0].due == date(2026, 5, 2)


def test_3140_nothing_is_late_while_it_is_the_petitioner_s_turn():
    """Tickets escalated although the agent had answered and the customer had not."""
    result = compute("received 2026-03-02, accepted 2026-03-03, answered 2026-03-10", "2026-12-01")
    assert [limit.id for limit in result.limits if limit.state == "late"] == []
    assert runs(result, "review_request")[0].state == "expired"
    assert result.next == ()


def test_1322_what_the_petitioner_does_starts_a_clock_by_whatever_channel():
    """An answer by note instead of mail started none. Here a channel is no part of an event."""
    result = compute("answered 2026-03-10, review_requested 2026-03-20, supplemented 2026-03-25", "2026-03-26")
    assert runs(result, "review_decide")[0].due == date(2026, 4, 19)


def test_4353_a_limit_that_is_taken_out_leaves_no_mark_behind():
    """Tickets stayed escalated after the agreement was switched off."""
    own = {"id": "own", "extends": "regulations-2022", "without": ["tell"]}
    events = "received 2026-03-02, accepted 2026-03-03"
    assert "tell" in {step.limit for step in compute(events, "2026-04-01").next}
    assert "tell" not in {step.limit for step in compute(events, "2026-04-01", own).next}


@pytest.mark.parametrize("early", ["registered", "told", "answered"])
def test_what_came_before_any_arrival_is_still_one(early):
    with pytest.raises(CaseError):
        compute(f"{early} 2026-03-02, transferred_in 2026-03-05", "2026-03-06")


def test_904_a_case_that_is_over_does_not_escalate():
    """Merged tickets were shown as escalated."""
    for end in ("withdrawn", "closed"):
        result = compute(f"received 2026-03-02, accepted 2026-03-03, {end} 2026-03-04", "2026-12-01")
        assert not {limit.state for limit in result.limits} & {"late", "running", "paused", "extended"}
        assert result.next == ()


def test_904_joining_cases_keeps_every_clock():
    result = compute("received 2026-03-02, merged 2026-03-04", "2026-12-01")
    assert runs(result, "tell")[0].state == "late"


def test_2082_the_first_answer_counts_at_once():
    """The time to escalate moved with the second answer only."""
    result = compute("received 2026-03-02, told 2026-03-05", "2026-03-05")
    assert runs(result, "tell")[0].state == "met"
    assert "tell" not in {step.limit for step in result.next}


def test_188_a_case_closed_and_reopened_again_and_again_counts_from_the_last_time():
    result = compute(
        "accepted 2026-03-02, closed 2026-03-10, reopened 2026-04-01, closed 2026-04-10, reopened 2026-06-01",
        "2026-06-02",
    )
    assert [(run.round, run.state) for run in runs(result, "handle")] == [(1, "met"), (2, "met"), (3, "running")]
    assert runs(result, "handle")[-1].due == date(2026, 7, 31)


def test_390_days_are_days_of_the_calendar_that_the_limit_names():
    """Hours of work were shown as days."""
    result = compute("transferred_in 2026-02-12", "2026-02-15")
    (object_,) = runs(result, "object")
    assert (object_.due, object_.days_left, object_.unit_left) == (date(2026, 2, 26), 3, "working")


def test_pausing_over_days_off_does_not_pay_them_twice():
    """glpi #10594: days off within a pause were added, and then skipped again."""
    own = {
        "id": "own",
        "limits": [
            {
                "id": "a",
                "title": {"zh": "甲", "en": "a"},
                "start": ["received"],
                "satisfied_by": ["answered"],
                "length": 3,
                "unit": "working",
                "pauses": [{"from": "hearing_started", "to": "hearing_ended"}],
            }
        ],
    }
    result = compute("received 2026-03-05, hearing_started 2026-03-07, hearing_ended 2026-03-08", "2026-03-09", own)
    assert runs(result, "a")[0].due == date(2026, 3, 10)


def test_every_profile_that_ships_is_complete():
    for profile in builtin_profiles().values():
        assert profile.limits
        for limit in profile.limits:
            assert limit.article
            assert limit.source in profile.sources
            for text in (limit.title, limit.who, limit.next, limit.overdue):
                assert text.zh
                assert text.en
            assert limit.verified or profile.id not in ("regulations-2022", "regulations-2022-petition-office")
