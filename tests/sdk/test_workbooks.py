"""Workbooks are weighed before a reader lays out their sheets."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
from python_calamine import CalamineSheet, CalamineWorkbook

from huitang_sdk.i18n import use_locale
from huitang_sdk.workbooks import BrokenWorkbook, Reach, ReachesTooFar, UnpacksTooMuch, check_workbook
from tests.workbooks import book

ROOM = {"cells": 10_000, "unpacked": 10_000_000}


def changed(data: bytes, before: str, after: str, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with other words in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part).decode()
            assert part != name or before in content
            new.writestr(part, content.replace(before, after) if part == name else content)
    return made.getvalue()


def size_of(sheet: CalamineSheet) -> tuple[int, int]:
    """Rows and columns that a reader lays out, from A1 on."""
    rows = sheet.to_python(skip_empty_area=False)
    return len(rows), len(rows[0])


def with_rows(rows: str) -> bytes:
    return changed(book((0, 0, "a")), "</sheetData>", f"{rows}</sheetData>")


def test_a_workbook_that_is_read_passes_from_bytes_and_from_a_path(tmp_path):
    data = book((0, 0, "事由"), (99, 9, "路灯"))
    check_workbook(data, **ROOM)
    (tmp_path / "册.xlsx").write_bytes(data)
    check_workbook(tmp_path / "册.xlsx", **ROOM)


def test_one_blank_in_the_last_cell_is_refused_and_the_sheet_is_named():
    with pytest.raises(ReachesTooFar) as refused:
        check_workbook(book((0, 0, "事由"), (1_048_575, 16_383, " ")), **ROOM)
    assert refused.value.sheet == "册"
    assert refused.value.reach == (1_048_576, 16_384, "XFD1048576")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (ReachesTooFar("册", Reach(9, 1, "A9")), ("册", "A9", "Delete")),
        (UnpacksTooMuch("9 bytes"), ("unpacks", "Delete")),
        (BrokenWorkbook("no xlsx file"), ("xlsx", "Save")),
    ],
    ids=["far", "much", "broken"],
)
def test_whoever_sent_it_is_told_how_to_mend_it(refusal, words):
    with use_locale("en"):
        assert all(word in refusal.told() for word in words)


def test_sheets_that_nobody_sees_are_laid_out_too():
    with pytest.raises(ReachesTooFar) as refused:
        check_workbook(book((0, 0, "事由"), hidden=(1_048_575, 0, "x")), **ROOM)
    assert (refused.value.sheet, refused.value.reach.cell) == ("附表", "A1048576")


def test_it_is_what_the_reader_would_lay_out():
    """The reader's own answer to what is refused: it takes the process with it."""
    code = (
        "import sys, io, resource; from python_calamine import CalamineWorkbook as C;"
        " resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
        " C.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0).to_python()"
    )
    data = book((0, 0, "事由"), (1_048_575, 16_383, " "))
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=False)
    assert done.returncode < 0


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="200"><c r="CV200"><v>1</v></c></row>',
        "<row r='200'><c x='>' r='CV200'><v>1</v></c></row>",
        '<row r="200"><c r="cv200"><v>1</v></c></row>',
        '<row r="200">' + "<c><v>1</v></c>" * 100 + "</row>",
        '<row r="199"/><row>' + "<c/>" * 99 + "<c><v>1</v></c></row>",
        '<row r="200"><c r="CU2"/><c><v>1</v></c></row>',
        '<row r="200"><c r="CV200" t="inlineStr"><is><t>x</t></is></c></row>',
    ],
)
def test_however_a_cell_says_where_it_stands(rows):
    data = with_rows(rows)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert size_of(sheet) == (200, 100)
    with pytest.raises(ReachesTooFar) as refused:
        check_workbook(data, **ROOM)
    assert refused.value.reach == (200, 100, "CV200")
    check_workbook(data, cells=20_000, unpacked=10_000_000)


def test_a_sheet_may_lie_anywhere_in_the_book():
    data = with_rows('<row r="200"><c r="CV200"><v>1</v></c></row>')
    data = changed(data, "worksheets/sheet1.xml", "odd/one.bin", "xl/_rels/workbook.xml.rels")
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            new.writestr("xl/odd/one.bin" if part.endswith("sheet1.xml") else part, old.read(part))
    with pytest.raises(ReachesTooFar) as refused:
        check_workbook(made.getvalue(), **ROOM)
    assert refused.value.sheet == "册"


def test_frames_and_colours_down_to_the_last_row_hurt_nobody():
    data = with_rows('<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    check_workbook(data, **ROOM)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert size_of(sheet) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        ("</sheetData>", "<row>"),
        ('"A1"', '"A0x"'),
        ('<row r="1"', '<row r="x"'),
        ("</Relationships>", "", "xl/_rels/workbook.xml.rels"),
        ("<sheets>", "<sheets", "xl/workbook.xml"),
        ('uniqueCount="1"', 'uniqueCount="9999999999"', "xl/sharedStrings.xml"),
    ],
)
def test_what_is_broken_is_refused_as_such(change):
    with pytest.raises(BrokenWorkbook):
        check_workbook(changed(book((0, 0, "a")), *change), **ROOM)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)], ids=len)
def test_what_is_no_archive_is_no_xlsx(data):
    with pytest.raises(BrokenWorkbook):
        check_workbook(data, **ROOM)


def test_other_kinds_of_archives_are_no_xlsx():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(BrokenWorkbook):
        check_workbook(made.getvalue(), **ROOM)


def test_what_unpacks_to_more_than_it_may_is_not_unpacked():
    data = with_rows(" " * 20_000_000)
    assert len(data) < 100_000
    with pytest.raises(UnpacksTooMuch):
        check_workbook(data, **ROOM)
