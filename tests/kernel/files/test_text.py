"""Text for search, out of files that may be anything."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from saving import save
from test_sniffing import sheet, word

from tests.workbooks import LAST, book


def long_word(paragraphs):
    import docx

    document = docx.Document()
    for number in range(paragraphs):
        document.add_paragraph(f"第 {number} 段 预算审查")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "项目名称", "路灯改造"
    document.sections[0].header.paragraphs[0].text = "页眉文字"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(text="Budget review 2026"):
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    page = canvas.Canvas(file)
    page.drawString(100, 700, text)
    page.showPage()
    page.drawString(100, 700, "page two")
    page.save()
    return file.getvalue()


def bomb():
    """A docx of a few hundred kilobytes that unpacks to 300 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w") as part:
            part.write(b"<a>")
            for _ in range(300):
                part.write(b" " * 1024 * 1024)
    return file.getvalue()


def laughs():
    """A docx whose XML would grow to gigabytes by its entities."""
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE a [{entities}]><w:t xmlns:w="{w}">&a9;</w:t>')
    return file.getvalue()


@pytest.fixture
async def text_of(open_hall):
    hall = await open_hall(plugins={"files": {"text_max_unpacked_mb": 200, "text_max_characters": 5000}})

    async def text(name, content):
        stored = await save(hall, name, content)
        found = await hall.services.files.scoped("budget").text(stored)
        rows = await hall.core.database.fetch("SELECT state FROM files.blob_text WHERE sha256 = $1", stored.sha256)
        return found, rows[0]["state"] if rows else ""

    return text


async def test_word(text_of):
    text, state = await text_of("a.docx", long_word(3))
    assert state == "read"
    assert text.startswith("第 0 段 预算审查\n第 1 段 预算审查\n")
    assert "项目名称" in text
    assert "路灯改造" in text
    assert "页眉文字" in text


async def test_sheet_pdf_and_plain_texts(text_of):
    assert await text_of("a.xlsx", sheet()) == ("Sheet1\n预算", "read")
    text, _ = await text_of("a.pdf", pdf())
    assert "Budget review 2026" in text
    assert "page two" in text
    assert await text_of("a.txt", "云江市 预算".encode("gb18030")) == ("云江市 预算", "read")
    assert await text_of("b.txt", "云江市\r\n\r\n  预算\x00"[:-1].encode()) == ("云江市\n预算", "read")
    assert await text_of("c.txt", "云江市".encode("utf-16")) == ("云江市", "read")


async def test_no_text_in_other_types(text_of):
    assert await text_of("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50) == ("", "")


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("cut.docx", lambda: word()[:-200], None),
        ("cut.pdf", lambda: b"%PDF-1.7\nnothing", "unreadable"),
        ("bomb.docx", bomb, "too-large"),
        ("laughs.docx", laughs, "unreadable"),
        ("far.xlsx", lambda: book((0, 0, "预算"), LAST), "too-large"),
        ("far-hidden.xlsx", lambda: book((0, 0, "预算"), hidden=LAST), "too-large"),
    ],
)
async def test_hostile_and_broken_files_give_nothing(text_of, name, content, state):
    text, found = await text_of(name, content())
    assert text == ""
    assert state is None or found == state


async def test_a_text_that_is_too_long_is_cut(text_of):
    text, state = await text_of("a.docx", long_word(2000))
    assert state == "read"
    assert 4000 < len(text) <= 5000


async def test_a_text_is_read_once(text_of, monkeypatch):
    content = word()  # made once: the file carries the second it was made in
    first = await text_of("a.docx", content)

    async def never(*_values):
        raise AssertionError("read again")

    monkeypatch.setattr("huitang_kernel.files.text.Texts._read", never)
    assert await text_of("copy.docx", content) == first


async def test_reading_too_long_is_stopped(open_hall):
    hall = await open_hall(plugins={"files": {"text_seconds": 0.001}})
    stored = await save(hall, "a.docx", long_word(500))
    started = time.monotonic()
    assert await hall.services.files.scoped("budget").text(stored) == ""
    assert time.monotonic() - started < 10
    rows = await hall.core.database.fetch("SELECT state FROM files.blob_text")
    assert [row["state"] for row in rows] == ["timeout"]
