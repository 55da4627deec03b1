"""A look at an xlsx file before anything lays out its sheets.

A reader such as calamine takes memory for every cell up to the farthest one: a file of 6 kB with one blank at
XFD1048576 asks for 17 thousand million cells, and the process ends. So call `check_workbook` first, in a thread.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from huitang_sdk.i18n import Translator

__all__ = ["BrokenWorkbook", "Reach", "ReachesTooFar", "UnpacksTooMuch", "WorkbookRefused", "check_workbook"]

_ = Translator("documents")
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_OTHER_KINDS = frozenset({"xl/workbook.bin", "mimetype"})
"""Parts of xlsb and ods files: a reader may take the file for one of those, which nobody has looked at."""
_MOST_PARTS = 10_000


class WorkbookRefused(Exception):
    """A file that is not to be given to a reader. The message is for logs, `told` for whoever sent it."""

    def told(self) -> str:
        """What is wrong and how to mend it, in the reader's language."""
        return _("This is not a workbook (xlsx) that can be read. Save lists of other kinds as xlsx first.")


class BrokenWorkbook(WorkbookRefused):
    """It is no xlsx file, is damaged, or is closed with a password."""


class UnpacksTooMuch(WorkbookRefused):
    """It unpacks to more bytes than it may."""

    def told(self) -> str:
        """See `WorkbookRefused`."""
        return _("The workbook unpacks to more than is allowed. Delete pictures and sheets that are not needed.")


class Reach(NamedTuple):
    """How far the filled cells of a sheet reach from A1; `cell` is the address of one that is farthest."""

    rows: int
    columns: int
    cell: str


class ReachesTooFar(WorkbookRefused):
    """The cells of `sheet` reach farther than they may, see `reach`."""

    def __init__(self, sheet: str, reach: Reach) -> None:
        super().__init__(f"{sheet}: {reach.rows} rows, {reach.columns} columns, up to {reach.cell}")
        self.sheet = sheet
        self.reach = reach

    def told(self) -> str:
        """See `WorkbookRefused`; it names the sheet and the cell."""
        return _(
            "Something stands in cell {cell} of the sheet “{sheet}”, too far off to be read. Delete the empty-looking"
            " rows and columns after the list, or copy the list into a new workbook.",
            cell=self.reach.cell,
            sheet=self.sheet,
        )


def check_workbook(file: bytes | str | PathLike[str], *, cells: int, unpacked: int) -> None:
    """Refuse an xlsx file (its bytes or path) of which any sheet, hidden ones too, would be laid out with more
    than `cells` cells, or that unpacks to more than `unpacked` bytes.

    Cells that are only coloured or framed do not count. Computes: call it in a thread. Raises BrokenWorkbook,
    UnpacksTooMuch, ReachesTooFar.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
            _check(archive, cells, unpacked)
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, KeyError),
        *(expat.ExpatError, ElementTree.ParseError, LookupError),
    ) as error:
        raise BrokenWorkbook(str(error)) from error


def _check(archive: zipfile.ZipFile, cells: int, unpacked: int) -> None:
    parts = archive.infolist()
    names = {part.filename.casefold() for part in parts}
    if not {_BOOK, _LINKS} <= names or names & _OTHER_KINDS:
        raise BrokenWorkbook("no xlsx file")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > unpacked:
        raise UnpacksTooMuch(f"{sum(part.file_size for part in parts)} bytes in {len(parts)} parts")
    names_of = _sheet_names(archive)
    left = unpacked
    for part in parts:
        content = _content(archive, part, left)
        left -= len(content)
        # Not by the name of the part: the book may have its sheets anywhere.
        if b"uniqueCount" in content:
            _check_texts(content, max(cells, len(content) // len("<si/>")))
        if b"sheetData" in content:
            reach = _Walk().through(content)
            if reach.rows * reach.columns > cells:
                raise ReachesTooFar(names_of.get(part.filename, part.filename), reach)


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    """What the part really holds: the list of parts may lie about sizes."""
    with archive.open(part) as stream:
        content = stream.read(left + 1)
    if len(content) > left:
        raise UnpacksTooMuch(f"{part.filename} unpacks to more than the {left} bytes left")
    return content


def _check_texts(content: bytes, most: int) -> None:
    """Readers set aside room for as many texts as the list of texts says it has, whatever it has."""

    def start(_tag: str, attributes: Mapping[str, str]) -> None:
        if int(attributes.get("uniqueCount", 0)) > most:
            raise BrokenWorkbook(f"says it has {attributes['uniqueCount'][:20]} texts, which it has no room for")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(content, True)


class _Walk:
    """Goes through the cells of a sheet as readers do: what has no address stands behind what came before it."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._rows = self._columns = 0
        self._cell = "A1"
        self._open: tuple[int, int] | None = None

    def through(self, content: bytes) -> Reach:
        """How far the filled cells reach."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.Parse(content, True)
        return Reach(self._rows, self._columns, self._cell)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            # An address moves the column on, but not the row.
            row, self._column = _place(attributes["r"]) if "r" in attributes else (self._row, self._column + 1)
            self._open = row, self._column
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column, self._open = 0, None
        elif self._open and name in ("v", "is", "t"):
            self._fill(*self._open)
            self._open = None

    def _fill(self, row: int, column: int) -> None:
        if row > self._rows or column > self._columns:
            self._rows, self._columns = max(self._rows, row), max(self._columns, column)
            self._cell = f"{_letters(column)}{row}"


def _place(address: str) -> tuple[int, int]:
    """B3 → (3, 2)."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(f"no address of a cell: {address[:20]!r}")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _letters(column: int) -> str:
    """2 → B, 27 → AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """What the sheets are called, by the names of their parts. A name that is not found is only not told."""
    # Entities that multiply are refused by expat itself, and of a part no more is read than the list of parts says.
    links = ElementTree.fromstring(archive.read(_LINKS))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for element in ElementTree.fromstring(archive.read(_BOOK)).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            own = next((value for key, value in element.items() if key.endswith("}id")), None)
            target = targets.get(own, "")
            found[target.lstrip("/") if target.startswith("/") else f"xl/{target}"] = element.get("name", "")
    return found
