"""Boxes as Word knows them: content controls, symbol fonts, form fields, and boxes hidden in tracked changes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from huitang_budget.declarations.importing import read_declarations

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
Box = Callable[[bool], str]


def control(ticked: bool) -> str:
    """A content control that shows the same sign whatever its state, as some templates do."""
    return (
        f'<w:sdt xmlns:w14="{W14}"><w:sdtPr><w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>'
        "</w:sdtPr>"
        "<w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt>"
    )


def symbol(ticked: bool) -> str:
    return f'<w:r><w:sym w:font="Wingdings" w:char="{"F0FE" if ticked else "F0A8"}"/></w:r>'


def field(ticked: bool) -> str:
    checked = '<w:checked w:val="1"/>' if ticked else '<w:default w:val="0"/>'
    data = f"<w:ffData><w:checkBox>{checked}</w:checkBox></w:ffData>"
    return f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'


def changed(ticked: bool) -> str:
    """A box that was replaced with tracked changes: the deleted one does not count."""
    old, new = ("☐", "☑") if ticked else ("☑", "☐")
    return f"<w:del><w:r><w:delText>{old}</w:delText></w:r></w:del><w:ins><w:r><w:t>{new}</w:t></w:r></w:ins>"


def fill(cell: Any, parts: list[tuple[str, bool]], box: Box, before: bool) -> None:
    """The cell's paragraph made of labels and boxes."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    body = ""
    for label, ticked in parts:
        text = f'<w:r><w:t xml:space="preserve"> {label} </w:t></w:r>'
        body += box(ticked) + text if before else text + box(ticked)
    paragraph = parse_xml(f"<w:p {nsdecls('w')}>{body}</w:p>")
    cell._tc.replace(cell.paragraphs[0]._p, paragraph)


@pytest.mark.parametrize("box", [control, symbol, field, changed])
@pytest.mark.parametrize("before", [True, False])
def test_every_kind_of_box(as_docx: Callable[..., bytes], box: Box, before: bool) -> None:
    import docx

    document = docx.Document(io.BytesIO(as_docx()))
    uses = [("基本建设工程类", False), ("信息化建设类", True), ("政策补贴类", False), ("资产购置类", True)]
    fill(document.tables[0].cell(3, 1), uses, box, before)
    out = io.BytesIO()
    document.save(out)
    (form,) = read_declarations("a.docx", out.getvalue())
    assert [(c.label, c.ticked) for c in form.fund_uses] == uses


def test_text_inside_content_controls_is_read(as_docx: Callable[..., bytes]) -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document(io.BytesIO(as_docx()))
    cell = document.tables[0].cell(0, 1)
    inner = "<w:sdt><w:sdtContent><w:p><w:r><w:t>云江市桥梁检测经费</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    cell._tc.insert(1, parse_xml(inner.replace("<w:sdt>", f"<w:sdt {nsdecls('w')}>", 1)))
    for paragraph in cell.paragraphs:
        paragraph.clear()
    out = io.BytesIO()
    document.save(out)
    (form,) = read_declarations("a.docx", out.getvalue())
    assert form.project_name.value == "云江市桥梁检测经费"


def test_two_tables_with_titles_are_two_forms(as_docx: Callable[..., bytes]) -> None:
    import docx

    first, second = (docx.Document(io.BytesIO(as_docx())) for _ in range(2))
    for element in list(second.element.body)[:-1]:
        first.element.body.insert(len(first.element.body) - 1, element)
    out = io.BytesIO()
    first.save(out)
    forms = read_declarations("two.docx", out.getvalue())
    assert [(f.form, f.total_fen.value, len(f.indicators)) for f in forms] == [(1, 300_000_000, 9), (2, 300_000_000, 9)]
    assert [f.total_fen.place.table for f in forms if f.total_fen.place] == [1, 2]
