"""Two letters compared: what speaks for one matter and what against, and how much it comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from huitang_petitions.matching.features import SECTIONS, Features
from huitang_petitions.matching.normal import data

Weights = Mapping[int, float]
"""How rare a hash is: the rarer, the more it says."""
LESS = 0.25
HALF = 0.5
"""By so much a place counts less of which one letter says more than the other."""
CLEAR, VAGUE = 0.6, 0.25
"""From so much in common on the topic is clear; below so much it is vague."""
ENOUGH = 4.5
"""A place known by so much, in weights of what is shared, is known."""


class Sets(Struct):
    """Features as sets, for comparing."""

    phone: frozenset[int]
    parts: frozenset[int]
    name: frozenset[int]
    surname: frozenset[int]
    given: frozenset[int]
    place: frozenset[int]
    district: frozenset[int]
    mentioned: frozenset[int]
    numbers: frozenset[int]
    details: frozenset[int]
    meanings: frozenset[int]
    general: frozenset[int]
    pairs: frozenset[int]

    @property
    def somewhere(self) -> frozenset[int]:
        """Everything that is part of a place's name."""
        return self.place | self.district | self.mentioned


def sets_of(features: Features) -> Sets:
    values, at, parts = features.values.tolist(), 0, []
    for size in features.sizes:
        parts.append(frozenset(values[at : at + size]))
        at += size
    return Sets(**dict(zip(SECTIONS, parts, strict=True)))


class Evidence(Struct, frozen=True):
    """What a comparison found, each from 0 to 1 unless it says otherwise; `score` makes one number of it."""

    phone: float
    """1 the same number, -1 another one, 0 unknown."""
    name: float
    """1 the same, 0.4 what may be the same, -1 another one, 0 unknown."""
    place: float
    """How much of the shorter place is found in the other letter, as far as that says anything."""
    elsewhere: float
    """How much of it is not found, as far as both places are known."""
    district: float
    """-1 where both name a district and not the same, else 0."""
    numbers: float
    """1 the same number of house or building, -1 others, 0 unknown."""
    details: float
    """Sums, years, quantities in common; below 0 where both have some and share none."""
    meanings: float
    within: float
    """Expressions in common: of both, and of the shorter one."""
    pairs: float
    inside: float
    """Pairs of characters in common, places left out: of both, and of the shorter one."""

    @property
    def topic(self) -> float:
        return (self.meanings + self.within + self.pairs * 2 + self.inside * 2) / 4


def _mass(found: frozenset[int], weights: Weights) -> float:
    return sum(weights[value] for value in found)


def _alike(
    a: frozenset[int], b: frozenset[int], weights: Weights, less: frozenset[int] = frozenset()
) -> tuple[float, float]:
    """(cosine, share of the smaller one): both 0 where one is empty. What is in `less` counts for less."""
    shared = _squares(a & b, weights, less)
    if not shared:
        return 0.0, 0.0
    size_a, size_b = _squares(a, weights, less), _squares(b, weights, less)
    return shared / math.sqrt(size_a * size_b), shared / min(size_a, size_b)


def _squares(found: frozenset[int], weights: Weights, less: frozenset[int]) -> float:
    return sum(weights[value] ** 2 * (LESS if value in less else 1.0) for value in found)


def _place(a: Sets, b: Sets, weights: Weights) -> tuple[float, float]:
    """(found, not found): the names of one letter's place looked for in all of the other letter."""
    names_a, names_b = a.place or a.mentioned, b.place or b.mentioned
    found, missing = 0.0, 0.0
    known: list[float] = []
    shares: list[float] = []
    for names, other in ((names_a, b), (names_b, a)):
        mass = _mass(names, weights)
        if mass:
            there = _mass(names & (other.somewhere | other.pairs), weights)
            known.append(mass)
            shares.append(there / mass)
            found = max(found, there / mass * min(1.0, there / ENOUGH))
    if len(known) == 2:
        missing = max(0.0, 1 - 1.5 * found) * min(1.0, min(known) / ENOUGH)
        found *= 1 - HALF + HALF * min(shares)
    return found, missing


def _either(a: frozenset[int], b: frozenset[int]) -> float:
    if not a or not b:
        return 0.0
    return 1.0 if a & b else -1.0


def _name(a: Sets, b: Sets) -> float:
    if a.name and b.name:
        if a.name & b.name:
            return 1.0
        shared = len(a.given & b.given)
        if shared < max(len(a.given), len(b.given)) - 1 or not shared:
            return -1.0
        return 0.4 if shared > 1 else 0.0
    if a.surname and b.surname:
        return 0.4 if a.surname & b.surname else -1.0
    return 0.0


def compare(a: Features | Sets, b: Features | Sets, weights: Weights) -> Evidence:
    """What speaks for and against that two letters are about one matter. `weights` knows every hash of both."""
    a = a if isinstance(a, Sets) else sets_of(a)
    b = b if isinstance(b, Sets) else sets_of(b)
    place, elsewhere = _place(a, b, weights)
    aside = a.somewhere | b.somewhere
    meanings, within = _alike(a.meanings, b.meanings, weights, a.general | b.general)
    pairs, inside = _alike(a.pairs - aside, b.pairs - aside, weights)
    details = _alike(a.details, b.details, weights)[1]
    if not details and a.details and b.details:
        details = -0.5
    return Evidence(
        phone=0.0 if len(a.parts & b.parts) == 2 else _either(a.phone, b.phone),
        name=_name(a, b),
        place=place,
        elsewhere=elsewhere,
        district=min(0.0, _either(a.district, b.district)),
        numbers=_either(a.numbers, b.numbers),
        details=details,
        meanings=meanings,
        within=within,
        pairs=pairs,
        inside=inside,
    )


def terms(evidence: Evidence) -> dict[str, float]:
    """What the score is a weighted sum of."""
    e = evidence
    person, topic = max(e.phone, e.name, 0.0), min(1.0, e.topic / CLEAR)
    if e.phone < 0:
        person *= 0.5  # Two people can have one name.
    vague = max(0.0, 1 - e.topic / VAGUE)
    return {
        "one": 1.0,
        "phone same": max(e.phone, 0.0),
        "phone other": max(-e.phone, 0.0),
        "name": max(e.name, 0.0),
        "name other": max(-e.name, 0.0),
        "place": e.place,
        "elsewhere": e.elsewhere,
        "district other": -e.district,
        "numbers same": max(e.numbers, 0.0),
        "numbers other": max(-e.numbers, 0.0),
        "details same": max(e.details, 0.0),
        "meanings": e.meanings,
        "within": e.within,
        "pairs": e.pairs,
        "inside": e.inside,
        "topic": topic,
        "topic, person": topic * person,
        "topic, place": topic * e.place,
        "topic, elsewhere": topic * e.elsewhere,
        "same words": max(0.0, e.pairs - 0.4) * (1 - e.elsewhere) * float(min(e.phone, e.name, e.district) >= 0),
        "vague": vague,
        "vague, person": vague * person,
        "vague, place": vague * e.place,
        "nobody, nowhere": float(person == 0) * (1 - e.place),
    }


@cache
def fitted() -> dict[str, float]:
    return {str(term): float(weight) for term, weight in data("weights.toml")["weights"].items()}


def score(evidence: Evidence) -> float:
    """From 0 to 1: how probable it is that both letters are about one matter."""
    weights = fitted()
    total = sum(weights.get(term, 0.0) * value for term, value in terms(evidence).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
