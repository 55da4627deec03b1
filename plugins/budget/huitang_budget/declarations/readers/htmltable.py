"""Text in which a scanner left its tables as HTML: rows and cells by <tr> and <td>, spans laid out."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.readers.base import Cell, Row

_PART = re.compile(r"(</?(?:table|thead|tbody|tr|td|th)\b[^<>]*>)", re.IGNORECASE)
_SPAN = {name: re.compile(rf"\b{name}\s*=\s*[\"']?(\d{{1,3}})", re.IGNORECASE) for name in ("rowspan", "colspan")}


def has_html_table(text: str) -> bool:
    """True where the text holds at least one row with one cell."""
    return bool(re.search(r"<tr\b", text, re.IGNORECASE) and re.search(r"<t[dh]\b", text, re.IGNORECASE))


def html_rows(text: str) -> list[Row]:
    """Rows of the tables and, as rows of one cell, the lines outside them."""
    return _Layout().run(text)


class _Layout:
    """Walks the tags once, keeping which columns a cell above still covers."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.line = 1
        self.cells: list[Cell] = []
        self.covered: dict[int, int] = {}
        self.inside = False
        self.open: Cell | None = None

    def run(self, text: str) -> list[Row]:
        for part in _PART.split(text):
            if _PART.fullmatch(part):
                self._tag(part)
            else:
                self._text(part)
            self.line += part.count("\n")
        self._end_row()
        return self.rows

    def _tag(self, tag: str) -> None:
        name = re.sub(r"[</>\s].*", "", tag.lstrip("</").lower())
        if name in ("td", "th") and not tag.startswith("</"):
            self._open_cell(tag)
        elif name in ("td", "th"):
            self._close_cell()
        elif name == "tr":
            self._end_row()
            self.inside = not tag.startswith("</")
        elif name == "table":
            self._end_row()
            self.inside = False
            self.covered = {}

    def _text(self, text: str) -> None:
        if self.open is not None:
            self.open = Cell(text=self.open.text + text, place=self.open.place, column=self.open.column)
            return
        for offset, line in enumerate(text.split("\n")):
            if line.strip() and not self.inside:
                place = Place(line=self.line + offset)
                self.rows.append(Row(cells=(Cell(text=line, place=place),), gap=offset > 1))

    def _open_cell(self, tag: str) -> None:
        self._close_cell()
        column = self.cells[-1].column + 1 if self.cells else 0
        while self.covered.get(column, 0) > 0:
            self.cells.append(Cell(text="", place=Place(line=self.line), column=column))
            column += 1
        wide, deep = (int(m[1]) if (m := _SPAN[name].search(tag)) else 1 for name in ("colspan", "rowspan"))
        for extra in range(min(wide, 50)):
            self.covered[column + extra] = max(deep, 1)
        self.inside = True
        self.open = Cell(text="", place=Place(line=self.line), column=column)
        self._pending = min(wide, 50)

    def _close_cell(self) -> None:
        if self.open is None:
            return
        self.cells.append(self.open)
        for extra in range(1, self._pending):
            self.cells.append(Cell(text="", place=self.open.place, column=self.open.column + extra))
        self.open = None

    def _end_row(self) -> None:
        self._close_cell()
        if self.cells:
            self.rows.append(Row(cells=tuple(self.cells)))
            self.covered = {column: left - 1 for column, left in self.covered.items() if left > 1}
        self.cells = []
