"""The indicator table to indicators: levels carried down, broken rows joined, displaced labels put right."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from huitang_budget.declarations.model import Indicator, Place, Problem
from huitang_budget.declarations.parse.clean import compact, join_blanks, without_boxes
from huitang_budget.declarations.parse.indicator_lines import rows_from_lines, spread_row
from huitang_budget.declarations.parse.indicator_rows import (
    PARENT,
    head_columns,
    head_role,
    is_head,
    is_level,
    is_level1,
)
from huitang_budget.declarations.parse.pieces import Grid, Piece, grids
from huitang_budget.declarations.parse.targets import OPERATORS, read_target
from huitang_budget.declarations.readers.base import place_text

_TAIL = 3
_CLEAR = frozenset({"产出", "效果"})
_EARLIER = {
    "产出": re.compile(r"^(?:投入|过程|决策|管理|效果|效益|影响力)"),
    "效果": re.compile(r"^(?:投入|过程|决策|管理|产出(?!与))"),
}
"""Level-1 parts that a 产出 or 效果 row never stands under: there its own level-1 name is missing."""


class Line(Struct, frozen=True):
    """One row by role before levels are carried down; `gap` marks a page break before it."""

    level1: str
    level2: str
    level3: str
    target: str
    place: Place
    gap: bool = False


def read_indicators(pieces: list[Piece]) -> tuple[tuple[Indicator, ...], list[Problem]]:
    """All indicators of the table pieces, and what had to be put right (level_moved) or stands alone (stray_text)."""
    pieces = [p for p in pieces if p.field != "indicators"]
    lines = _lines(pieces)
    lines = _joined(lines)
    lines = _level_names(lines)
    problems: list[Problem] = []
    carried = _carried(lines, problems)
    return tuple(_indicator(line) for line in carried), problems


def _lines(pieces: list[Piece]) -> list[Line]:
    """The rows by role: by the heading's columns where the row fits them, else by what the cells look like."""
    columns = head_columns(pieces)
    out: list[Line] = []
    loose: list[Piece] = []
    for row in grids(pieces):
        if is_head(row) or all(head_role(text) for _, text in row.filled):
            continue
        if len(row.filled) == 1 and row.width == 1:
            loose.extend(p for p in pieces if p.place == row.place and p.text in row.cells[row.filled[0][0]])
            continue
        out.extend(_from_lines(loose))
        loose = []
        line = _by_columns(row, columns) if columns else None
        out.extend(_apart(line or _by_look(row)))
    return out + _from_lines(loose)


def _from_lines(loose: list[Piece]) -> list[Line]:
    return [Line(*cells, place=place) for cells, place in rows_from_lines(loose)]


def _by_columns(row: Grid, columns: dict[int, str]) -> Line | None:
    """The row read by the heading's columns; None when it does not fit them (cells shifted)."""
    cells = {"level1": "", "level2": "", "level3": "", "target": "", "operator": "", "unit": ""}
    level3_seen = False
    for column, text in row.filled:
        role = columns.get(column)
        if role is None:
            if column > max(columns) or not is_level(text):
                return None if column > max(columns) else _skip_or_none(row, columns)
            role = "level1" if not cells["level1"] else "level2"
        if role in cells:
            cells[role] = f"{cells[role]}{text}" if role == "level3" and level3_seen else text
            level3_seen = level3_seen or role == "level3"
    if _shifted(cells):
        return None
    target = _whole_target(cells["operator"], cells["target"], cells["unit"])
    return Line(cells["level1"], cells["level2"], cells["level3"], target, row.place, row.gap)


def _apart(line: Line) -> list[Line]:
    """A row whose cells hold several indicators, a paragraph each, is as many rows."""
    names, targets = line.level3.split("\n"), line.target.split("\n")
    if len(names) < 2 or len(names) != len(targets):
        return [line]
    return [replace(line, level3=name, target=target) for name, target in zip(names, targets, strict=True)]


def _skip_or_none(row: Grid, columns: dict[int, str]) -> Line | None:
    """Cells under no heading at all: the rest of the row still counts when it is complete without them."""
    known = {column: text for column, text in row.cells.items() if column in columns}
    return _by_columns(replace(row, cells=known), columns) if known else None


def _shifted(cells: dict[str, str]) -> bool:
    """Cells that stand one column off: a level name in the place of an indicator, or a target in that of its name."""
    if cells["level3"] and is_level(cells["level3"]) and not cells["target"]:
        return True
    return bool(cells["level2"] and not cells["level3"] and cells["target"]) and not is_level(cells["level2"])


def _by_look(row: Grid) -> Line:
    texts = [text for _, text in row.filled]
    level1, level2, level3, target = spread_row(texts)
    return Line(level1, level2, level3, target, row.place, row.gap)


