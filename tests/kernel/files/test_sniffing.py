"""The type of a file is what it is, not what it is called."""

from __future__ import annotations

import io
import zipfile

import pytest

from huitang_kernel.files.sniff import sniff

MACROS = "application/vnd.ms-word.document.macroenabled.12"
ODT = "application/vnd.oasis.opendocument.text"
OFFICE = "application/vnd.openxmlformats-officedocument"


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def word():
    import docx

    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("预算")
    document.save(file)
    return file.getvalue()


def sheet():
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write(0, 0, "预算")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (word, "x.zip", f"{OFFICE}.wordprocessingml.document"),
        (sheet, "预算.docx", f"{OFFICE}.spreadsheetml.sheet"),
        (lambda: zipped(a_txt="x"), "报告.docx", "application/zip"),
        (lambda: zipped(OFD_xml="x"), "公文.ofd", "application/ofd"),
        (lambda: zipped(word__document_xml="x", word__vbaProject_bin="x"), "a.docx", MACROS),
        (lambda: zipped(mimetype=ODT), "a.odt", ODT),
        (lambda: b"PK\x03\x04 and then nothing", "a.zip", "application/zip"),
        (lambda: b"%PDF-1.7\n%\xe2\xe3", "a.txt", "application/pdf"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.txt", "image/png"),
        (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + b"\0" * 50, "a", "image/jpeg"),
        (lambda: b"MZ\x90\x00" + b"\0" * 60, "a.pdf", "application/vnd.microsoft.portable-executable"),
        (lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 60, "a.pdf", "application/x-executable"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧.doc", "application/msword"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧.xls", "application/vnd.ms-excel"),
        ("预算审查".encode, "a.bin", "text/plain"),
        (lambda: "预算审查".encode("gb18030"), "a", "text/plain"),
        (lambda: "预算审查".encode("utf-16"), "a", "text/plain"),
        (lambda: ("预" * 40_000).encode()[:65_536], "a", "text/plain"),
        (lambda: b"MZ is how this plain note begins", "note.txt", "text/plain"),
        (lambda: "单位,金额\n".encode("gb18030"), "a.csv", "text/csv"),
        (lambda: b"\xef\xbb\xbf <!DOCTYPE html><p>", "a.txt", "text/html"),
        (lambda: b"<script>alert(1)</script>", "a.png", "text/html"),
        (lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "a.png", "image/svg+xml"),
        (lambda: b'<?xml version="1.0"?><a/>', "a.txt", "application/xml"),
        (lambda: b"", "a.bin", "text/plain"),
        (lambda: bytes(range(256)) * 4, "a.txt", "application/octet-stream"),
    ],
)  # fmt: skip
def test_types(tmp_path, content, name, kind):
    path = tmp_path / "blob"
    path.write_bytes(content())
    assert sniff(path, name) == kind
