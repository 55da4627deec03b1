"""What `count` answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from huitang_conference.rules.verdict_result import Reason

Outcome = Literal["complete", "runoff", "shortfall", "void"]
NextKind = Literal["none", "runoff", "further_election", "revote", "pre_selection", "nomination", "election"]


class Standing(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """One person in the result. `rank`: equal numbers share one (1, 2, 2, 4); None for who cannot be elected."""

    name: str
    for_: int
    against: int
    abstain: int
    spoilt: int
    rank: int | None
    majority: bool
    elected: bool
    tied: bool
    write_in: bool
    withdrawn: bool
    eligible: bool


class Ballots(Struct, frozen=True, kw_only=True):
    """The ballots in numbers; valid + void = returned. `blank` ones are valid; `void_reasons` adds up to `void`."""

    issued: int | None
    voters: int | None
    returned: int
    valid: int
    void: int
    blank: int
    void_reasons: dict[str, int]


class CandidateRule(Struct, frozen=True, kw_only=True):
    """The number of candidates against what the post must have; `most` None: no limit."""

    met: bool
    candidates: int
    least: int
    most: int | None
    equal_allowed: bool
    article: str
    verified: bool


class Next(Struct, frozen=True, kw_only=True):
    """What comes next: for how many seats, and who may stand, most votes first ([] where that is still open)."""

    kind: NextKind
    seats: int
    candidates: tuple[str, ...]
    least_candidates: int | None
    most_candidates: int | None
    zh: str
    en: str
    article: str
    verified: bool


class Count(Struct, frozen=True, kw_only=True):
    """The result of one round. `needed` is the number of votes to be elected (None: the larger number decides);
    `selected` is the outcome of a pre-selection. `elected`, `tied` and `selected` are in the order of the result."""

    outcome: Outcome
    valid: bool
    title: str
    profile: str
    post: str
    round: str
    members: int
    present: int | None
    seats: int
    remaining_seats: int
    needed: int | None
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    selected: tuple[str, ...]
    candidates: tuple[Standing, ...]
    ballots: Ballots
    candidate_rule: CandidateRule | None
    next: Next
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    articles: tuple[str, ...]
