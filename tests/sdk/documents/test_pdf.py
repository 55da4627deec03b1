"""PDF by Typst: Chinese that can be read out again, values that stay text, and templates that mean harm."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from huitang_sdk.documents import BrokenTemplate, font_folders, pdf, pdf_from_typst, use_fonts
from huitang_sdk.errors import Unavailable
from huitang_sdk.i18n import use_locale

AT = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
PAPER = '#import "huitang.typ": *\n#show: paper\n'
RARE = "𬴊䶮㛃𫖯𬭎龘㙦"
"""Signs that stand in people's names and in few typefaces."""


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def typeset(source: str, values: dict | None = None, **files: bytes) -> bytes:
    return pdf_from_typst(source, values or {}, at=AT, files=files)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def bare(text: str) -> str:
    return "".join(text.split())


def fonts_of(content: bytes) -> dict[str, bool]:
    """The typefaces of a PDF, and whether each is inside it."""
    found = {}
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            found[str(inner["/BaseFont"])] = any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
    return found


def test_chinese_is_read_out_as_it_was_written():
    said = f"云江市人大常委会〔2026〕12号：经费 3,000 元 ☐☒ “引号” {RARE} ABC"
    content = typeset(PAPER + "#title[表决结果单]\n#values.said", {"said": said})
    assert bare(said) in bare(text_of(content))
    assert "表决结果单" in text_of(content)


def test_only_the_signs_that_are_used_are_inside():
    content = typeset(PAPER + "宋体*加粗*\n= 黑体", {})
    fonts = fonts_of(content)
    assert all(fonts.values())
    assert all("+" in name for name in fonts)
    names = " ".join(fonts)
    assert "NotoSerifSC" in names
    assert "NotoSansSC" in names
    assert len(content) < 60_000


def test_the_same_arguments_give_the_same_bytes_in_another_process():
    first = typeset(PAPER + "#values.name", {"name": "林秀英"})
    script = "\n".join(
        [
            "import sys",
            "from datetime import datetime",
            "from huitang_sdk.documents import pdf_from_typst",
            f"at = datetime.fromisoformat({AT.isoformat()!r})",
            f"sys.stdout.buffer.write(pdf_from_typst({PAPER + '#values.name'!r}, {{'name': '林秀英'}}, at=at))",
        ]
    )
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert again == first
    info = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert info.creation_date == AT
    assert pdf_from_typst(PAPER + "#values.name", {"name": "林秀英"}, at=AT.replace(year=2027)) != first


@given(st.text("#*_=$@<>`\\/[](){}-~'\"+:;.,!?&%^|ab1 汉字，。“”", min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_whatever_a_value_holds_it_is_text(text):
    found = bare(text_of(typeset('#let values = json("values.json")\n#values.text\n\n#(1 + 1)end', {"text": text})))
    assert found == bare(text) + "2end"


@pytest.mark.parametrize(
    "text", ['#panic("x")', "*fat* _slant_ = head", '#read("/etc/passwd")', "$x^2$ @ref <label> \\ `x`"]
)
def test_typst_in_a_value_is_text(text):
    assert bare(text) in bare(text_of(typeset(PAPER + "#values.text", {"text": text})))


def test_a_table_goes_over_pages_under_its_head_with_page_numbers():
    rows = [{"name": f"委员{number}"} for number in range(1, 81)]
    source = PAPER + '#table(columns: 2, table.header(..head("序号", "姓名")), ..values.rows.enumerate(start: 1)'
    source += ".map(((n, row)) => ([#n], row.name)).flatten())"
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(typeset(source, {"rows": rows}))).pages]
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert "姓名" in page
        assert f"第{number}页共3页" in bare(page)
    assert "委员80" in bare(pages[-1])


def test_values_of_every_kind_arrive():
    values = {"day": AT.date(), "at": AT, "count": 7, "none": None, "yes": True, "list": [1, {"a": "b"}]}
    source = '#let v = json("values.json")\n#(v.day, v.at, v.count + 1, v.none == none, v.yes, v.list.at(1).a)'
    source += '.map(repr).join(" ")'
    assert "2026-11-25" in text_of(typeset(source, values))


