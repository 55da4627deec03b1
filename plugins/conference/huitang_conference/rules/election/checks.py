"""What the numbers of a round must fulfil among one another, before anything is counted."""

from __future__ import annotations

from collections.abc import Iterator

from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.election.limits import Limits
from huitang_conference.rules.election.roll import Roll
from huitang_conference.rules.wording import say
from huitang_sdk.cases import Problem


def voters_of(case: ElectionCase) -> tuple[str, int] | None:
    """The number of ballots there may be, and what it is: voters, ballots handed out or members present, the smallest
    one given; None where the case gives none of them."""
    given = [(name, value) for name in ("voters", "issued", "present") if (value := getattr(case, name)) is not None]
    return min(given, key=lambda pair: pair[1]) if given else None


def listed(case: ElectionCase) -> int:
    """How many ballots the case lists."""
    return sum(ballot.count if not isinstance(ballot, tuple) else 1 for ballot in case.ballots)


def returned(case: ElectionCase) -> int:
    return listed(case) if case.returned is None else case.returned


def is_void_by_number(case: ElectionCase) -> bool:
    """More ballots than there may be."""
    most = voters_of(case)
    return most is not None and returned(case) > most[1]


def problems_of(case: ElectionCase, roll: Roll) -> Iterator[Problem]:
    yield from _attendance(case)
    if case.returned is not None and case.returned != listed(case) and (case.ballots or not is_void_by_number(case)):
        yield Problem("$.returned", say("ballot.returned_and_listed", returned=case.returned, listed=listed(case)))
    if voters_of(case) is None and returned(case) > case.members:
        yield Problem("$.ballots", say("ballot.more_than_members", returned=returned(case), members=case.members))
    if case.round == "runoff" and len(roll.candidates) <= case.seats:
        yield Problem(
            "$.candidates", say("ballot.runoff_among_more", candidates=len(roll.candidates), seats=case.seats)
        )
    if case.formal_candidates is not None and case.round != "pre_selection":
        yield Problem("$.formal_candidates", say("ballot.only_in_pre_selection"))
    if case.formal_candidates is not None and case.formal_candidates < case.seats:
        yield Problem(
            "$.formal_candidates", say("ballot.fewer_than_seats", value=case.formal_candidates, seats=case.seats)
        )
    if case.by_election and case.round == "pre_selection":
        yield Problem("$.by_election", say("ballot.no_by_election_here"))
    if case.seats > case.members:
        yield Problem("$.seats", say("ballot.seats_over_members", seats=case.seats, members=case.members))


def formal_candidates_problems(case: ElectionCase, limits: Limits | None) -> Iterator[Problem]:
    """A pre-selection selects as many as may then stand for the post."""
    number = case.formal_candidates
    if case.round != "pre_selection" or number is None or limits is None or number < case.seats:
        return
    if limits.too_many(number) or limits.too_few(number, case.seats):
        numbers = {"value": number, "least": limits.least, "most": limits.most, "seats": case.seats}
        yield Problem("$.formal_candidates", say("ballot.formal_candidates_over_limits", **numbers))


def _attendance(case: ElectionCase) -> Iterator[Problem]:
    if case.present is not None and case.present > case.members:
        yield Problem("$.present", say("case.more_than_members", present=case.present, members=case.members))
    there = case.members if case.present is None else case.present
    for name in ("issued", "voters"):
        value = getattr(case, name)
        if value is not None and value > there:
            yield Problem(f"$.{name}", say(f"ballot.{name}_over_present", value=value, present=there))
    if case.voters is not None and case.issued is not None and case.issued < case.voters <= there:
        yield Problem("$.voters", say("ballot.voters_over_issued", voters=case.voters, issued=case.issued))
