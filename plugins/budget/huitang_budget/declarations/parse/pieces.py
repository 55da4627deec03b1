"""A document cut into pieces: one per line of a cell, cleaned, in reading order, each with its place and column."""

from __future__ import annotations

from msgspec import Struct

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.parse.clean import clean_cell
from huitang_budget.declarations.readers.base import Document, Row


class Piece(Struct, frozen=True):
    """A label or a stretch of text. `field` is set for labels; `score` says how sure the label is (0 to 3).

    `row` counts rows of the document, `column` cells in the row (from 0), `width` the cells of the row, `gap` tells that
    blank lines or a page break stand before. `note` is what stands in brackets behind a label: （万元）.
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
        for line in clean_cell(cell.text).split("\n"):
            if line:
                first = not out or out[-1].column != cell.column
                out.append(
                    Piece(
                        text=line,
                        place=cell.place,
                        row=number,
                        column=cell.column,
                        width=len(row.cells),
                        gap=row.gap and not out,
                        first=first,
                        sheet_start=row.sheet_start and not out,
                    )
                )
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
    """Pieces put back into rows, lines of a cell joined by a line break."""
    out: list[Grid] = []
    current = -1
    for piece in pieces:
        if piece.row != current:
            out.append(Grid({}, piece.place, {}, piece.width, piece.gap))
            current = piece.row
        cells = out[-1].cells
        cells[piece.column] = f"{cells[piece.column]}\n{piece.text}" if piece.column in cells else piece.text
        out[-1].places.setdefault(piece.column, piece.place)
    return out
