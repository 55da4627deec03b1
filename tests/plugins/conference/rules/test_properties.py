"""What must hold for all numbers, not only for those somebody thought of."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from huitang_conference import rules
from huitang_conference.rules import Count, Verdict
from huitang_conference.rules.election.ranking import choose
from huitang_conference.rules.shares import Share

IDS = sorted(rules.builtin_profiles())


def decide(**case: Any) -> Verdict:
    return rules.verdict(rules.verdict_case(case))


def tell(**case: Any) -> Count:
    return rules.count(rules.election_case(case))


@st.composite
def votes(draw: st.DrawFn) -> dict[str, Any]:
    """A vote whose numbers fit one another."""
    members = draw(st.integers(1, 3000))
    present = draw(st.integers(0, members))
    left, states = present, {}
    for state in ("for", "against", "abstain", "fault"):
        states[state] = draw(st.integers(0, left))
        left -= states[state]
    return {"profile": draw(st.sampled_from(IDS)), "members": members, "present": present, "votes": states}


@given(votes())
def test_only_votes_for_help(case):
    """Making a vote for out of any other state never turns 通过 into 未通过; the other way it never helps."""
    before = decide(**case)
    for state in ("against", "abstain", "fault"):
        if not case["votes"][state]:
            continue
        better = {**case["votes"], state: case["votes"][state] - 1, "for": case["votes"]["for"] + 1}
        after = decide(**{**case, "votes": better})
        assert after.passed >= before.passed
        assert after.needed == before.needed


@given(votes(), st.sampled_from(["against", "abstain", "not_pressed", "fault"]), st.integers(1, 3000))
def test_no_other_state_helps(case, state, more):
    """Moving votes for into any other state never makes a motion pass."""
    taken = min(more, case["votes"]["for"])
    worse = {**case["votes"], "for": case["votes"]["for"] - taken}
    worse[state] = worse.get(state, 0) + taken
    if decide(**{**case, "votes": worse}).passed:
        assert decide(**case).passed


@given(votes())
def test_everybody_is_counted_once(case):
    found = decide(**case)
    states = (
        found.for_,
        found.against,
        found.abstain,
        found.not_pressed,
        found.fault,
        found.not_recorded,
        found.absent,
    )
    assert sum(state or 0 for state in states) == case["members"]
    assert min(state or 0 for state in states) >= 0


@given(votes())
def test_a_verdict_is_what_its_numbers_say(case):
    found = decide(**case)
    assert found.needed is not None
    assert found.passed == (found.verdict == "通过")
    assert found.passed <= (found.for_ >= found.needed)
    assert found.passed <= found.quorum.met
    assert (found.verdict == "无效") >= (not found.quorum.met)
    assert found.articles or not any(reason.article for reason in found.reasons)


@given(votes())
def test_absent_members_never_help(case):
    """One more member who stays away never makes a motion pass."""
    more = {**case, "members": case["members"] + 1}
    assert decide(**more).passed <= decide(**case).passed


@given(st.integers(1, 20), st.integers(1, 20), st.booleans(), st.integers(0, 10**6))
def test_shares_are_exact(top, bottom, strict, total):
    """`needed` is the smallest number that fulfils the share, with whole numbers alone."""
    if top > bottom or (strict and top == bottom):
        return
    needed = Share(fraction=f"{top}/{bottom}", strict=strict).needed(total)
    enough = (lambda n: n * bottom > total * top) if strict else (lambda n: n * bottom >= total * top)
    assert enough(needed)
    assert needed == 0 or not enough(needed - 1)


@given(st.integers(1, 5000))
def test_more_than_half_of_even_and_odd_bodies(total):
    needed = Share(fraction="1/2", strict=True).needed(total)
    assert needed == total // 2 + 1
    assert decide(members=total, present=total, votes={"for": needed}).passed
    assert not decide(members=total, present=total, votes={"for": needed - 1, "against": total - needed + 1}).passed


NAMES = ["甲", "乙", "丙", "丁", "戊"]
OTHERS = ["庚", "辛"]


@st.composite
def ballots(draw: st.DrawFn) -> dict[str, Any]:
    """One kind of ballot, sensible or not."""
    ballot: dict[str, Any] = {"count": draw(st.integers(1, 40))}
    for name in draw(st.sets(st.sampled_from(NAMES))):
        ballot.setdefault(draw(st.sampled_from(["for", "against", "abstain"])), []).append(name)
    if draw(st.booleans()):
        ballot["write_in"] = draw(st.lists(st.sampled_from(NAMES + OTHERS), max_size=2))
    if draw(st.integers(0, 9)) == 0:
        ballot["void"] = "unreadable"
    return ballot


@st.composite
def rounds(draw: st.DrawFn) -> dict[str, Any]:
    cast = draw(st.lists(ballots(), max_size=12))
    returned = sum(ballot["count"] for ballot in cast)
    members = draw(st.integers(max(returned, 5), max(returned, 5) * 2))
    return {
        "members": members,
        "voters": draw(st.integers(max(returned - 3, 0), members)),
        "seats": draw(st.integers(1, 4)),
        "round": draw(st.sampled_from(["first", "further", "runoff"])),
        "candidates": NAMES,
        "ballots": cast,
    }


@given(rounds())
def test_seats_are_filled_once_and_by_majority(case):
    found = tell(**case)
    assert len(set(found.elected)) == len(found.elected) <= case["seats"]
    assert not set(found.elected) & set(found.tied)
    assert len(found.elected) + found.remaining_seats == case["seats"]
    numbers = {standing.name: standing for standing in found.candidates}
    for name in found.elected:
        assert numbers[name].elected
        assert case["round"] == "runoff" or numbers[name].for_ * 2 > case["members"]
    assert {name for name, standing in numbers.items() if standing.elected} == set(found.elected)
    out = [standing.for_ for name, standing in numbers.items() if name not in found.elected and standing.rank]
    assert not found.elected or max(out, default=0) <= min(numbers[name].for_ for name in found.elected)


@given(rounds())
def test_outcomes_exclude_one_another(case):
    found = tell(**case)
    assert (found.outcome == "void") == (not found.valid)
    assert (found.outcome == "runoff") == bool(found.tied)
    assert (found.outcome == "complete") == (found.valid and not found.tied and not found.remaining_seats)
    if found.tied:
        numbers = {standing.for_ for standing in found.candidates if standing.tied}
        assert len(numbers) == 1
        assert len(found.tied) > found.remaining_seats > 0
    if not found.valid:
        assert not found.elected
    if case["round"] == "runoff":
        assert found.outcome != "shortfall"
        assert found.needed is None


@given(rounds())
def test_every_ballot_is_valid_or_void(case):
    found = tell(**case)
    assert found.ballots.valid + found.ballots.void == found.ballots.returned
    assert sum(found.ballots.void_reasons.values()) == found.ballots.void
    assert found.ballots.blank <= found.ballots.valid
    assert found.valid == (found.ballots.returned <= case["voters"])
    for standing in found.candidates:
        if not standing.write_in:
            said = standing.for_ + standing.against + standing.abstain + standing.spoilt
            assert said == found.ballots.valid
            assert min(standing.for_, standing.against, standing.abstain, standing.spoilt) >= 0
    assert sum(standing.for_ for standing in found.candidates) <= found.ballots.valid * case["seats"]


@given(rounds(), st.randoms(use_true_random=False))
def test_order_means_nothing(case: dict[str, Any], chance: random.Random):
    shuffled = {**case, "ballots": list(case["ballots"]), "candidates": list(case["candidates"])}
    chance.shuffle(shuffled["ballots"])
    chance.shuffle(shuffled["candidates"])
    assert msgspec.to_builtins(tell(**shuffled)) == msgspec.to_builtins(tell(**case))


@given(rounds())
def test_equal_ballots_may_be_written_one_by_one(case):
    apart = [{**ballot, "count": 1} for ballot in case["ballots"] for _each in range(ballot["count"])]
    assert tell(**{**case, "ballots": apart}) == tell(**case)


@given(rounds(), st.sampled_from(NAMES))
def test_one_more_vote_never_costs_the_seat(case, name):
    """Who is elected stays elected if a blank ballot becomes a vote for that person alone."""
    blank = {**case, "members": case["members"] + 1, "voters": case["voters"] + 1, "ballots": [*case["ballots"], {}]}
    if name in tell(**blank).elected:
        better = {**blank, "ballots": [*case["ballots"], {"for": [name]}]}
        assert name in tell(**better).elected


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 20), max_size=8),
    st.integers(1, 5),
    st.integers(0, 20),
)
def test_choosing_fills_places_from_the_top(numbers, places, least):
    found = choose(numbers, places, least)
    over = [key for key, number in numbers.items() if number >= least]
    assert len(found.chosen) + found.left == places
    assert set(found.chosen) | set(found.tied) <= set(over)
    assert not set(found.chosen) & set(found.tied)
    assert bool(found.tied) <= (len(over) > places)
    if len(over) >= places and not found.tied:
        assert found.left == 0
