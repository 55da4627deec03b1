"""PDF files with a text layer to rows: ruled tables by their cells, the rest by lines and columns."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.readers.archive import corrupt
from huitang_budget.declarations.readers.base import Cell, Document, Limits, Row, UnreadableFile
from huitang_budget.declarations.readers.pdf_grid import Lattice, find_lattice, snap
from huitang_budget.declarations.readers.pdf_lines import TextLine, blocks_of, lines_of
from huitang_budget.declarations.readers.pdf_page import Char, Page, load_page

_PDFIUM = threading.Lock()
"""PDFium keeps state of its own and must not be entered by two threads."""
_FEWEST_CHARS = 20
_COLUMN = 10.0


def read_pdf(source: str, data: bytes, limits: Limits) -> Document:
    """Rows of all pages. Raises UnreadableFile: password_protected, corrupt_file, too_many_pages, no_text_layer."""
    with _PDFIUM:
        pages = _pages(source, data, limits)
    if sum(1 for page in pages for char in page.chars if not char.text.isspace()) < _FEWEST_CHARS:
        raise UnreadableFile(
            "no_text_layer",
            f"{source}：第1页起没有文字层，像是扫描图片；请先做文字识别（OCR），或提供 Word、Excel 文件",
        )
    columns = snap([rule.at for page in pages for rule in page.vertical])
    rows = [row for page in pages for row in _page_rows(page, columns)]
    return Document(source=source, kind="pdf", rows=tuple(rows))


def _pages(source: str, data: bytes, limits: Limits) -> list[Page]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile(
                "password_protected", f"{source}：PDF 设有打开密码，第1页起都读不出来；请取消密码后再导入"
            ) from error
        raise corrupt(source, "的 PDF 结构") from error
    try:
        count = len(document)
        if count == 0:
            raise corrupt(source, "的页目录")
        if count > limits.pdf_pages:
            raise UnreadableFile(
                "too_many_pages",
                f"{source}：PDF 有 {count} 页，超过 {limits.pdf_pages} 页的上限；请只保留申报表所在的页",
            )
        return [_load(source, document, index) for index in range(count)]
    finally:
        document.close()


def _load(source: str, document: Any, index: int) -> Page:
    import pypdfium2 as pdfium

    try:
        page = document[index]
        try:
            return load_page(page, index + 1)
        finally:
            page.close()
    except pdfium.PdfiumError as error:
        raise corrupt(source, f"第{index + 1}页") from error


def _page_rows(page: Page, columns: list[float]) -> list[Row]:
    """Rows of one page from the top: table rows where there are rules, lines elsewhere; the first has a gap before."""
    lattice = find_lattice(page)
    lines = lines_of(page.chars)
    inside: dict[int, list[Char]] = {}
    outside: list[Char] = []
    for char in page.chars:
        box = lattice.cell_at(char.x, char.y) if lattice else None
        if lattice and box:
            inside.setdefault(lattice.owner[box[0]][box[1]], []).append(char)
        else:
            outside.append(char)
    found = list(_free_rows(page, outside, lines))
    if lattice:
        found += _table_rows(page, lattice, inside, columns, lines)
    ordered = [row for _, row in sorted(found, key=lambda item: -item[0])]
    return [Row(cells=row.cells, gap=index == 0) for index, row in enumerate(ordered)]


def _line_number(lines: list[TextLine], y: float) -> int:
    return min(range(len(lines)), key=lambda i: abs(lines[i].y - y)) + 1 if lines else 1


def _free_rows(page: Page, chars: list[Char], lines: list[TextLine]) -> Iterator[tuple[float, Row]]:
    """Lines outside tables; wide gaps part cells, whose columns are told by where cells of the page begin.

    Lines set close together in several columns are one row of a table without rules.
    """
    free = lines_of(chars)
    starts: list[float] = []
    for left in sorted(part.left for line in free for part in line.parts()):
        if not starts or left - starts[-1] > _COLUMN:
            starts.append(left)
    for block in blocks_of(free):
        if len(block) > 1:
            yield block[0].y, _block_row(page, block, starts, lines)
            continue
        place = Place(page=page.number, line=_line_number(lines, block[0].y))
        cells = tuple(Cell(part.text(), place, _column(starts, part.left)) for part in block[0].parts())
        whole = Cell(block[0].text(), place, cells[0].column if cells else 0)
        yield block[0].y, Row(cells=cells if len(cells) > 1 else (whole,))


def _block_row(page: Page, block: list[TextLine], starts: list[float], lines: list[TextLine]) -> Row:
    """One row out of lines set close together: the parts of a column under each other are one cell."""
    cells: dict[int, list[TextLine]] = {}
    for line in block:
        for part in line.parts():
            cells.setdefault(_column(starts, part.left), []).append(part)
    made = [
        Cell("\n".join(p.text() for p in parts), Place(page=page.number, line=_line_number(lines, parts[0].y)), column)
        for column, parts in sorted(cells.items())
    ]
    return Row(cells=tuple(made))


def _column(starts: list[float], left: float) -> int:
    return sum(1 for start in starts if start <= left + 0.01) - 1


def _table_rows(
    page: Page, lattice: Lattice, inside: dict[int, list[Char]], columns: list[float], lines: list[TextLine]
) -> Iterator[tuple[float, Row]]:
    """Rows of the ruled tables; a cell over several rows stands in its first and is empty below."""
    seen: set[int] = set()
    for index, owners in enumerate(lattice.owner):
        cells: list[Cell] = []
        before = -1
        for position, owner in enumerate(owners):
            if owner < 0 or owner == before:
                before = owner
                continue
            before = owner
            text = lines_of(inside.get(owner, [])) if owner not in seen else []
            seen.add(owner)
            middle = text[0].y if text else (lattice.ys[index] + lattice.ys[index + 1]) / 2
            place = Place(page=page.number, line=_line_number(lines, middle))
            column = _nearest(columns, lattice.xs[position])
            cells.append(Cell("\n".join(line.text() for line in text), place, column))
        if any(cell.text for cell in cells):
            yield lattice.ys[index] - 0.01 * index, Row(cells=tuple(cells))


def _nearest(columns: list[float], x: float) -> int:
    """Number of the rule nearest to `x`, counted over all pages: the same column has the same number everywhere."""
    return min(range(len(columns)), key=lambda i: abs(columns[i] - x))
