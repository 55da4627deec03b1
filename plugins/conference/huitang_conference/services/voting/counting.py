"""From ballots to a result: who is counted as what, and what the rules of the body make of the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.rules.verdict import verdict
from huitang_conference.rules.verdict_case import verdict_case
from huitang_conference.services.voting.cases import count_election, election_of, papers_of, profile_of, subject_of
from huitang_conference.services.voting.choices import WORDS
from huitang_sdk.cases import CaseError


class Roster:
    """Everybody who could vote, and what became of how many; `row` is that of `progress.VOTERS`."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.voters: list[UUID] = row["voters"]
        self.present: int = row["present"]
        self.pressed: int = row["pressed"]
        self.by_hand: int = row["by_hand"]
        self.left: int = row["left"]
        self.faults: int = row["faults"]
        self.not_pressed: int = row["not_pressed"]


def result_of(
    meeting: Mapping[str, Any], poll: Mapping[str, Any], roster: Roster, ballots: Counter[str]
) -> dict[str, Any]:
    """What `poll.result` holds: the numbers, and the verdict or the election as the rules have it."""
    hands: dict[str, int] = msgspec.json.decode(poll["hands"])
    if poll["manner"] == "hands":
        # Everybody voted by hand: nobody was expected to press anything.
        roster.not_pressed, roster.faults, roster.left = max(0, roster.present - sum(hands.values())), 0, 0
        roster.by_hand = sum(hands.values())
    counts = {
        "voters": len(roster.voters),
        "pressed": roster.pressed,
        "not_raised" if poll["manner"] == "hands" else "not_pressed": roster.not_pressed,
        "fault": roster.faults,
        "left": roster.left,
        "by_hand": max(0, roster.by_hand - sum(hands.values())),
    }
    if poll["kind"] == "election":
        case = election_of(meeting, poll, present=max(roster.present, roster.pressed), papers=papers_of(poll, ballots))
        return {"counts": counts, "election": None} | decided("election", lambda: count_election(meeting, case))
    chosen = {str(word): ballots.get(word, 0) for word in WORDS}
    total = {word: chosen[word] + hands.get(word, 0) for word in WORDS}
    case = _case(meeting, poll, roster, chosen, hands)
    result = {"counts": total | counts, "hands": hands, "verdict": None}
    return result | decided("verdict", lambda: verdict(verdict_case(case), profile_of(meeting)))


def decided(name: str, decide: Callable[[], Any]) -> dict[str, Any]:
    """The decision under this name. Numbers that the rules cannot make sense of never keep a vote from closing."""
    try:
        return {name: msgspec.to_builtins(decide())}
    except CaseError as error:
        return {"problems": [{"zh": problem.text.zh, "en": problem.text.en} for problem in error.problems]}


def _case(
    meeting: Mapping[str, Any],
    poll: Mapping[str, Any],
    roster: Roster,
    chosen: Mapping[str, int],
    hands: Mapping[str, int],
) -> dict[str, Any]:
    options = msgspec.json.decode(poll["options"])
    if poll["manner"] == "hands":
        chosen, hands = {word: hands.get(word, 0) for word in WORDS}, {}
    votes = dict(chosen) | {"not_pressed": roster.not_pressed, "fault": roster.faults}
    # Somebody may press and leave, another come and press: more may have voted than were there at one moment.
    took_part = sum(votes.values()) + sum(hands.values())
    at_open = max(poll["present_at_open"], took_part if took_part > roster.present else 0)
    case: dict[str, Any] = {
        "members": max(meeting["members_total"], len(roster.voters), 1),
        "present": at_open,
        "present_at_close": roster.present,
        "votes": votes,
        "kind": subject_of(poll["kind"], options),
        "title": poll["title"],
        "manner": "hands" if poll["manner"] == "hands" else "device" if poll["secrecy"] == "secret" else "device_named",
    }
    if hands:
        case["by_hands"] = {word: hands.get(word, 0) for word in WORDS}
    if options.get("rule"):
        case["rule"] = options["rule"]
    names = [name["name"] for name in msgspec.json.decode(poll["names"])]
    if len(names) > 1:
        case |= {"merged": True, "names": names}
        if options.get("merge_agreed"):
            case["merge_agreed"] = options["merge_agreed"]
    return case
