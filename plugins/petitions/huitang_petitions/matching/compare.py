"""Two letters compared: what speaks for one matter and what against, and how much it comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from huitang_petitions.matching.features import SECTIONS, Features

Weights = Mapping[int, float]
"""How rare a hash is, up to 1: the rarer, the more it says."""
LESS = 0.25
HALF = 0.5
"""By so much a place counts less of which one letter says more than the other."""
MANY = 6.0
"""So many rare pairs in common are many."""
STRANGE = 20.0
"""So many rare pairs that the other letter has not are many."""
ENOUGH = 1.3
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
    house: frozenset[int]
    building: frozenset[int]
    part: frozenset[int]
    unit: frozenset[int]
    village: frozenset[int]
    details: frozenset[int]
    meanings: frozenset[int]
    pairs: frozenset[int]
    general: frozenset[int]
    common: frozenset[int]
    heading: frozenset[int]
    headline: frozenset[int]
    letters: frozenset[int]
    characters: frozenset[int]
    firm: frozenset[int]
    trade: frozenset[int]
    branch: frozenset[int]
    local: frozenset[int]
    sums: frozenset[int]

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
    """What a comparison found, each from 0 to 1 unless it says otherwise; `scoring` makes one number of it."""

    phone: float
    """1 the same number, -1 another one, 0 unknown."""
    name: float
    """1 the same, 0.4 what may be the same, -1 another one, 0 unknown."""
    place: float
    """How much of the shorter place is found in the other letter, as far as that says anything."""
    elsewhere: float
    """How much of it is not found, as far as both places are known."""
    near: float
    """How many single characters of the shorter place's name the other has: one may be misread."""
    district: float
    """-1 where both name a district and not the same, else 0."""
    house: float
    building: float
    part: float
    unit: float
    """Numbers of the house, of the building, of the part of an estate, of what is in it: 1 one in common, -1 others,
    0 unknown."""
    village: float
    """What villages are called: likewise."""
    firm: float
    """What firms are called: likewise, and -0.5 where those of one name do different things."""
    branch: float
    """Which company of a firm, which school, which bus: likewise."""
    local: float
    """How much of the expressions in common is of one building only."""
    apart: float
    strange: float
    """How much of expressions, and of pairs of characters, the other has not, of the letter that has less of it."""
    details: float
    """Sums, years, quantities in common; below 0 where both have some and share none."""
    sums: float
    """1 a sum in common, as far as its first two digits go, else 0."""
    agreed: float
    """How many of them are in common, and how rare they are: 1 - 1/e for two that nobody else has."""
    meanings: float
    within: float
    """Expressions in common: of both, and of the shorter one."""
    pairs: float
    inside: float
    """Pairs of characters in common, places left out: of both, and of the shorter one."""
    rare: float
    """How many pairs in common are none of those all letters have: 1 - 1/e for `MANY` of the rarest."""
    topics: float
    """How many expressions in common, likewise."""
    heading: float
    headline: float
    """How much of the subject lines, by expressions and pairs, the other letter speaks of; 0.5 where there is none."""
    characters: float
    held: float
    """Single characters in common, those of places left out: of both, and of the shorter one."""
    said: float
    meant: float
    """How many pairs and expressions the letter has that has fewer: of how much the shares above are."""


def _mass(found: frozenset[int], weights: Weights) -> float:
    return sum(map(weights.__getitem__, found))


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
    whole = sum([weight * weight for weight in map(weights.__getitem__, found)])
    return whole - (1 - LESS) * sum([weight * weight for weight in map(weights.__getitem__, found & less)])


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


def _firm(a: Sets, b: Sets) -> float:
    return -0.5 if a.firm & b.firm and _either(a.trade, b.trade) < 0 else _either(a.firm, b.firm)


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
    common = a.common | b.common
    told_a, told_b = a.pairs - aside, b.pairs - aside
    pairs, inside = _alike(told_a, told_b, weights, common)
    named = a.letters | b.letters
    characters, held = _alike(a.characters - named, b.characters - named, weights)
    details = _alike(a.details, b.details, weights)[1]
    if not details and a.details and b.details:
        details = -0.5
    shared = told_a & told_b
    return Evidence(
        phone=0.0 if len(a.parts & b.parts) == 2 else _either(a.phone, b.phone),
        name=_name(a, b),
        place=place,
        elsewhere=elsewhere,
        near=len(a.letters & b.letters) / max(1, min(len(a.letters), len(b.letters))),
        district=min(0.0, _either(a.district, b.district)),
        house=_either(a.house, b.house),
        building=_either(a.building, b.building),
        part=_either(a.part, b.part),
        unit=_either(a.unit, b.unit),
        village=_either(a.village, b.village),
        firm=_firm(a, b),
        branch=_either(a.branch, b.branch),
        local=_mass(a.local & b.local, weights) / max(_mass(a.meanings & b.meanings, weights), 0.01),
        apart=_apart(a.meanings, b.meanings, weights, a.general | b.general, MANY / 2),
        strange=_apart(told_a, told_b, weights, common, STRANGE),
        details=details,
        sums=max(0.0, _either(a.sums, b.sums)),
        agreed=_many(a.details & b.details, weights, frozenset(), 2.0),
        meanings=meanings,
        within=within,
        pairs=pairs,
        inside=inside,
        rare=_many(shared, weights, common, MANY),
        topics=_many(a.meanings & b.meanings, weights, a.general | b.general, MANY / 2),
        heading=_headed(a.heading, b.heading, a.meanings, b.meanings, weights, a.general | b.general),
        headline=_headed(a.headline - aside, b.headline - aside, a.pairs, b.pairs, weights),
        characters=characters,
        held=held,
        said=float(min(len(a.pairs), len(b.pairs))),
        meant=float(min(len(a.meanings), len(b.meanings))),
    )


def _many(shared: frozenset[int], weights: Weights, less: frozenset[int], enough: float) -> float:
    return 1 - math.exp(((1 - LESS) * _mass(shared & less, weights) - _mass(shared, weights)) / enough)


def _apart(a: frozenset[int], b: frozenset[int], weights: Weights, less: frozenset[int], enough: float) -> float:
    return min(_many(a - b, weights, less, enough), _many(b - a, weights, less, enough))


def _headed(
    head_a: frozenset[int],
    head_b: frozenset[int],
    a: frozenset[int],
    b: frozenset[int],
    weights: Weights,
    less: frozenset[int] = frozenset(),
) -> float:
    shares = [
        _squares(head & other, weights, less) / _squares(head, weights, less)
        for head, other in ((head_a, b), (head_b, a))
        if head
    ]
    return sum(shares) / len(shares) if shares else 0.5
