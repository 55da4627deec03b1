"""Every kind of wrong input is refused, and the refusal names the place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from huitang_conference import rules
from huitang_sdk.cases import CaseError

MOTION: dict[str, Any] = {
    "members": 61, "present": 40, "present_at_close": 40,
    "votes": {"for": 31, "against": 2, "abstain": 5, "not_pressed": 1, "fault": 1},
}  # fmt: skip
ROUND: dict[str, Any] = {
    "members": 100, "present": 90, "issued": 90, "seats": 1, "candidates": ["甲", "乙"],
    "ballots": [{"for": ["甲"], "against": ["乙"], "count": 51}, ["乙"]],
}  # fmt: skip
GONE = object()


def changed(case: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The case with another value at a path such as "votes.for" or "ballots.0.count"; GONE takes the key away."""
    new = copy.deepcopy(case)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at: Any = new
    for step in way:
        at = at[step]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return new


def places(decide: Any) -> list[str]:
    with pytest.raises(CaseError) as caught:
        decide()
    for problem in caught.value.problems:
        assert problem.text.zh
        assert problem.text.en
    return [problem.path for problem in caught.value.problems]


def of_motion(case: Any) -> list[str]:
    return places(lambda: rules.verdict(rules.verdict_case(case)))


def of_round(case: Any) -> list[str]:
    return places(lambda: rules.count(rules.election_case(case)))


NO_NUMBERS = [True, False, "31", 31.0, 31.5, -1, [], {}, 10**7]


def test_the_cases_themselves_are_good():
    rules.verdict(rules.verdict_case(MOTION))
    rules.count(rules.election_case(ROUND))


@pytest.mark.parametrize("value", [*NO_NUMBERS, None])
@pytest.mark.parametrize("path", ["members", "present", "votes.for", "votes.against", "votes.abstain", "votes.fault"])
def test_only_whole_numbers_count_votes(path, value):
    assert of_motion(changed(MOTION, path, value)) == [f"$.{path}"]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("path", ["votes.not_pressed", "present_at_close", "merge_agreed"])
def test_only_whole_numbers_where_a_number_may_be_left_out(path, value):
    assert of_motion(changed(MOTION, path, value)) == [f"$.{path}"]


@pytest.mark.parametrize("value", [*NO_NUMBERS, None, 0])
@pytest.mark.parametrize("path", ["members", "seats", "ballots.0.count"])
def test_only_whole_numbers_count_ballots(path, value):
    place = "$.ballots[0].count" if path.startswith("ballots") else f"$.{path}"
    assert of_round(changed(ROUND, path, value)) == [place]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("path", ["present", "issued", "voters", "returned", "max_choices"])
def test_only_whole_numbers_of_what_may_be_left_out(path, value):
    assert of_round(changed(ROUND, path, value)) == [f"$.{path}"]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("members", GONE, "$.members"),
        ("present", GONE, "$.present"),
        ("votes", GONE, "$.votes"),
        ("votes.for", GONE, "$.votes.for"),
        ("members", 0, "$.members"),
        ("present", 62, "$.present"),
        ("present_at_close", 62, "$.present_at_close"),
        ("votes.for", 32, "$.votes"),
        ("votes.for", 41, "$.votes"),
        ("votes.fault", 2, "$.votes"),
        ("votes", [], "$.votes"),
        ("votes.yea", 3, "$.votes.yea"),
        ("votes.赞成", 31, "$.votes.赞成"),
        ("presnt", 3, "$.presnt"),
        ("profile", "city", "$.profile"),
        ("profile", 3, "$.profile"),
        ("profile", {"id": "own"}, "$.profile"),
        ("kind", "law", "$.kind"),
        ("kind", "constitution", "$.kind"),
        ("rule", "three_quarters", "$.rule"),
        ("rule", 5, "$.rule"),
        ("majority", {"fraction": "0/2", "strict": True}, "$.majority.fraction"),
        ("majority", {"fraction": "1/0", "strict": True}, "$.majority.fraction"),
        ("majority", {"fraction": "0.5", "strict": True}, "$.majority.fraction"),
        ("majority", {"fraction": "3/2", "strict": False}, "$.majority"),
        ("majority", {"fraction": "1/1", "strict": True}, "$.majority"),
        ("majority", {"fraction": "1/2"}, "$.majority.strict"),
        ("majority", {"fraction": "1/2", "strict": 1}, "$.majority.strict"),
        ("majority", {"fraction": "1/2", "strict": True, "base": "everybody"}, "$.majority.base"),
        ("manner", "shouting", "$.manner"),
        ("date", "2026-02-30", "$.date"),
        ("date", "yesterday", "$.date"),
        ("title", 5, "$.title"),
        ("merged", "yes", "$.merged"),
        ("by_hands", {"for": 1}, "$.votes"),
        ("amendments", [{"votes": {"for": 41}}], "$.amendments[0].votes"),
        ("amendments", [{"votes": {"for": 1}}, {"votes": {"for": -1}}], "$.amendments[1].votes.for"),
        ("amendments", [{"votes": {"for": 1}, "present": 62}], "$.amendments[0].present"),
        ("amendments", {"votes": {"for": 1}}, "$.amendments"),
    ],
)
def test_a_wrong_vote_is_refused_with_its_place(path, value, place):
    assert of_motion(changed(MOTION, path, value)) == [place]


