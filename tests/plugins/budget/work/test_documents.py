"""The document helpers of the SDK, on real files."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from huitang_budget.plugin import plugin
from huitang_budget.services.template import OPINION, SAMPLE
from huitang_sdk.documents import BrokenTemplate, Column, Sheet, word_from_template, workbook


def word(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def lines_of(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def test_values_are_text_whatever_stands_in_them():
    filled = word_from_template(word("项目：{{ name }}"), {"name": "<w:p> & {{ name }} 甲"})
    assert lines_of(filled) == ["项目：<w:p> & {{ name }} 甲"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (word("{{ missing }}"), "missing"),
        (word("第一行", "{% if name %}没有结尾"), "没有结尾"),
        (word("{{ name.__class__.__mro__ }}"), "unsafe"),
        (word("{{ name | nofilter }}"), "nofilter"),
        (b"PK\x03\x04 broken", "docx"),
        (b"", "docx"),
    ],
    ids=["missing", "unclosed", "unsafe", "filter", "broken", "empty"],  # a Word file has the time in it
)
def test_a_broken_template_says_what_and_where(template, said):
    with pytest.raises(BrokenTemplate) as refused:
        word_from_template(template, {"name": "甲"})
    assert said in refused.value.message


def test_a_template_that_unpacks_to_a_flood_is_refused():
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * (70 * 1024 * 1024))
    with pytest.raises(BrokenTemplate):
        word_from_template(out.getvalue(), {})


def test_the_package_s_own_template_can_be_filled():
    text = "\n".join(lines_of(word_from_template((plugin.folder / OPINION.file).read_bytes(), SAMPLE)))
    assert "指标表没有成本指标。" in text
    assert "相关性" not in text


def test_a_workbook_reads_back_as_it_was_meant():
    columns = [
        Column("名称", 20),
        Column("元", 12, "money"),
        Column("万元", 12, "wan"),
        Column("日期", 12, "date"),
        Column("时间", 16, "time"),
        Column("数", 8, "integer"),
    ]
    moment = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    rows = (row for row in [("=1+1", 1, 212_400_001, date(2026, 1, 2), moment, 7), ("https://x.example", *[None] * 5)])
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook([Sheet("一/二", columns, rows), Sheet("一 二", [], [])])))
    assert book.sheet_names == ["一 二", "一 二 2"]
    head, first, second = book.get_sheet_by_index(0).to_python()
    assert head == ["名称", "元", "万元", "日期", "时间", "数"]
    assert first[:4] == ["=1+1", 0.01, 212.400001, date(2026, 1, 2)]
    assert first[4] == datetime(2026, 11, 23, 9, 30)
    assert second[0] == "https://x.example"


def test_a_row_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="argument"):
        workbook([Sheet("甲", [Column("一")], [("1", "2")])])