def test_more_files_can_be_read_and_imported():
    source = PAPER + '#import "parts/words.typ": greet\n#greet #read("note.txt")'
    content = pdf_from_typst(
        source, {}, at=AT, files={"parts/words.typ": "#let greet = [你好]".encode(), "note.txt": "附注".encode()}
    )
    assert "你好附注" in bare(text_of(content))


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "main.typ", "values.json", "a\\b"])
def test_a_file_may_not_leave_the_folder_or_take_a_name(name):
    with pytest.raises(ValueError, match="not a name"):
        pdf_from_typst("x", {}, at=AT, files={name: b""})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("#let a = 1\n\n  #values.nope", "line 3, column 3: unknown variable: values"),
        (PAPER + "#values.nope", 'line 3, column 8: dictionary does not contain key "nope"'),
        ("#let x = (\n", "line 1, column 9: unclosed delimiter"),
        ('#import "lib.typ": *', "lib.typ, line 2, column 9: unclosed delimiter"),
        ('#panic("nein")', "nein"),
        ("#let f(n) = f(n + 1)\n#f(0)", "line 1, column 12: maximum function call depth exceeded"),
        ("#let i = 0\n#while i >= 0 { i = calc.rem(i + 1, 9) }", "infinite"),
    ],
)
def test_a_mistake_says_what_and_where(source, said):
    with pytest.raises(BrokenTemplate) as refused:
        pdf_from_typst(source, {}, at=AT, files={"lib.typ": b"\n#let x = ("})
    assert said in refused.value.message


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "/proc/self/environ", "/tmp"])
def test_no_other_file_can_be_read(path):
    with pytest.raises(BrokenTemplate) as refused:
        typeset(f'#read("{path}")')
    assert "root:" not in refused.value.message


def test_the_machine_s_own_typefaces_are_not_used():
    here = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False).families()
    own = typst.Fonts(include_system_fonts=False, font_paths=font_folders()).families()
    others = sorted({*here, "Liberation Sans"} - set(own))
    names = ", ".join(f'"{name}"' for name in others)
    used = fonts_of(typeset(f"#set text(font: ({names},))\nHello 世界"))
    shown = {name.partition("+")[2].partition("-")[0] for name in used}
    assert shown <= {name.replace(" ", "") for name in own}


@pytest.mark.parametrize("spec", ['"@preview/cetz:0.3.1"', '"@" + "preview/cetz:0.3.1"', '"@local/x:0.1.0"'])
def test_packages_are_refused_and_nobody_is_asked_for_them(spec, monkeypatch):
    """A listener that the environment names as the proxy would hear of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = []

        def listen():
            try:
                while True:
                    heard.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=listen, daemon=True).start()
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(BrokenTemplate, match="package"):
            typeset(f"#let spec = {spec}\n#import spec")
        listener.shutdown(socket.SHUT_RDWR)
    assert not heard


def test_a_template_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_SECONDS", 2)
    with pytest.raises(BrokenTemplate, match="2 s"):
        typeset("#let n = 0\n#for a in range(9999) { for b in range(9999) { n = n + 1 } }")


def test_a_template_that_eats_memory_is_stopped():
    with pytest.raises(BrokenTemplate, match="1024 MB"):
        typeset('#let t = "a"\n#for i in range(40) { t = t + t }')


def test_without_typefaces_there_is_no_pdf(monkeypatch):
    monkeypatch.setattr(pdf, "font_folders", tuple)
    with pytest.raises(Unavailable):
        typeset("x")


def test_an_operator_s_folder_comes_first(tmp_path, monkeypatch):
    from huitang_sdk.documents import fonts

    monkeypatch.setattr(fonts, "_added", [])
    installed = font_folders()
    use_fonts(tmp_path)
    use_fonts(tmp_path)
    assert font_folders() == (tmp_path, *installed)
    assert installed
