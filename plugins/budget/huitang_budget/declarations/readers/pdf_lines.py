"""Characters back to lines of text by where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from huitang_budget.declarations.readers.pdf_page import Char

_BLANK = 0.6
_COLUMN_GAP = 1.8
_LEADING = 1.2
_LABEL_LINES = 4
_ROW_LINES = 60


class TextLine(Struct, frozen=True):
    """Characters on one height, from left to right."""

    chars: tuple[Char, ...]

    @property
    def y(self) -> float:
        """Height of the line's middle."""
        return sum(char.y for char in self.chars) / len(self.chars)

    @property
    def left(self) -> float:
        """Left edge of the first character."""
        return self.chars[0].left

    def text(self) -> str:
        """The line as text, a blank where the gap is wider than a good half of a character."""
        out = ""
        before: Char | None = None
        for char in self.chars:
            if before is not None and char.left - before.right > _BLANK * _size(before) and not out.endswith(" "):
                out += " "
            out += char.text
            before = char
        return out.strip()

    def parts(self) -> list[TextLine]:
        """The line cut where a gap is wider than almost two characters: columns without rules."""
        groups: list[list[Char]] = []
        for char in self.chars:
            if char.text.isspace():
                continue
            if groups and char.left - groups[-1][-1].right <= _COLUMN_GAP * _size(groups[-1][-1]):
                groups[-1].append(char)
            else:
                groups.append([char])
        return [TextLine(tuple(group)) for group in groups]


def _size(char: Char) -> float:
    return max(char.top - char.bottom, 1.0)


def lines_of(chars: Iterable[Char]) -> list[TextLine]:
    """Lines from top to bottom; characters whose middles are closer than half their height share a line."""
    groups: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: (-c.y, c.left)):
        if groups and abs(_middle(groups[-1]) - char.y) < 0.5 * _size(char):
            groups[-1].append(char)
        else:
            groups.append([char])
    lines = [TextLine(tuple(sorted(_once(group), key=lambda c: (c.left, c.right)))) for group in groups]
    return [line for line in lines if line.text()]


def _middle(group: list[Char]) -> float:
    solid = [c for c in group[-12:] if not c.text.isspace()] or group[-12:]
    return sum(c.y for c in solid) / len(solid)


def _once(group: list[Char]) -> list[Char]:
    """Without doubles: bold print made by setting the same character twice almost in one place."""
    out: list[Char] = []
    for char in sorted(group, key=lambda c: c.left):
        if not any(c.text == char.text and abs(c.left - char.left) < 0.25 * _size(char) for c in out[-3:]):
            out.append(char)
    return out


def blocks_of(lines: list[TextLine]) -> list[list[TextLine]]:
    """Lines grouped into the rows of a table without rules, every other line alone.

    The distance inside a row is clearly smaller than between rows; where all lines are set at one distance, or a group
    is not a table row (one column, or too many lines in its first), nothing is grouped.
    """
    steps = sorted(upper.y - lower.y for upper, lower in pairwise(lines))
    if len(steps) < 4:
        return [[line] for line in lines]
    near = _LEADING * steps[len(steps) // 10]
    groups: list[list[TextLine]] = []
    for line in lines:
        if groups and groups[-1][-1].y - line.y <= near:
            groups[-1].append(line)
        else:
            groups.append([line])
    out: list[list[TextLine]] = []
    for group in groups:
        out.extend([group] if _is_row(group) else [[line] for line in group])
    return out


def _is_row(group: list[TextLine]) -> bool:
    """Whether a group of lines is one table row: several columns, and a short label in the first."""
    parts = [part for line in group for part in line.parts()]
    left = min(part.left for part in parts)
    first = [part for part in parts if part.left - left < _size(part.chars[0])]
    return len(group) > 1 and len(first) < len(parts) and len(first) <= _LABEL_LINES and len(group) <= _ROW_LINES
