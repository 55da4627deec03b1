"""What a PDF page holds: characters with their boxes, and the ruled lines of its tables, as they are seen."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

_THIN = 3.0
_SHORTEST = 4.0
Turn = Callable[[float, float], tuple[float, float]]


class Char(Struct, frozen=True):
    """One character; x grows to the right, y upwards, in points."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def x(self) -> float:
        """Middle of the box."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """Middle of the box."""
        return (self.bottom + self.top) / 2


class Rule(Struct, frozen=True):
    """A straight line parallel to an edge of the page: at `at`, from `low` to `high` along the other axis."""

    at: float
    low: float
    high: float


class Page(Struct, frozen=True):
    """One page as it is seen (rotation applied)."""

    number: int
    chars: tuple[Char, ...]
    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]


def load_page(page: Any, number: int) -> Page:
    """Characters and rules of a pypdfium2 page; `number` counts from 1."""
    turn = _turn(page.get_rotation(), page.get_width(), page.get_height())
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for x0, y0, x1, y1 in _strokes(page):
        (ax, ay), (bx, by) = turn(x0, y0), turn(x1, y1)
        if abs(ay - by) <= _THIN and abs(ax - bx) >= _SHORTEST:
            horizontal.append(Rule((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= _THIN and abs(ay - by) >= _SHORTEST:
            vertical.append(Rule((ax + bx) / 2, min(ay, by), max(ay, by)))
    return Page(number, tuple(_chars(page, turn)), tuple(horizontal), tuple(vertical))


def _turn(rotation: int, width: float, height: float) -> Turn:
    """From the page's own axes to the seen ones; width and height are those of the seen page."""
    if rotation == 90:
        return lambda x, y: (y, height - x)
    if rotation == 180:
        return lambda x, y: (width - x, height - y)
    if rotation == 270:
        return lambda x, y: (width - y, x)
    return lambda x, y: (x, y)


def _chars(page: Any, turn: Turn) -> Iterator[Char]:
    """The characters in the order of the file; those PDFium adds itself (line ends, guessed blanks) left out."""
    from pypdfium2 import raw

    text = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (0, 10, 13, 0xFFFE, 0xFFFF) or raw.FPDFText_IsGenerated(text, index) == 1 or code > 0x10FFFF:
            continue
        box = raw.FS_RECTF()
        if raw.FPDFText_GetLooseCharBox(text, index, box):
            corners = (box.left, box.bottom, box.right, box.top)
        elif raw.FPDFText_GetCharBox(text, index, left, right, bottom, top):
            corners = (left.value, bottom.value, right.value, top.value)
        else:
            continue
        (ax, ay), (bx, by) = turn(corners[0], corners[1]), turn(corners[2], corners[3])
        if not 0xD800 <= code <= 0xDFFF:
            yield Char(chr(code), min(ax, bx), max(ax, bx), min(ay, by), max(ay, by))


def _strokes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Ends of all straight strokes and of filled boxes so thin that they are lines."""
    from pypdfium2 import raw

    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if right - left <= _THIN or top - bottom <= _THIN:
            if right - left > top - bottom:
                yield left, (bottom + top) / 2, right, (bottom + top) / 2
            else:
                yield (left + right) / 2, bottom, (left + right) / 2, top
            continue
        yield from _segments(item, raw)


def _segments(item: Any, raw: Any) -> Iterator[tuple[float, float, float, float]]:
    """The line segments of a stroked path in page coordinates; plain filled areas have no rules."""
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, mode, stroked) or not stroked.value:
        return
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for index in range(min(raw.FPDFPath_CountSegments(item), 20_000)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield (*last, *point)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield (*point, *start)
            last = start
