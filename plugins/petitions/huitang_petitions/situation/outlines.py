"""The outlines of a city's districts: GeoJSON in, a drawing of paths out; every mistake names the district.

Coordinates are longitude and latitude (RFC 7946). A name stands in `properties.name`, other ways of writing it in
`properties.aliases`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct

from huitang_sdk.cases import CaseError, Problem, Wording

WORDING = Wording("huitang_petitions.situation")
say, refuse = WORDING.say, WORDING.refuse
MOST, LONGEST = 300, 60
WIDTH, TALLEST = 1000, 1400
MARGIN = 8
LINES = 24
"""Lines across a district on which room for its label is sought."""

Point = tuple[float, float]
Ring = tuple[Point, ...]


class District(Struct, frozen=True):
    """A district by its name and its other names; `rings` are its outer and inner borders alike."""

    name: str
    aliases: tuple[str, ...]
    rings: tuple[Ring, ...]


class Place(Struct, frozen=True):
    """A district as it is drawn: the data of an SVG path, and where its label has room, in per cent of the drawing."""

    name: str
    aliases: tuple[str, ...]
    path: str
    left: float
    top: float


class Drawing(Struct, frozen=True):
    """A map in its own units: `width` by `height`."""

    width: int
    height: int
    places: tuple[Place, ...]

    def by_name(self) -> Mapping[str, Place]:
        """The places by every name they go by, folded as `fold` does."""
        return {fold(name): place for place in self.places for name in (place.name, *place.aliases)}


def fold(name: str) -> str:
    """A name as names are compared: no spaces, one width of letters.

    >>> fold(" 滨河　区")
    '滨河区'
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def parse_outlines(text: str) -> tuple[District, ...]:
    """The districts of a GeoJSON text. CaseError names every mistake with the district it is in."""
    try:
        data = msgspec.json.decode(text.removeprefix("\ufeff"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise refuse("$", "outline.no_json", cause=str(error)) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection" or not isinstance(features, list):
        kind = data.get("type", "") if isinstance(data, dict) else type(data).__name__
        raise refuse("$", "outline.no_collection", type=str(kind)[:40])
    if not features:
        raise refuse("$.features", "outline.none")
    if len(features) > MOST:
        raise refuse("$.features", "outline.too_many", count=len(features), most=MOST)
    problems: list[Problem] = []
    districts = [found for number, one in enumerate(features) if (found := _district(number, one, problems))]
    problems += _doubles(districts)
    if problems:
        raise CaseError(problems)
    return tuple(districts)


def _district(number: int, feature: Any, problems: list[Problem]) -> District | None:
    place = f"$.features[{number}]"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        problems.append(Problem(place, say("outline.no_feature", number=number + 1)))
        return None
    told = feature.get("properties")
    properties: dict[str, Any] = told if isinstance(told, dict) else {}
    name, aliases = properties.get("name"), properties.get("aliases", [])
    if not isinstance(name, str) or not name.strip():
        problems.append(Problem(f"{place}.properties.name", say("outline.no_name", number=number + 1)))
        return None
    if len(name) > LONGEST:
        problems.append(Problem(f"{place}.properties.name", say("outline.long_name", number=number + 1, most=LONGEST)))
        return None
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and alias.strip() for alias in aliases):
        problems.append(Problem(f"{place}.properties.aliases", say("outline.bad_aliases", name=name)))
        return None
    try:
        rings = tuple(_rings(name.strip(), feature.get("geometry"), f"{place}.geometry"))
    except CaseError as error:
        problems += error.problems
        return None
    return District(name.strip(), tuple(alias.strip() for alias in aliases), rings)


def _rings(name: str, geometry: Any, place: str) -> Iterator[Ring]:
    """The rings of a polygon or of several. CaseError for the first that is none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise refuse(f"{place}.type", "outline.no_area", name=name, type=str(kind)[:40])
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons or not all(isinstance(one, list) and one for one in polygons):
        raise refuse(f"{place}.coordinates", "outline.no_ring", name=name)
    found = [_ring(name, ring, f"{place}.coordinates") for polygon in polygons for ring in polygon]
    if not any(area(ring) for ring in found):
        raise refuse(f"{place}.coordinates", "outline.flat", name=name)
    yield from found


def _ring(name: str, ring: Any, place: str) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise refuse(place, "outline.short_ring", name=name)
    points = tuple(_point(name, point, place) for point in ring)
    if points[0] != points[-1]:
        raise refuse(place, "outline.open_ring", name=name)
    return points


def _point(name: str, point: Any, place: str) -> Point:
    numbers = isinstance(point, list) and len(point) >= 2 and all(type(one) in (int, float) for one in point[:2])
    if not numbers:
        raise refuse(place, "outline.bad_point", name=name)
    x, y = float(point[0]), float(point[1])
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise refuse(place, "outline.not_degrees", name=name, x=f"{x:.7g}", y=f"{y:.7g}")
    return x, y


def _doubles(districts: Sequence[District]) -> Iterator[Problem]:
    """Names that two districts go by, aliases among them."""
    seen: dict[str, int] = {}
    for number, district in enumerate(districts):
        for name in (district.name, *district.aliases):
            if seen.setdefault(fold(name), number) != number:
                yield Problem("$.features", say("outline.twice", name=name))


def area(ring: Ring) -> float:
    """Of a ring, without its sign."""
    return abs(sum(x * b - a * y for (x, y), (a, b) in pairwise(ring))) / 2


def draw(districts: Sequence[District]) -> Drawing:
    """The districts side by side: north is up, a degree of longitude as wide as it is at the city's latitude."""
    points = [point for district in districts for ring in district.rings for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    narrow = max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = min(WIDTH / ((east - west) * narrow), TALLEST / (north - south))

    def put(point: Point) -> Point:
        return round((point[0] - west) * narrow * scale) + MARGIN, round((north - point[1]) * scale) + MARGIN

    width = round((east - west) * narrow * scale) + 2 * MARGIN
    height = round((north - south) * scale) + 2 * MARGIN
    places = []
    for district in districts:
        rings = [_thinned([put(point) for point in ring]) for ring in district.rings]
        x, y = _room(rings)
        left, top = round(100 * x / width, 2), round(100 * y / height, 2)
        places.append(Place(district.name, district.aliases, "".join(map(_path, rings)), left, top))
    return Drawing(width, height, tuple(places))


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Without points that fall onto the one before: a survey's thousands become what a screen can show."""
    return [point for number, point in enumerate(points) if not number or point != points[number - 1]]


def _path(ring: Sequence[Point]) -> str:
    return "M" + " ".join(f"{x:.0f},{y:.0f}" for x, y in ring) + "Z"


def _room(rings: Sequence[Sequence[Point]]) -> Point:
    """The middle of the widest stretch of a district on a level line, away from its top and bottom."""
    rows = [y for ring in rings for _x, y in ring]
    top, bottom = min(rows), max(rows)
    best, widest = (rings[0][0][0], (top + bottom) / 2), 0.0
    for number in range(1, LINES):
        y = top + (bottom - top) * number / LINES + 0.01
        crossed = sorted(_crossings(rings, y))
        off = abs(number / LINES - 0.5)
        for left, right in zip(crossed[::2], crossed[1::2], strict=False):
            if (right - left) * (1 - off) > widest:
                best, widest = ((left + right) / 2, y), (right - left) * (1 - off)
    return best


def _crossings(rings: Sequence[Sequence[Point]], y: float) -> Iterator[float]:
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 <= y) != (y2 <= y):
                yield x1 + (y - y1) * (x2 - x1) / (y2 - y1)
