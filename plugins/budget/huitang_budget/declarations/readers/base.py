"""What every reader gives: rows of cells with their places, or one clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from huitang_budget.declarations.model import Place, Problem

Kind = Literal["text", "docx", "workbook", "pdf"]


class Limits(Struct, frozen=True):
    """How much a file may ask of us. Sizes in bytes, `zip_ratio` is unpacked size over packed size."""

    file_bytes: int = 50 * 1024 * 1024
    zip_entries: int = 5_000
    zip_entry_bytes: int = 100 * 1024 * 1024
    zip_total_bytes: int = 200 * 1024 * 1024
    zip_ratio: int = 200
    pdf_pages: int = 500
    cells: int = 400_000
    forms: int = 200


DEFAULT_LIMITS = Limits()


class UnreadableFile(Exception):
    """The file is refused as a whole. `code` is for programs, `message` (zh-CN) names file, place and mending."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Cell(Struct, frozen=True):
    """One cell as the file has it: raw text (may hold line breaks and tags), its place and its column from 0."""

    text: str
    place: Place
    column: int = 0


class Row(Struct, frozen=True):
    """One row of a table or one line of text (then with a single cell).

    `gap` tells that blank lines or a page break stand before it; `sheet_start` that a new sheet begins with it.
    """

    cells: tuple[Cell, ...]
    gap: bool = False
    sheet_start: bool = False


class Document(Struct, frozen=True):
    """A file read: its rows in reading order and what was doubtful while reading."""

    source: str
    kind: Kind
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def place_text(place: Place | None) -> str:
    """The place in words (zh-CN), "文件中" where none is known."""
    if place is None:
        return "文件中"
    return "".join(_parts(place)) or "文件中"


def _parts(place: Place) -> Iterator[str]:
    if place.sheet is not None:
        yield f"工作表“{place.sheet}”"
    if place.cell is not None:
        yield f"单元格{place.cell}"
    for value, form in (
        (place.page, "第{}页"),
        (place.paragraph, "第{}段"),
        (place.table, "第{}个表格"),
        (place.row, "第{}行"),
        (place.column, "第{}列"),
        (place.line, "第{}行"),
    ):
        if value is not None:
            yield form.format(value)
