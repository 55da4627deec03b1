"""All declarations a review compares with: indexes, so that 10,000 forms cost one pass and not 10,000 × 10,000
comparisons.

Entries are put in one order (source, form) before anything is counted, so the order they are given in never matters.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.language import alike, clauses, matches, normal
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.readings import percent_of

POSTING_LIMIT = 200
"""A clause that more forms than this contain says nothing about copying; further forms are not listed under it."""


class Corpus:
    """The declarations of a review, each known by its number here."""

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        ordered = sorted(declarations, key=lambda d: (d.source, d.form))
        self.entries: tuple[Declaration, ...] = tuple(ordered)
        self._numbers = {id(d): n for n, d in reversed(list(enumerate(self.entries)))}
        self._clause_indexes: dict[tuple[str, int], dict[int, list[int]]] = {}
        self._targets: dict[tuple[str, ...], dict[int | None, dict[int, Decimal]]] = {}
        self._alike: dict[tuple[int, str, float, int], frozenset[int]] = {}

    def number(self, declaration: Declaration) -> int:
        """The number of a declaration that was given to this corpus (the same object)."""
        return self._numbers[id(declaration)]

    def is_same_form(self, one: int, other: int) -> bool:
        """Whether two entries are one and the same form given twice: same source, same place in it, same content."""
        a, b = self.entries[one], self.entries[other]
        return one == other or ((a.source, a.form) == (b.source, b.form) and a == b)

    def peers(self, number: int) -> int:
        """How many other forms there are."""
        twins = sum(self.is_same_form(number, n) for n in self.by_source[self._source(number)])
        return len(self.entries) - twins

    def sources(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The sources of entries, each once, sorted."""
        return tuple(sorted({self.entries[n].source for n in numbers}))

    def _source(self, number: int) -> tuple[str, int]:
        entry = self.entries[number]
        return entry.source, entry.form

    @cached_property
    def by_source(self) -> dict[tuple[str, int], list[int]]:
        index: dict[tuple[str, int], list[int]] = defaultdict(list)
        for n in range(len(self.entries)):
            index[self._source(n)].append(n)
        return index

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """Entries by normalised project name; forms without a name are left out."""
        index: dict[str, list[int]] = defaultdict(list)
        for n, entry in enumerate(self.entries):
            if name := normal(field_text(entry, "project_name")):
                index[name].append(n)
        return index

    @cached_property
    def by_total(self) -> dict[int, list[int]]:
        index: dict[int, list[int]] = defaultdict(list)
        for n, entry in enumerate(self.entries):
            if entry.total_fen.value is not None:
                index[entry.total_fen.value].append(n)
        return index

    def same_name(self, number: int) -> frozenset[int]:
        """Other forms for a project of the same name, whatever their year."""
        name = normal(field_text(self.entries[number], "project_name"))
        return frozenset(n for n in self.by_name.get(name, ()) if not self.is_same_form(number, n))

    def _others(self, number: int, candidates: Iterable[int]) -> frozenset[int]:
        """Candidates that are forms of other projects."""
        own = self.same_name(number)
        return frozenset(n for n in candidates if n not in own and not self.is_same_form(number, n))

    def same_total(self, number: int) -> frozenset[int]:
        """Forms of other projects with the same total to the fen."""
        total = self.entries[number].total_fen.value
        return self._others(number, self.by_total.get(total, ())) if total is not None else frozenset()

    # Dates of milestones -----------------------------------------------------------------------------------------

    @cached_property
    def dates(self) -> tuple[frozenset[date], ...]:
        return tuple(frozenset(m.date for m in e.milestones if m.date is not None) for e in self.entries)

    @cached_property
    def _date_groups(self) -> dict[frozenset[date], list[int]]:
        groups: dict[frozenset[date], list[int]] = defaultdict(list)
        for n, dates in enumerate(self.dates):
            if dates:
                groups[dates].append(n)
        return groups

    @cached_property
    def _groups_by_date(self) -> dict[date, list[frozenset[date]]]:
        index: dict[date, list[frozenset[date]]] = defaultdict(list)
        for dates in self._date_groups:
            for day in dates:
                index[day].append(dates)
        return index

    def same_dates(self, number: int, share: float) -> frozenset[int]:
        """Forms of other projects that have at least `share` of their milestone dates in common with this one.

        A set that shares so many dates must share one of the rarest few, so only the lists of those are walked.
        """
        own = self.dates[number]
        needed = math.ceil(share * len(own))
        rarest_first = sorted(own, key=lambda day: (len(self._groups_by_date[day]), day))
        found: set[int] = set()
        for day in rarest_first[: len(own) - needed + 1]:
            for dates in self._groups_by_date[day]:
                if len(own & dates) >= share * max(len(own), len(dates)):
                    found.update(self._date_groups[dates])
        return self._others(number, found)

    # Wording -----------------------------------------------------------------------------------------------------

    def _pieces(self, number: int, field: str) -> frozenset[str]:
        return wording(self.entries[number], field)

    def _index(self, field: str, shortest: int) -> dict[int, list[int]]:
        """Entries by the hash of each clause of a field; texts under `shortest` characters are left out."""
        key = (field, shortest)
        if key not in self._clause_indexes:
            index: dict[int, list[int]] = {}
            for n, entry in enumerate(self.entries):
                if len(normal(field_text(entry, field))) >= shortest:
                    for piece in self._pieces(n, field):
                        posting = index.setdefault(hash(piece), [])
                        if len(posting) < POSTING_LIMIT:
                            posting.append(n)
            self._clause_indexes[key] = index
        return self._clause_indexes[key]

    def same_wording(self, number: int, field: str, share: float, shortest: int) -> frozenset[int]:
        """Forms of other projects whose text in this field is the same to at least `share` (by characters, clause by
        clause)."""
        key = (number, field, share, shortest)
        if key not in self._alike:
            own = self._pieces(number, field)
            index = self._index(field, shortest)
            counts = Counter(n for piece in own for n in index.get(hash(piece), ()))
            # Clauses that are shared by too many forms are listed for a few of them only, so one common clause is
            # enough
            # to be looked at; the comparison itself is exact.
            similar = (n for n in counts if alike(own, self._pieces(n, field)) >= share)
            self._alike[key] = self._others(number, similar)
        return self._alike[key]

    def copies(self, number: int, fields: Sequence[str], share: float, shortest: int, least: int) -> frozenset[int]:
        """Forms of other projects that repeat at least `least` of the fields."""
        counts = Counter(n for field in fields for n in self.same_wording(number, field, share, shortest))
        return frozenset(n for n, count in counts.items() if count >= least)

    # Targets -----------------------------------------------------------------------------------------------------

    def targets(self, names: tuple[str, ...]) -> dict[int | None, dict[int, Decimal]]:
        """Per year and entry the highest target in percent of the indicators whose name matches `names`."""
        if names not in self._targets:
            index: dict[int | None, dict[int, Decimal]] = defaultdict(dict)
            for n, entry in enumerate(self.entries):
                found = [percent_of(i) for i in entry.indicators if matches(i.level3, names)]
                if known := [percent for percent in found if percent is not None]:
                    index[entry.year.value][n] = max(known)
            self._targets[names] = index
        return self._targets[names]


def wording(declaration: Declaration, field: str) -> frozenset[str]:
    """What is compared of a field: the clauses of a text, the rows (name and target) of the indicator table."""
    if field == "indicators":
        return frozenset(normal(i.level3 + i.target) for i in declaration.indicators)
    return clauses(field_text(declaration, field))
