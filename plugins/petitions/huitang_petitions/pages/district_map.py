"""The map of districts: how many matters each drew in the period, in steps of equal height."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huitang_petitions.services.situation import ALSO, Figure
from huitang_petitions.situation.outlines import Drawing, fold

STEPS = 4


class Shown(Struct, frozen=True, kw_only=True):
    """A district on the map. `asked` are the ways in which its matters write it; `level` is 0 for none, up to STEPS."""

    name: str
    asked: str
    count: int
    level: int
    path: str
    left: float
    top: float


class Step(Struct, frozen=True):
    """A step of the legend, from its first number to its last."""

    level: int
    first: int
    last: int


class DistrictMap(Struct, frozen=True, kw_only=True):
    """All that is drawn, and the figures of matters that name no district of the map."""

    width: int
    height: int
    places: list[Shown]
    legend: list[Step]
    elsewhere: list[Figure]


def map_of(drawing: Drawing | None, figures: Sequence[Figure]) -> DistrictMap | None:
    """The map of the period's figures by district; None without outlines."""
    if drawing is None:
        return None
    known = drawing.by_name()
    counted: dict[str, list[Figure]] = {}
    elsewhere = []
    for figure in figures:
        place = known.get(fold(figure.value))
        if place:
            counted.setdefault(place.name, []).append(figure)
        elif figure.count:
            elsewhere.append(figure)
    counts = {name: sum(figure.count for figure in of_place) for name, of_place in counted.items()}
    height = step_of(max(counts.values(), default=0))
    places = [
        Shown(
            name=place.name,
            asked=ALSO.join(figure.value for figure in counted.get(place.name, ())) or place.name,
            count=counts.get(place.name, 0),
            level=-(-counts.get(place.name, 0) // height),
            path=place.path,
            left=place.left,
            top=place.top,
        )
        for place in drawing.places
    ]
    used = max((place.level for place in places), default=0)
    legend = [Step(0, 0, 0), *(Step(level, (level - 1) * height + 1, level * height) for level in range(1, used + 1))]
    return DistrictMap(width=drawing.width, height=drawing.height, places=places, legend=legend, elsewhere=elsewhere)


def step_of(most: int) -> int:
    """How many matters one step takes in, so that `STEPS` steps reach the fullest district.

    >>> [step_of(most) for most in (0, 1, 4, 5, 90)]
    [1, 1, 1, 2, 23]
    """
    return max(1, -(-most // STEPS))
