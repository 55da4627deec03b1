"""Whatever stands in a case, the answer is a result or a refusal, never another error."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitang_conference import rules
from huitang_conference.rules.election.case import NAMES as ELECTION_NAMES
from huitang_conference.rules.verdict_case import NAMES as VERDICT_NAMES
from huitang_sdk.cases import CaseError, Problem, as_given, read_json

VOTE: dict[str, Any] = {
    "members": 61, "present": 40, "present_at_close": 39, "profile": "guangdong-standing-committee", "kind": "motion",
    "title": "议案", "manner": "hands", "date": "2026-11-25", "by_hands": {"for": 1},
    "votes": {"for": 31, "against": 2, "abstain": 2, "not_pressed": 1, "fault": 1},
    "amendments": [{"title": "一", "votes": {"for": 10}}, {"withdrawn": True}],
}  # fmt: skip
PERSONS: dict[str, Any] = {
    "members": 61, "present": 40, "kind": "appointment", "merged": False, "rule": "ordinary",
    "persons": [{"name": "张三", "votes": {"赞成": 31}}, {"name": "李四", "votes": {"for": 30}, "present": 39}],
}  # fmt: skip
ROUND: dict[str, Any] = {
    "members": 100, "present": 90, "issued": 90, "voters": 89, "returned": 53, "seats": 1, "post": "head",
    "round": "first", "candidates": ["甲", {"name": "乙", "withdrawn": False}], "eligible": ["丙"], "max_choices": 1,
    "by_election": False, "title": "市长", "date": "2026-11-25",
    "ballots": [{"for": ["甲"], "against": ["乙"], "count": 51}, ["乙"], {"marks": {"甲": "×"}, "write_in": ["丙"]}],
}  # fmt: skip
OWN: dict[str, Any] = {**VOTE, "profile": msgspec.to_builtins(rules.builtin_profiles()["city-standing-committee"])}

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
    | st.sampled_from(["甲", "乙", "for", "赞成", "runoff", "pre_selection", "head", "1/2", "constitution"])
    | st.sampled_from([0, 1, 61, -1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def spots(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*way, key)
        yield from spots(item, (*way, key))


def put(case: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    new = copy.deepcopy(case)
    at: Any = new
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = value
    return new


def answer(decide: Callable[[Any], Any], case: Any, names: Any) -> None:
    """The result is JSON, or every mistake has a place and a reason."""
    problems: Sequence[Problem] = ()
    try:
        assert msgspec.json.encode(decide(case))
        return
    except CaseError as error:
        problems = as_given(error, case, names).problems
    assert problems
    assert all(problem.path.startswith("$") and problem.text.zh and problem.text.en for problem in problems)


def decide_vote(case: Any) -> Any:
    return rules.verdict(rules.verdict_case(case))


def decide_round(case: Any) -> Any:
    return rules.count(rules.election_case(case))


@pytest.mark.parametrize("case", [VOTE, PERSONS, OWN], ids=["vote", "persons", "own profile"])
@settings(max_examples=300)
@given(data=st.data())
def test_a_vote_with_something_wrong_in_it(case, data):
    way = data.draw(st.sampled_from(list(spots(case))))
    answer(decide_vote, put(case, way, data.draw(JUNK)), VERDICT_NAMES)


@settings(max_examples=500)
@given(data=st.data())
def test_a_round_with_something_wrong_in_it(data):
    way = data.draw(st.sampled_from(list(spots(ROUND))))
    answer(decide_round, put(ROUND, way, data.draw(JUNK)), ELECTION_NAMES)


@given(JUNK)
def test_something_else_altogether(junk):
    answer(decide_vote, junk, VERDICT_NAMES)
    answer(decide_round, junk, ELECTION_NAMES)


@given(st.binary(max_size=60))
def test_bytes(raw):
    with suppress(CaseError):
        read_json(raw)