APPOINTMENTS = {
    "members": 61, "present": 40, "kind": "appointment",
    "persons": [{"name": "张三", "votes": {"for": 31}}, {"name": "李四", "votes": {"for": 30}}],
}  # fmt: skip
MERGED = {
    "profile": "guangdong-standing-committee", "members": 61, "present": 40, "kind": "appointment", "merged": True,
    "names": ["张三", "李四"], "merge_agreed": 21, "votes": {"for": 31},
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "path", "value", "place"),
    [
        (APPOINTMENTS, "persons.1.name", "张 三", "$.persons[1].name"),
        (APPOINTMENTS, "persons.1.name", "　", "$.persons[1].name"),
        (APPOINTMENTS, "persons.1.name", GONE, "$.persons[1].name"),
        (APPOINTMENTS, "persons.1.votes.for", 41, "$.persons[1].votes"),
        (APPOINTMENTS, "persons.0.vote", {}, "$.persons[0].vote"),
        (APPOINTMENTS, "persons", [], "$.votes"),
        (APPOINTMENTS, "votes", {"for": 3}, "$.votes"),
        (APPOINTMENTS, "kind", "motion", "$.kind"),
        (APPOINTMENTS, "amendments", [{"votes": {"for": 1}}], "$.amendments"),
        (MERGED, "merge_agreed", GONE, "$.merge_agreed"),
        (MERGED, "merge_agreed", 41, "$.merge_agreed"),
        (MERGED, "names", ["张三", "张三"], "$.names[1]"),
        (MERGED, "names", [3], "$.names[0]"),
        (MERGED, "names", GONE, "$.names"),
        (MOTION, "names", ["张三"], "$.names"),
        (MOTION, "merge_agreed", 3, "$.merge_agreed"),
    ],
)
def test_a_wrong_appointment_is_refused_with_its_place(case, path, value, place):
    assert of_motion(changed(case, path, value)) == [place]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("members", GONE, "$.members"),
        ("seats", GONE, "$.seats"),
        ("candidates", GONE, "$.candidates"),
        ("candidates", [], "$.candidates"),
        ("candidates", "甲", "$.candidates"),
        ("candidates", ["甲", "乙", " 甲"], "$.candidates[2]"),
        ("candidates", ["甲", "乙", " "], "$.candidates[2]"),
        ("candidates", ["甲", "乙", 3], "$.candidates[2]"),
        ("candidates", ["甲", "乙", {"withdrawn": True}], "$.candidates[2].name"),
        ("candidates", ["甲", "乙", {"name": "丙", "withdrawn": 1}], "$.candidates[2].withdrawn"),
        ("present", 101, "$.present"),
        ("issued", 91, "$.issued"),
        ("voters", 91, "$.voters"),
        ("returned", 53, "$.returned"),
        ("returned", 51, "$.returned"),
        ("seats", 101, "$.seats"),
        ("post", "king", "$.post"),
        ("round", "third", "$.round"),
        ("profile", "city-standing-committee", "$.profile"),
        ("profile", "nowhere", "$.profile"),
        ("ballots", {"for": ["甲"]}, "$.ballots"),
        ("ballots.1", ["丙"], "$.ballots[1][0]"),
        ("ballots.1", [3], "$.ballots[1][0]"),
        ("ballots.1", "乙", "$.ballots[1]"),
        ("ballots.0.for", ["丙"], "$.ballots[0].for[0]"),
        ("ballots.0.against", ["乙", "丁"], "$.ballots[0].against[1]"),
        ("ballots.0.write_in", [" "], "$.ballots[0].write_in[0]"),
        ("ballots.0.marks", {"甲": "maybe"}, "$.ballots[0].marks.甲"),
        ("ballots.0.marks", {"丙": "for"}, "$.ballots[0].marks.丙"),
        ("ballots.0.fro", ["甲"], "$.ballots[0].fro"),
        ("ballots.0.void", True, "$.ballots[0].void"),
        ("formal_candidates", 2, "$.formal_candidates"),
        ("date", "2026-13-01", "$.date"),
        ("by_election", "no", "$.by_election"),
    ],
)
def test_a_wrong_round_is_refused_with_its_place(path, value, place):
    assert of_round(changed(ROUND, path, value)) == [place]


