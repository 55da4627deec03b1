"""A document cut into pieces: one per line of a cell, cleaned, in reading order, each with its place and column."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.parse.clean import clean_cell
from huitang_budget.declarations.readers.base import Document, Row


class Piece(Struct, frozen=True):
    """A label or a stretch of text. `field` is set for labels; `score` says how sure the label is (0 to 3).

    `row` counts rows of the document, `column` cells in the row (from 0), `width` the cells of the row. `gap` tells
    that blank lines or a page break stand before, `first` that the piece begins its cell, `sheet_start` that a new
    sheet begins with it. `note` is what stands in brackets behind a label: （万元）.
    """

    text: str
    place: Place
    row: int
    column: int = 0
    width: int = 1
    gap: bool = False
    first: bool = True
    field: str | None = None
    score: float = 0.0
    note: str = ""
    sheet_start: bool = False


def cut(document: Document) -> list[Piece]:
    """The pieces of all rows; empty cells give none (their columns stay counted)."""
    return [piece for number, row in enumerate(document.rows) for piece in _row_pieces(number, row)]


def _row_pieces(number: int, row: Row) -> list[Piece]:
    out: list[Piece] = []
    for cell in row.cells:
        paragraph = False
        for line in clean_cell(cell.text).split("\n"):
            if not line:
                paragraph = True
            else:
                first = not out or out[-1].column != cell.column
                out.append(
                    Piece(
                        text=line,
                        place=cell.place,
                        row=number,
                        column=cell.column,
                        width=len(row.cells),
                        gap=paragraph or (row.gap and not out),
                        first=first,
                        sheet_start=row.sheet_start and not out,
                    )
                )
                paragraph = False
    return out


class Grid(Struct, frozen=True):
    """One row of a table section: the text of its non-empty cells by column."""

    cells: dict[int, str]
    place: Place
    places: dict[int, Place]
    width: int
    gap: bool = False

    @property
    def filled(self) -> list[tuple[int, str]]:
        """Column and text of the cells that hold something, from left to right."""
        return sorted(self.cells.items())


def grids(pieces: list[Piece]) -> list[Grid]:
    """Pieces put back into rows; lines of a cell are joined, paragraphs of a cell parted by a line break."""
    out: list[Grid] = []
    current = -1
    for piece in pieces:
        if piece.row != current:
            out.append(Grid({}, piece.place, {}, piece.width, piece.gap))
            current = piece.row
        cells = out[-1].cells
        if piece.column in cells:
            cells[piece.column] = _joined(cells[piece.column], piece)
        else:
            cells[piece.column] = piece.text
        out[-1].places.setdefault(piece.column, piece.place)
    return out


def _joined(text: str, piece: Piece) -> str:
    return f"{text}\n{piece.text}" if piece.gap else glue(text, piece.text)


def glue(text: str, more: str) -> str:
    """Two halves of a text that a line end parted: words of letters get a blank between, all else nothing."""
    letters = text[-1:].isascii() and text[-1:].isalpha() and more[:1].isascii() and more[:1].isalpha()
    return f"{text} {more}" if letters else text + more


def whole_cells(pieces: list[Piece]) -> list[Piece]:
    """The lines of each cell joined to one piece, paragraphs kept apart; for cells that hold names or numbers."""
    out: list[Piece] = []
    for piece in pieces:
        before = out[-1] if out else None
        same = before is not None and before.row == piece.row and before.column == piece.column and not piece.gap
        if before is not None and same and not before.field and not piece.field and before.width > 1:
            out[-1] = replace(before, text=glue(before.text, piece.text))
        else:
            out.append(piece)
    return out


def cell_text(pieces: list[Piece], index: int) -> str:
    """The text of the whole cell that begins at `index`: its further lines joined on."""
    first = pieces[index]
    text = first.text
    for piece in pieces[index + 1 : index + 6]:
        if (piece.row, piece.column) != (first.row, first.column) or piece.gap or piece.field or first.width == 1:
            break
        text = glue(text, piece.text)
    return text
