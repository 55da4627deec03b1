"""Outlines of districts: every mistake names its district; what is drawn keeps its place, its shape and its label."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_petitions.situation.outlines import District, draw, fold, parse_outlines
from huitang_sdk.cases import CaseError

SQUARE = [[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]


def feature(name: Any = "东区", kind: str = "Polygon", coordinates: Any = (SQUARE,), **more: Any) -> dict[str, Any]:
    properties = {"name": name, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def text(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_polygons_and_several_of_them_are_read_with_names_heights_and_a_mark_of_byte_order():
    high = [[x, y, 12.5] for x, y in SQUARE]
    read = parse_outlines(
        "\ufeff" + text(feature(), feature(" 西区 ", "MultiPolygon", [[SQUARE], [high]], aliases=["西"]))
    )
    assert [(one.name, one.aliases, len(one.rings)) for one in read] == [("东区", (), 1), ("西区", ("西",), 2)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "FeatureCollection"),
        ('{"type": "Topology"}', "'Topology'"),
        (text(), "no district"),
        (text(*[feature(str(number)) for number in range(301)]), "301"),
        (text(feature(), 3), "number 2 is no Feature"),
        (text(feature(), feature("")), "number 2 has no name"),
        (text(feature(7)), "number 1 has no name"),
        (text(feature("区" * 61)), "longer than 60"),
        (text(feature(aliases="东")), "aliases of 东区"),
        (text(feature(), feature("西区", aliases=["东 区"])), "two districts named 东 区"),
        (text(feature("河区", "LineString", SQUARE)), "河区 is drawn as LineString"),
        (text({"type": "Feature", "properties": {"name": "空区"}, "geometry": None}), "空区 is drawn as None"),
        (text(feature("河区", "Polygon", [])), "河区 has no outline"),
        (text(feature("河区", "MultiPolygon", [[]])), "河区 has no outline"),
        (text(feature("河区", "Polygon", [SQUARE[:3]])), "ring of 河区 has fewer"),
        (text(feature("河区", "Polygon", [SQUARE[:4]])), "ring of 河区 is not closed"),
        (text(feature("河区", "Polygon", [[*SQUARE[:2], ["2", 1], *SQUARE[3:]]])), "point of 河区"),
        (text(feature("河区", "Polygon", [[*SQUARE[:2], [True, 1], *SQUARE[3:]]])), "point of 河区"),
        (
            text(feature("河区", "Polygon", [[[500000, 0], [500009, 0], [500009, 9], [500000, 0]]])),
            "(500000, 0) of 河区",
        ),
        (text(feature("河区", "Polygon", [[[0, 0], [1, 1], [2, 2], [0, 0]]])), "河区 has no area"),
    ],
)
def test_every_mistake_names_what_it_is_in(content, said):
    with pytest.raises(CaseError) as caught:
        parse_outlines(content)
    assert said in str(caught.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(CaseError) as caught:
        parse_outlines(text(feature(""), feature("河区", "Point", [0, 0]), feature("湖区", "Polygon", [SQUARE[:4]])))
    assert len(caught.value.problems) == 3


def test_north_is_up_and_a_degree_of_longitude_shrinks_with_latitude():
    far = [[x, y + 60] for x, y in ((0, 0), (2, 0), (2, 1), (0, 1), (0, 0))]
    drawing = draw((District("北", (), (tuple(map(tuple, far)),)),))
    assert abs((drawing.width - 16) / (drawing.height - 16) - 1) < 0.03
    first = drawing.places[0].path.removeprefix("M").split(" ")[0]
    assert first == f"8,{drawing.height - 8}"


def inside(path: str, x: float, y: float) -> bool:
    """Even-odd, as the browser fills the path."""
    found = False
    for part in path.strip("MZ").split("ZM"):
        points = [tuple(map(float, point.split(","))) for point in part.split(" ")]
        for (x1, y1), (x2, y2) in pairwise(points):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                found = not found
    return found


@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(10, 60)), min_size=3, max_size=12),
    st.integers(-60, 60),
)
def test_a_label_stands_inside_its_district_however_it_is_bent(steps, latitude):
    """A comb: teeth of any width and length below a bar, as districts along a valley are."""
    x, points = 0.0, [(0.0, 1.0)]
    for width, length in steps:
        wide, deep = width / 100, 1 - length / 100
        points += [(x, deep), (x + wide, deep), (x + wide, 0.95), (x + wide + 0.1, 0.95)]
        x += wide + 0.1
    points += [(x, 1.0), (0.0, 1.0)]
    ring = tuple((px, py + latitude) for px, py in points)
    drawing = draw((District("梳", (), (ring,)),))
    (place,) = drawing.places
    assert inside(place.path, place.left * drawing.width / 100, place.top * drawing.height / 100)
    assert re.fullmatch(r"[MZ0-9, ]+", place.path)


def test_a_hole_is_no_room_for_a_label():
    outer = ((0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (0.0, 3.0), (0.0, 0.0))
    inner = ((0.5, 0.2), (2.9, 0.2), (2.9, 2.8), (0.5, 2.8), (0.5, 0.2))
    drawing = draw((District("环", (), (outer, inner)),))
    (place,) = drawing.places
    assert inside(place.path, place.left * drawing.width / 100, place.top * drawing.height / 100)


def test_a_survey_of_many_points_becomes_a_small_drawing():
    from math import cos, pi, sin

    ring = tuple((cos(2 * pi * n / 50_000), sin(2 * pi * n / 50_000)) for n in range(50_000))
    drawing = draw((District("圆", (), ((*ring, ring[0]),)),))
    assert len(drawing.places[0].path) < 40_000


def test_names_are_met_however_they_are_spaced():
    assert fold("滨河　区") == fold(" 滨河区")
    drawing = draw(parse_outlines((files("huitang_petitions") / "samples.geojson").read_text(encoding="utf-8")))
    assert set(drawing.by_name()) >= {"滨河区", "望岭区", "青禾县", "滨河"}