def test_a_runoff_needs_more_candidates_than_seats():
    assert of_round({**ROUND, "round": "runoff", "seats": 2}) == ["$.candidates"]


def test_a_pre_selection_says_how_many_it_selects():
    assert of_round({**ROUND, "round": "pre_selection"}) == ["$.formal_candidates"]
    assert of_round({**ROUND, "round": "pre_selection", "seats": 2, "formal_candidates": 1}) == ["$.formal_candidates"]


@pytest.mark.parametrize(("number", "allowed"), [(2, False), (3, False), (4, True), (6, True), (7, False)])
def test_a_pre_selection_selects_as_many_as_may_stand(number, allowed):
    case = {**ROUND, "round": "pre_selection", "post": "deputy_head", "seats": 3, "formal_candidates": number}
    if allowed:
        rules.count(rules.election_case(case))
    else:
        assert of_round(case) == ["$.formal_candidates"]


def test_more_voters_than_ballots_handed_out_cannot_be():
    assert of_round({**ROUND, "issued": 60, "voters": 61}) == ["$.voters"]


def test_more_ballots_than_members_need_the_number_of_voters():
    case = {"members": 10, "seats": 1, "candidates": ["甲", "乙"], "ballots": [{"for": ["甲"], "count": 11}]}
    assert of_round(case) == ["$.ballots"]
    assert rules.count(rules.election_case({**case, "voters": 10})).outcome == "void"


def test_only_appointments_are_merged():
    assert of_motion({**MOTION, "merged": True, "names": ["张三"]}) == ["$.kind"]


def test_all_mistakes_are_named_at_once():
    case = {"members": True, "present": -1, "votes": {"for": "x", "against": 1.5}}
    assert of_motion(case) == ["$.members", "$.present", "$.votes.for", "$.votes.against"]
    assert of_motion({"membres": 1, "votes": {"fro": 1}}) == ["$.membres", "$.votes.fro"]


@pytest.mark.parametrize(
    ("case", "meant"),
    [
        ({**MOTION, "presnt": 1}, "present"),
        ({**MOTION, "profile": "guandong-congress"}, "guangdong-congress"),
        ({**MOTION, "kind": "amendmnt"}, "amendment"),
        ({**MOTION, "rule": "twothirds"}, "two_thirds"),
        ({**MOTION, "votes": {"赞城": 31}}, "赞成"),
    ],
)
def test_what_was_probably_meant_is_named(case, meant):
    with pytest.raises(CaseError) as caught:
        rules.verdict(rules.verdict_case(case))
    assert f"“{meant}”" in str(caught.value)
