"""The persons of an election: the candidates, and the names that voters wrote in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from msgspec import Struct

from huitang_conference.rules.election.case import Candidate, ElectionCase
from huitang_conference.rules.names import name_key, shown
from huitang_conference.rules.wording import say
from huitang_sdk.cases import Problem


class Roll(Struct, frozen=True):
    """Candidates by the key of their name, and who may be written in (None: anybody)."""

    candidates: Mapping[str, Candidate]
    eligible: frozenset[str] | None

    @property
    def standing(self) -> int:
        """How many candidates have not withdrawn."""
        return sum(not candidate.withdrawn for candidate in self.candidates.values())

    def may_be_written_in(self, key: str) -> bool:
        return self.eligible is None or key in self.eligible

    def unknown(self, name: str, path: str) -> Problem:
        """That this name is no candidate's, and whose it probably is."""
        names = [candidate.name for candidate in self.candidates.values()]
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        if near:
            return Problem(path, say("ballot.no_candidate_near", name=name, near=near[0]))
        return Problem(path, say("ballot.no_candidate", name=name))


def read_roll(case: ElectionCase, problems: list[Problem]) -> Roll:
    """The candidates of a case; blank and doubled names are added to `problems`."""
    found: dict[str, Candidate] = {}
    for number, given in enumerate(case.candidates):
        path = f"$.candidates[{number}]"
        candidate = Candidate(name=given) if isinstance(given, str) else given
        key = name_key(candidate.name)
        if not key:
            problems.append(Problem(path, say("input.blank_name")))
        elif key in found:
            problems.append(Problem(path, say("ballot.candidate_twice", name=candidate.name)))
        else:
            found[key] = Candidate(name=shown(candidate.name), withdrawn=candidate.withdrawn)
    if not case.candidates:
        problems.append(Problem("$.candidates", say("ballot.nobody_stands")))
    return Roll(found, keys_of(case.eligible) if case.eligible is not None else None)


def keys_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name_key(name) for name in names) - {""}