def _whole_target(operator: str, target: str, unit: str) -> str:
    """The target with the operator and unit that stand in columns of their own (定性 is not an operator)."""
    target, sign, unit = join_blanks(target), join_blanks(operator), join_blanks(unit)
    if not target or read_target(target).value is None:
        return target
    known = any(re.fullmatch(pattern, compact(sign)) for pattern, _ in OPERATORS)
    head = sign if known and read_target(target).operator is None else ""
    tail = unit if unit not in ("/", "-", "无", "—") and read_target(target).unit is None else ""
    return f"{head}{target}{tail}"


def _joined(lines: list[Line]) -> list[Line]:
    """Rows that a page break or a scan cut in two: a name without target and a target without name belong together.

    A short tail of a name (at most three characters) goes to the row before it.
    """
    out: list[Line] = []
    for line in lines:
        before = out[-1] if out else None
        if before is None or (line.level3 and line.target):
            merged = before is not None and bool(before.level3) and not before.target and _is_cut(before.level3)
            if before is not None and merged and not line.level1 and not line.level2:
                out[-1] = replace(before, level3=before.level3 + line.level3, target=line.target)
            else:
                out.append(line)
        elif line.target and not line.level3 and before.level3 and not before.target:
            out[-1] = replace(before, target=line.target)
        elif line.target and not line.level3 and not line.level1 and not line.level2:
            out[-1] = replace(before, target=before.target + line.target)
        elif line.level3 and not line.level1 and not line.level2 and len(compact(line.level3)) <= _TAIL:
            out[-1] = replace(before, level3=before.level3 + line.level3)
        else:
            out.append(line)
    return out


def _is_cut(text: str) -> bool:
    """A name that cannot end like this: it stops at a word that needs another."""
    return text[-1:] in "的和与及、，（(" or text.count("（") > text.count("）")


def _level_names(lines: list[Line]) -> list[Line]:
    """Level names broken over rows (投入和管 | 理目标) put together; cells that hold only blanks emptied."""
    out = list(lines)
    for role in ("level1", "level2"):
        start: int | None = None
        for index, line in enumerate(out):
            name = getattr(line, role)
            if not name:
                continue
            if start is not None and not is_level(name):
                joined = compact(getattr(out[start], role) + name)
                if is_level(joined):
                    out[start] = _with(out[start], role, joined)
                    out[index] = _with(line, role, "")
                    start = None
                    continue
            start = None if is_level(name) else index
    return out


def _with(line: Line, role: str, value: str) -> Line:
    return replace(line, level1=value) if role == "level1" else replace(line, level2=value)


def _carried(lines: list[Line], problems: list[Problem]) -> list[Line]:
    """Levels carried down; rows that hold only level names hand them on; displaced level-1 names put right."""
    out: list[Line] = []
    level1 = level2 = ""
    stated = [_name(line.level1) for line in lines if is_level1(line.level1)]
    for line in lines:
        name1, name2 = _name(line.level1), _name(line.level2)
        if name1 and name1 != level1:
            level2 = ""
        level1, level2 = name1 or level1, name2 or level2
        proper = _parent(level1, level2, bool(name1), stated)
        if proper != level1:
            _report_move(line, level1, proper, len(out), problems)
            level1 = proper
        if line.level3 or line.target:
            out.append(
                replace(line, level1=level1, level2=level2, level3=_name(line.level3), target=_name(line.target))
            )
    return out


def _parent(level1: str, level2: str, is_stated: bool, stated: list[str]) -> str:
    """The level-1 name a level-2 name must stand under, in the form's own wording; `level1` where nothing is wrong.

    Wrong is a level-2 name in the first column beside itself (the printed 产出目标 was pushed to another row), and a
    数量/质量/时效 or 效益 row under a level-1 name that was only carried down from an earlier part (its own got lost).
    """
    displaced = bool(level1) and level1 == level2
    if is_stated and not displaced:
        return level1
    for word, child, parents in PARENT:
        if not child.match(level2) or (parents.match(level1) and not displaced):
            continue
        known = next((name for name in stated if parents.match(name) and name != level1), None)
        clear = word in _CLEAR and not level2.startswith("成本")
        if displaced:
            return known or (f"{word}{level2[-2:]}" if clear else level1)
        if level1 and clear and _EARLIER[word].match(level1):
            ending = level2[-2:] if level2[-2:] in {"目标", "指标"} else level1[-2:]
            return known or f"{word}{ending}"
    return level1


def _report_move(line: Line, was: str, now: str, index: int, problems: list[Problem]) -> None:
    message = f"{place_text(line.place)}：一级指标一栏印着“{was}”，按表式它应在“{now}”之下（标签错行），已按“{now}”读取"
    problems.append(Problem("level_moved", f"indicators[{index}].level1", was, message, line.place))


def _name(text: str) -> str:
    return without_boxes(join_blanks(text.replace("\n", ""))).strip()


def _indicator(line: Line) -> Indicator:
    read = read_target(line.target)
    return Indicator(
        level1=line.level1,
        level2=line.level2,
        level3=line.level3,
        target=line.target,
        operator=read.operator,
        value=read.value,
        unit=read.unit,
        place=line.place,
    )
