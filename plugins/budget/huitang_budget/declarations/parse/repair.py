"""Rows of a tab-separated text that a scan broke or glued, put back to their width."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from huitang_budget.declarations.parse.clean import clean_cell
from huitang_budget.declarations.parse.forms import is_title
from huitang_budget.declarations.parse.indicator_rows import is_level
from huitang_budget.declarations.parse.tokens import label_of
from huitang_budget.declarations.readers.base import Cell, Document, Row

_LOOK_AHEAD = 5
_TAIL = 20
_LONGEST_CELL = 200


def repair_rows(document: Document) -> Document:
    """The document with broken rows joined and glued rows parted; only texts of one usual width, 3 cells or more."""
    widths = Counter(len(row.cells) for row in document.rows if len(row.cells) > 1)
    if document.kind != "text" or not widths:
        return document
    usual, count = widths.most_common(1)[0]
    if usual < 3 or count < 3:
        return document
    rows: list[Row] = []
    index = 0
    while index < len(document.rows):
        row = document.rows[index]
        starts = index + 1 < len(document.rows) and _is_start(row, document.rows[index + 1])
        if rows and not starts and _is_tail(rows[-1], row, usual):
            rows[-1] = replace(rows[-1], cells=tuple(_append(list(rows[-1].cells), row.cells)))
            index += 1
            continue
        taken, row = _joined(document.rows, index, usual)
        rows.extend(_parted(row, usual))
        index += taken
    return replace(document, rows=tuple(rows))


def _joined(rows: tuple[Row, ...], index: int, usual: int) -> tuple[int, Row]:
    """The row at `index`, together with those after it when they are the rest of one row broken inside a cell."""
    row = rows[index]
    if index + 1 < len(rows) and _is_start(row, rows[index + 1]):
        return 2, replace(row, cells=tuple(_append(list(row.cells), rows[index + 1].cells)))
    if not 1 < len(row.cells) < usual or not row.cells[-1].text.strip():
        return 1, row
    cells = list(row.cells)
    for step, following in enumerate(rows[index + 1 : index + 1 + _LOOK_AHEAD], start=1):
        first = _text(following.cells[0])
        if not first or len(following.cells) >= usual or not _may_follow(_text(cells[-1]), first):
            break
        cells = _append(cells, following.cells)
        if len(cells) >= usual:
            return (step + 1, replace(row, cells=tuple(cells))) if len(cells) == usual else (1, row)
    return 1, row


def _may_follow(before: str, first: str) -> bool:
    """A name of its own begins a new row, unless it is only the end of a longer name."""
    whole = before + first
    return not (label_of(first) or is_level(first)) or bool(label_of(whole) or is_level(whole))


def _is_tail(before: Row, row: Row, usual: int) -> bool:
    """A line that only ends the last cell of the full row before it: "=100" and ".00%"."""
    last = before.cells[-1].text
    if len(row.cells) != 1 or row.gap or len(before.cells) != usual or not last.strip() or len(last) > _LONGEST_CELL:
        return False
    text = _text(row.cells[0])
    return bool(text) and len(text) <= _TAIL and not (label_of(text) or is_level(text) or is_title(text))


def _is_start(row: Row, following: Row) -> bool:
    """A line that only begins the first cell of the row behind it: "投入和" and "管理目标"."""
    if len(row.cells) != 1 or len(following.cells) < 2:
        return False
    first, rest = _text(row.cells[0]), _text(following.cells[0])
    whole = first + rest
    return (
        bool(first and rest)
        and not label_of(first)
        and bool(label_of(whole) or is_level(whole))
        and not is_level(first)
    )


def _append(cells: list[Cell], more: tuple[Cell, ...]) -> list[Cell]:
    """The first of `more` goes on in the last of `cells`."""
    last = cells[-1]
    out = [*cells[:-1], replace(last, text=last.text + more[0].text)]
    return [*out, *(replace(cell, column=len(out) + i) for i, cell in enumerate(more[1:]))]


def _parted(row: Row, usual: int) -> list[Row]:
    """A row of twice the width (less one shared cell) is two: the shared cell goes to the side it belongs to."""
    if len(row.cells) < 2 * usual - 1:
        return [row]
    shared = row.cells[usual - 1]
    left, right = _share(_text(shared))
    first = [*row.cells[: usual - 1], replace(shared, text=left)]
    second = [replace(shared, text=right), *row.cells[usual:]]
    renumbered = tuple(replace(cell, column=i) for i, cell in enumerate(second))
    return [replace(row, cells=tuple(first)), *_parted(Row(cells=renumbered), usual)]


def _share(text: str) -> tuple[str, str]:
    """What of a cell at the seam belongs to the row before, and what to the row after."""
    if label_of(text) or is_level(text):
        return "", text
    for cut in range(1, len(text)):
        tail = text[cut:].strip()
        if len(tail) >= 4 and (label_of(tail) or is_level(tail)):
            return text[:cut], tail
    return text, ""


def _text(cell: Cell) -> str:
    return clean_cell(cell.text)
