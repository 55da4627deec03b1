"""Ruled tables of a page: the smallest boxes between the rules, joined where no rule parts them."""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct

from huitang_budget.declarations.readers.pdf_page import Page, Rule

_SNAP = 3.0
_MOST_BOXES = 60_000


class Lattice(Struct, frozen=True):
    """Cells of one page: `xs` and `ys` are the rules' positions (y from the top down), `owner` the cell of each box.

    Boxes outside every table have owner -1.
    """

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the box around a point, None outside every table."""
        column = bisect_right(self.xs, x) - 1
        row = bisect_right([-v for v in self.ys], -y) - 1
        if not (0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1):
            return None
        return None if self.owner[row][column] < 0 else (row, column)


def find_lattice(page: Page) -> Lattice | None:
    """The table cells of a page; None where it has no ruled table (or far too many rules to be one)."""
    xs = snap([rule.at for rule in page.vertical])
    ys = snap([rule.at for rule in page.horizontal])[::-1]
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > _MOST_BOXES:
        return None
    owner = _label(xs, ys, _by_position(page.vertical, xs), _by_position(page.horizontal, ys))
    if all(cell < 0 for line in owner for cell in line):
        return None
    return Lattice(xs, ys, owner)


def snap(values: list[float]) -> list[float]:
    """Positions in order, those closer than three points taken as one."""
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= _SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _by_position(rules: tuple[Rule, ...], positions: list[float]) -> list[list[Rule]]:
    out: list[list[Rule]] = [[] for _ in positions]
    for rule in rules:
        nearest = min(range(len(positions)), key=lambda i: abs(positions[i] - rule.at))
        out[nearest].append(rule)
    return out


def _covered(rules: list[Rule], middle: float) -> bool:
    return any(rule.low - 1 <= middle <= rule.high + 1 for rule in rules)


def _label(
    xs: list[float], ys: list[float], vertical: list[list[Rule]], horizontal: list[list[Rule]]
) -> list[list[int]]:
    """Number each box by the cell it belongs to: flood from box to box where no rule stands between; outside is -1."""
    rows, columns = len(ys) - 1, len(xs) - 1
    walls_v = [[_covered(vertical[c], (ys[r] + ys[r + 1]) / 2) for c in range(columns + 1)] for r in range(rows)]
    walls_h = [[_covered(horizontal[r], (xs[c] + xs[c + 1]) / 2) for c in range(columns)] for r in range(rows + 1)]
    owner = [[-2] * columns for _ in range(rows)]
    number = 0
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] == -2:
                boxes, open_side = _flood(row, column, rows, columns, walls_v, walls_h)
                for r, c in boxes:
                    owner[r][c] = -1 if open_side else number
                number += 0 if open_side else 1
    return owner


def _flood(
    row: int, column: int, rows: int, columns: int, walls_v: list[list[bool]], walls_h: list[list[bool]]
) -> tuple[set[tuple[int, int]], bool]:
    seen = {(row, column)}
    stack = [(row, column)]
    open_side = False
    while stack:
        r, c = stack.pop()
        steps = (
            (r, c - 1, walls_v[r][c]),
            (r, c + 1, walls_v[r][c + 1]),
            (r - 1, c, walls_h[r][c]),
            (r + 1, c, walls_h[r + 1][c]),
        )
        for nr, nc, wall in steps:
            if wall or (nr, nc) in seen:
                continue
            if not (0 <= nr < rows and 0 <= nc < columns):
                open_side = True
                continue
            seen.add((nr, nc))
            stack.append((nr, nc))
    return seen, open_side
