"""Word files to rows: paragraphs and tables in order, merged cells once, ticks of every kind as ☑ and ☐."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.readers.archive import checked_archive, corrupt
from huitang_budget.declarations.readers.base import Cell, Document, Limits, Row, UnreadableFile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TICKED_SYMBOLS = frozenset({"FE", "FD", "FC", "FB", "52", "53", "54", "50", "51", "6E"})
_EMPTY_SYMBOLS = frozenset({"A8", "6F", "A3", "A6", "70", "71", "72", "2A"})
_FALSE = ("0", "false", "off", "none")


def read_docx(source: str, data: bytes, limits: Limits) -> Document:
    """Rows of the body. Raises UnreadableFile: zip_bomb, corrupt_file, password_protected, too_many_cells."""
    body = _body(source, checked_archive(source, data, limits))
    walker = _Walker(source, limits)
    walker.blocks(body)
    return Document(source=source, kind="docx", rows=tuple(walker.rows))


def _body(source: str, data: bytes) -> Any:
    """The body element. python-docx raises whatever the broken part raises, so everything is told as damage."""
    import docx

    try:
        return docx.Document(io.BytesIO(data)).element.body
    except Exception as error:
        raise corrupt(source, "的正文（word/document.xml）") from error


class _Walker:
    """Goes through the body once, numbering paragraphs and tables from 1."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.rows: list[Row] = []
        self.source, self.limits = source, limits
        self.paragraph = self.table = self.cells = 0
        self.gap = False  # whether the next row begins a paragraph: true but for lines broken by hand

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables directly in `parent`, also inside content controls and insertions."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
                self.blocks(child)

    def _paragraph(self, element: Any) -> None:
        self.paragraph += 1
        text = _text(element)
        if not text.strip():
            return
        place = Place(paragraph=self.paragraph)
        self.gap = True
        for line in text.split("\n"):
            if line.strip():
                parts = line.split("\t") if "\t" in line.strip() else [line]
                cells = tuple(Cell(text=part, place=place, column=i) for i, part in enumerate(parts))
                self.rows.append(Row(cells=cells, gap=self.gap))
                self.gap = False

    def _table(self, element: Any) -> None:
        self.table += 1
        number = self.table
        for index, row in enumerate(_children(element, f"{_W}tr"), start=1):
            cells = tuple(self._cells(row, number, index))
            self.cells += len(cells)
            if self.cells > self.limits.cells:
                raise UnreadableFile(
                    "too_many_cells", f"{self.source}：第{number}个表格第{index}行起单元格过多；请只保留申报表后再导入"
                )
            if any(cell.text.strip() for cell in cells):
                self.rows.append(Row(cells=cells))

    def _cells(self, row: Any, table: int, index: int) -> Iterator[Cell]:
        """The cells of a row on the grid: what a merge covers is empty."""
        column = _skipped(row)
        for cell in _children(row, f"{_W}tc"):
            properties = cell.find(f"{_W}tcPr")
            span, continued = _spans(properties)
            place = Place(table=table, row=index, column=column + 1)
            yield Cell(text="" if continued else _cell_text(cell), place=place, column=column)
            for extra in range(1, span):
                yield Cell(
                    text="", place=Place(table=table, row=index, column=column + extra + 1), column=column + extra
                )
            column += span


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _children(child, tag)


def _skipped(row: Any) -> int:
    before = row.find(f"{_W}trPr/{_W}gridBefore")
    return _number(before.get(f"{_W}val")) if before is not None else 0


def _spans(properties: Any) -> tuple[int, bool]:
    """Columns a cell takes (at most 64), and whether it only continues the merged cell above."""
    if properties is None:
        return 1, False
    span = properties.find(f"{_W}gridSpan")
    merge = properties.find(f"{_W}vMerge")
    continued = merge is not None and merge.get(f"{_W}val", "continue") != "restart"
    width = _number(span.get(f"{_W}val")) if span is not None else 1
    return max(1, min(64, width)), continued


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _cell_text(cell: Any) -> str:
    """Paragraphs apart by an empty line; a table inside a cell by lines and tabs."""
    parts: list[str] = []
    for child in _blocks(cell):
        if child.tag == f"{_W}p":
            parts.append(_text(child))
        else:
            rows = ("\t".join(_cell_text(c) for c in _children(r, f"{_W}tc")) for r in _children(child, f"{_W}tr"))
            parts.append("\n".join(rows))
    return "\n\n".join(part for part in parts if part.strip())


def _blocks(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _blocks(child)


def _text(element: Any) -> str:
    """The text of a paragraph with its ticks; deleted text and fall-back drawings left out."""
    return "".join(_runs(element))


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag == f"{_W}tab":
            yield "\t" if element.tag == f"{_W}r" else ""
        elif tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif tag == f"{_W}sym":
            yield _symbol(child)
        elif tag == f"{_W}fldChar":
            yield _form_box(child)
        elif tag == f"{_W}sdt":
            yield from _control(child)
        elif tag not in (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", f"{_MC}Fallback"):
            yield from _runs(child)


def _symbol(element: Any) -> str:
    """A character of a symbol font: Wingdings boxes as ☑ and ☐, anything else dropped."""
    code = (element.get(f"{_W}char") or "")[-2:].upper()
    if code in _TICKED_SYMBOLS:
        return "☑"
    return "☐" if code in _EMPTY_SYMBOLS else ""


def _form_box(element: Any) -> str:
    """A form-field box of older Word versions."""
    box = element.find(f"{_W}ffData/{_W}checkBox")
    if box is None:
        return ""
    checked = box.find(f"{_W}checked")
    state = checked if checked is not None else box.find(f"{_W}default")
    return "☑" if state is not None and state.get(f"{_W}val", "1") not in _FALSE else "☐"


def _control(element: Any) -> Iterator[str]:
    """A content control: a box gives its state whatever sign the document shows for it, others their text."""
    checked = element.find(f"{_W}sdtPr/{_W14}checkbox")
    if checked is not None:
        state = checked.find(f"{_W14}checked")
        yield "☑" if state is not None and state.get(f"{_W14}val", "1") not in _FALSE else "☐"
        return
    content = element.find(f"{_W}sdtContent")
    if content is not None:
        yield from _runs(content)
