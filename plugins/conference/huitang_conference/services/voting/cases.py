"""Votes and elections as the cases that the rules decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from huitang_conference.rules.election.case import election_case
from huitang_conference.rules.election.count import count
from huitang_conference.rules.election.result import Count
from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import parse_profile
from huitang_conference.services.voting.choices import Ballot, Candidate


def profile_of(meeting: Mapping[str, Any]) -> Profile:
    """The rules as they stood when the meeting was convened."""
    return parse_profile(meeting["profile"], name="profile")


def subject_of(kind: str, options: Mapping[str, Any]) -> str:
    """What the rules call the matter."""
    return str(options.get("subject") or ("appointment" if kind == "appointment" else kind))


PASSED_ON = ("post", "by_election", "max_choices", "formal_candidates", "round")
"""Options of an election that the rules want to know."""


def papers_of(poll: Mapping[str, Any], ballots: Mapping[str, int]) -> list[dict[str, Any]]:
    """Ballots of an election as the rules read them: by name, equal ones together."""
    names = msgspec.json.decode(poll["names"], type=list[Candidate])
    called = {candidate.id: candidate.name for candidate in names}
    papers = []
    for text, number in sorted(ballots.items()):
        ballot = msgspec.json.decode(text, type=Ballot)
        marks = {called[candidate]: mark for candidate, mark in ballot.marks.items()}
        papers.append({"marks": marks, "write_in": ballot.write_ins, "count": number})
    return papers


def election_of(
    meeting: Mapping[str, Any], poll: Mapping[str, Any], *, present: int, papers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A round of an election as a case for the rules."""
    options = msgspec.json.decode(poll["options"])
    case = {
        "members": max(meeting["members_total"], present, 1),
        "present": present,
        "voters": present,
        "seats": poll["seats"],
        "candidates": [candidate.name for candidate in msgspec.json.decode(poll["names"], type=list[Candidate])],
        "ballots": list(papers),
        "title": poll["title"],
    }
    return case | {name: options[name] for name in PASSED_ON if options.get(name)}


def count_election(meeting: Mapping[str, Any], case: dict[str, Any]) -> Count:
    """Count it by the rules of the meeting. Raises CaseError."""
    return count(election_case(case), profile_of(meeting))
