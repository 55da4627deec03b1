"""Reading the ballots: which count, which are void and why, and what each person got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from huitang_conference.rules.election.case import Ballot, ElectionCase, Mark
from huitang_conference.rules.election.roll import Roll
from huitang_conference.rules.names import name_key, shown
from huitang_conference.rules.wording import say
from huitang_sdk.cases import Problem

OVER_MARKED = "over_marked"


class Paper(Struct, frozen=True):
    """One ballot as understood: the mark of each candidate, None for contradictory marks; the names written in."""

    marks: dict[str, Mark | None]
    written: frozenset[str]
    void: str | None
    count: int

    @property
    def chosen(self) -> int:
        """How many persons it is for."""
        return sum(mark == "for" for mark in self.marks.values()) + len(self.written)

    @property
    def is_blank(self) -> bool:
        return not self.marks and not self.written


@dataclass
class Box:
    """The counted ballots of a round, by name key. Abstentions are what is left of the valid ones."""

    valid: int = 0
    blank: int = 0
    void: Counter[str] = field(default_factory=Counter)
    votes_for: Counter[str] = field(default_factory=Counter)
    against: Counter[str] = field(default_factory=Counter)
    spoilt: Counter[str] = field(default_factory=Counter)

    @property
    def returned(self) -> int:
        return self.valid + sum(self.void.values())


def read_papers(case: ElectionCase, roll: Roll, problems: list[Problem]) -> list[Paper]:
    """Every ballot; a name in the lists of a ballot that is no candidate's is added to `problems`."""
    papers = []
    for number, given in enumerate(case.ballots):
        path = f"$.ballots[{number}]"
        ballot = given if isinstance(given, Ballot) else Ballot(for_=given)
        papers.append(_paper(ballot, path if isinstance(given, Ballot) else "", path, roll, problems))
    return papers


def _paper(ballot: Ballot, keyed: str, path: str, roll: Roll, problems: list[Problem]) -> Paper:
    marks: dict[str, Mark | None] = {}
    for place, name, mark in _marked(ballot, f"{keyed}.for" if keyed else path, path):
        key = name_key(name)
        if key not in roll.candidates:
            problems.append(roll.unknown(name, place))
            continue
        marks[key] = mark if marks.get(key, mark) == mark else None
    written = set()
    for number, name in enumerate(ballot.write_in):
        key = name_key(name)
        if not key:
            problems.append(Problem(f"{path}.write_in[{number}]", say("input.blank_name")))
        elif key in roll.candidates:
            # Another choice that is no other: the candidate's name written in is a vote for the candidate.
            marks[key] = "for" if marks.get(key, "for") == "for" else None
        else:
            written.add(key)
    return Paper(marks, frozenset(written), ballot.void, ballot.count)


def _marked(ballot: Ballot, path_for: str, path: str) -> Iterator[tuple[str, str, Mark]]:
    """Place, name and mark of everything on a ballot."""
    lists: tuple[tuple[str, Iterable[str], Mark], ...] = (
        (path_for, ballot.for_, "for"),
        (f"{path}.against", ballot.against, "against"),
        (f"{path}.abstain", ballot.abstain, "abstain"),
    )
    for place, names, mark in lists:
        for number, name in enumerate(names):
            yield f"{place}[{number}]", name, mark
    for name, mark in ballot.marks.items():
        yield f"{path}.marks.{name}", name, mark


def count_papers(papers: Iterable[Paper], most: int) -> Box:
    """Count; a ballot that is for more than `most` persons is void, one for fewer is not."""
    box = Box()
    for paper in papers:
        reason = paper.void if paper.void is not None else OVER_MARKED if paper.chosen > most else None
        if reason is not None:
            box.void[reason] += paper.count
            continue
        box.valid += paper.count
        box.blank += paper.count if paper.is_blank else 0
        for key, mark in paper.marks.items():
            counter = {"for": box.votes_for, "against": box.against, None: box.spoilt}.get(mark)
            if counter is not None:
                counter[key] += paper.count
        for key in paper.written:
            box.votes_for[key] += paper.count
    return box


def written_names(case: ElectionCase) -> dict[str, str]:
    """How to print the names written in: of several spellings the first in the order of the alphabet."""
    found: dict[str, str] = {}
    for ballot in case.ballots:
        if isinstance(ballot, Ballot):
            for name in ballot.write_in:
                key, text = name_key(name), shown(name)
                found[key] = min(found.get(key, text), text)
    return found
