"""What is refused, and with which words: the message names the file, the place and the mending."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from huitang_budget.declarations.importing import (
    DEFAULT_LIMITS,
    Limits,
    UnreadableFile,
    content_fingerprint,
    file_fingerprint,
    read_declarations,
)
from huitang_budget.declarations.model import Declaration

Read = Callable[..., Declaration]


def refused(source: str, data: bytes | Path, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_declarations(source, data, limits=limits)
    assert caught.value.message.startswith(f"{source}：")
    assert str(caught.value) == caught.value.message
    return caught.value.code


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("data", [b"", b"   \n\r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_files(data: bytes) -> None:
    assert refused("空.txt", data) == "empty_file"


def test_a_picture_renamed_pdf() -> None:
    assert refused("申报表.pdf", png()) == "wrong_type"
    assert refused("申报表.pdf", b"\xff\xd8\xff\xe0" + bytes(200)) == "wrong_type"


def test_binary_rubbish_and_programs() -> None:
    assert refused("a.txt", bytes(range(256)) * 40) == "binary_file"
    assert refused("a.txt", b"\x7fELF" + bytes(500)) == "wrong_type"
    assert refused("a.zip", zipped({"a.txt": b"hello"})) == "wrong_type"


def test_text_that_is_no_declaration() -> None:
    assert refused("a.txt", "今天天气很好，项目组去春游。\n".encode()) == "not_a_declaration"
    assert refused("a.txt", "今天天气很好，项目组去春游。\n".encode("gb18030")) == "not_a_declaration"


def test_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "大.docx"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    assert refused("大.docx", path) == "too_large"
    assert refused("a.txt", b"x" * 2000, Limits(file_bytes=1000)) == "too_large"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert refused("无.txt", tmp_path / "无.txt") == "cannot_open"
    assert refused("夹", tmp_path) == "cannot_open"


def test_zip_bombs_by_size_ratio_and_count() -> None:
    huge = zipped({"word/document.xml": bytes(110 * 1024 * 1024)})
    assert len(huge) < 1024 * 1024
    assert refused("炸弹.docx", huge) == "zip_bomb"
    assert refused("炸弹.docx", zipped({"word/document.xml": bytes(20 * 1024 * 1024)})) == "zip_bomb"
    many = zipped({f"word/{number}.xml": b"x" for number in range(5_100)})
    assert refused("炸弹.docx", many) == "zip_bomb"
    assert refused("炸弹.xlsx", zipped({"xl/workbook.xml": bytes(20 * 1024 * 1024)})) == "zip_bomb"


def test_a_zip_whose_directory_lies_about_sizes() -> None:
    data = bytearray(zipped({"word/document.xml": bytes(30 * 1024 * 1024)}))
    where = data.rindex(b"PK\x01\x02")
    data[where + 24 : where + 28] = struct.pack("<I", 1000)
    assert refused("炸弹.docx", bytes(data)) in {"zip_bomb", "corrupt_file"}


def test_a_sheet_that_reaches_to_the_last_cell(as_xlsx: Callable[..., bytes]) -> None:
    data = io.BytesIO(as_xlsx())
    with zipfile.ZipFile(data) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", far).encode()
    assert refused("远.xlsx", zipped(parts)) == "too_many_cells"


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_password_protected_office_files(request: pytest.FixtureRequest, kind: str) -> None:
    import msoffcrypto

    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(request.getfixturevalue(f"as_{kind}")())).encrypt("密码123", out)
    assert refused(f"密.{kind}", out.getvalue()) == "password_protected"


def test_password_protected_pdf(as_pdf: Callable[..., bytes]) -> None:
    assert refused("密.pdf", as_pdf(password="secret")) == "password_protected"


def test_pdf_without_text_layer() -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.save()
    assert refused("扫描.pdf", out.getvalue()) == "no_text_layer"


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pdf"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_files(request: pytest.FixtureRequest, kind: str, share: float) -> None:
    data = request.getfixturevalue(f"as_{kind}")()
    cut = data[: int(len(data) * share)]
    code, totals = outcome(f"断.{kind}", cut)
    assert code in {"", "corrupt_file", "no_text_layer", "not_a_declaration"}
    # PDFium mends a cut file where it can; then every amount it still shows must be the form's own.
    assert code or kind == "pdf"
    assert set(totals) <= {None, 300_000_000}


def outcome(source: str, data: bytes) -> tuple[str, list[int | None]]:
    """The code of the refusal, or "" and the totals read."""
    try:
        return "", [form.total_fen.value for form in read_declarations(source, data)]
    except UnreadableFile as error:
        return error.code, []


def test_damaged_inside(as_docx: Callable[..., bytes], as_xlsx: Callable[..., bytes]) -> None:
    for source, data in (("坏.docx", as_docx()), ("坏.xlsx", as_xlsx())):
        broken = bytearray(data)
        for index in range(200, len(broken) - 2000, 97):
            broken[index] ^= 0xFF
        assert refused(source, bytes(broken)) == "corrupt_file"
    assert refused("坏.docx", zipped({"word/document.xml": b"<w:document"})) == "corrupt_file"


def test_old_word_files_are_told_from_encrypted_ones() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refused("旧.doc", ole + "WordDocument".encode("utf-16-le")) == "wrong_type"
    assert refused("密.docx", ole + "EncryptedPackage".encode("utf-16-le")) == "password_protected"


def test_the_name_does_not_decide_the_type(as_docx: Callable[..., bytes], as_text: Callable[..., str]) -> None:
    assert read_declarations("a.txt", as_docx())[0].total_fen.value == 300_000_000
    assert read_declarations("a.docx", as_text().encode())[0].total_fen.value == 300_000_000


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_read_without_doubt(as_text: Callable[..., str], encoding: str) -> None:
    text = as_text().replace("☑", "√")
    (form,) = read_declarations("a.txt", text.encode(encoding))
    assert form.project_name.value == "云江市一网通办平台升级改造经费"
    assert form.problems == ()


def test_a_few_broken_bytes_are_told(as_text: Callable[..., str]) -> None:
    data = as_text().encode().replace("高峰".encode(), b"\xe9\xab\xff", 1)
    (form,) = read_declarations("a.txt", data)
    (problem,) = form.problems
    assert problem.code == "doubtful_encoding"
    assert problem.place is not None
    assert problem.place.line == 14


def test_no_indicator_table(read: Read, rows: tuple[tuple[str, ...], ...], as_text: Callable[..., str]) -> None:
    without = tuple(row for row in rows if not row[2] or row[0] in ("开始时间", "项目总预算（元）"))
    form = read(as_text(tuple(row for row in without if row[0] != "分解目标")))
    assert form.indicators == ()
    assert "no_indicators" in [p.code for p in form.problems]


def test_sums_that_do_not_add_up_name_both_amounts_and_places(read: Read, as_text: Callable[..., str]) -> None:
    form = read(as_text().replace("500000.50", "400000.50"))
    (problem,) = form.problems
    assert problem.code == "sum_mismatch"
    for part in ("2,500,000.50 元", "2,600,000.50 元", "第16行", "第19行", "-100,000.00 元"):
        assert part in problem.message


def test_the_year_above_the_total(read: Read, as_text: Callable[..., str]) -> None:
    form = read(as_text().replace("3000000", "2000000"))
    assert [(p.code, p.field) for p in form.problems] == [("sum_mismatch", "current_year_fen")]


def test_wan_yuan_beside_yuan(read: Read, as_text: Callable[..., str]) -> None:
    form = read(as_text().replace("3000000", "300万元"))
    assert form.total_fen.value == 300_000_000
    (problem,) = form.problems
    assert problem.code == "mixed_units"
    assert problem.message.count("第16行") == 2


def test_a_date_that_does_not_exist(read: Read, as_text: Callable[..., str]) -> None:
    form = read(as_text().replace("2024-11-30", "2024-02-30").replace("2024-5-20", "2024-5-32"))
    assert form.end.value is None
    assert [(p.code, p.field, p.quote) for p in form.problems] == [
        ("impossible_date", "end", "2024-02-30"),
        ("impossible_date", "milestones[1].date", "2024-5-32"),
    ]
    assert form.milestones[1].date is None


def test_an_amount_that_cannot_be_read_is_none_and_told(read: Read, as_text: Callable[..., str]) -> None:
    for wrong in ("30o0000", "2,12,4000", "约三百万", "3.0.0", "1.005"):
        form = read(as_text().replace("3000000", wrong))
        assert form.total_fen.value is None
        assert form.total_fen.text == wrong
        assert "unreadable_amount" in [p.code for p in form.problems]


def test_importing_the_same_file_again_gives_the_same_fingerprints(as_docx: Callable[..., bytes]) -> None:
    data = as_docx()
    first, second = (read_declarations("a.docx", data) for _ in range(2))
    assert first == second
    assert content_fingerprint(first[0]) == content_fingerprint(second[0])
    assert file_fingerprint(data) == file_fingerprint(bytes(data))
