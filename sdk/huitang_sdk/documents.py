"""Documents: Word from a template that people edit in Word, and workbooks.

    docx = word_from_template(template, {"project": "…", "findings": [{"message": "…"}]})
    xlsx = workbook([Sheet("Declarations", [Column("Project", 40), Column("Amount", 16, "money")], rows)])

Both take and give bytes and are plain functions that compute: call them in a thread (`asyncio.to_thread`) when the
document may be large.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from msgspec import Struct

from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import local_time, translate

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_UNPACKED = 64 * 1024 * 1024
"""The most bytes a Word template may unpack to."""


class BrokenTemplate(Invalid):
    """The Word template cannot be filled; the message names the reason and the text around the place."""

    code = "broken-template"


def word_from_template(template: bytes, values: Mapping[str, Any]) -> bytes:
    """Fill a Word template whose text holds `{{ name }}` and `{%p for … %}` (docxtpl) and return the document.

    Values are escaped: text stays text. The template runs in a sandbox and may name only what `values` has. Raises
    BrokenTemplate for a file that is no Word document, a name that does not exist or a tag that is not closed.
    """
    _check_package(template)
    document = DocxTemplate(io.BytesIO(template))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document.render(dict(values), jinja_env=environment, autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except TemplateError as error:
        raise BrokenTemplate(_where(error)) from error
    except Exception as error:
        # docxtpl and lxml raise many kinds of errors for one reason: what a person made in Word cannot be filled.
        raise BrokenTemplate(_("The Word template cannot be filled: {reason}", reason=str(error))) from error
    return out.getvalue()


def _check_package(template: bytes) -> None:
    """Refuse what is no Word document, and one that unpacks to more than anybody writes."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(entry.file_size for entry in package.infolist()) > MAX_UNPACKED:
                raise BrokenTemplate(_("The Word template is too large."))
            if "word/document.xml" not in package.namelist():
                raise BrokenTemplate(_("The file is not a Word document (.docx)."))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise BrokenTemplate(_("The file is not a Word document (.docx).")) from error


def _where(error: TemplateError) -> str:
    """The reason of a template error with the text around it, as the person who edits the template sees it."""
    reason = error.message or str(error)
    lines = [re.sub(r"<[^>]*>", "", str(line)).strip() for line in getattr(error, "docx_context", [])]
    around = " … ".join(line for line in lines if line)
    if isinstance(error, TemplateSyntaxError) and around:
        return _("The Word template has a mistake: {reason}, near “{text}”", reason=reason, text=around[:300])
    return _("The Word template has a mistake: {reason}", reason=reason)


def _(message: str, **values: object) -> str:
    return translate("portal", message, **values)


Kind = Literal["text", "integer", "money", "wan", "date", "time", "number"]
"""What a column holds: "money" and "wan" take integer fen and show 元 or 万元; "time" an aware moment, shown as local
time.
"""

_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "integer": {"num_format": "#,##0", "valign": "top"},
    "money": {"num_format": "#,##0.00", "valign": "top"},
    "wan": {"num_format": "#,##0.00", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"},
    "number": {"num_format": "General", "valign": "top"},
}
_MAX_TEXT = 32_767
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]")


class Column(Struct, frozen=True):
    """A column: its head, its width in characters, and what it holds."""

    title: str
    width: int = 16
    kind: Kind = "text"


class Sheet(Struct, frozen=True):
    """A sheet: a name, its columns, and rows with one value per column; None leaves a cell empty."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx file: frozen bold head, filters, widths, numbers as numbers; text is never taken for a formula.

    Rows are written as they come, so `rows` may be a generator over many. Raises ValueError for a row with the wrong
    number of values.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        formats = {kind: book.add_format(look) for kind, look in _FORMATS.items()}
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#F1F3F5"})
        used: set[str] = set()
        for sheet in sheets:
            _write_sheet(book.add_worksheet(_sheet_name(sheet.name, used)), sheet, formats, head)
    return out.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    """A name Excel takes: no forbidden signs, at most 31 characters, not used yet."""
    base = _FORBIDDEN_IN_NAME.sub(" ", name).strip().strip("'")[:31] or "Sheet"
    result, number = base, 1
    while result.lower() in used:
        number += 1
        result = f"{base[: 31 - len(str(number)) - 1]} {number}"
    used.add(result.lower())
    return result


def _write_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], head: Any) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
        page.write_string(0, index, column.title, head)
    page.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for index, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            if value is not None:
                _write_cell(page, last, index, column.kind, value, formats[column.kind])
    if sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)


def _write_cell(page: Any, row: int, index: int, kind: Kind, value: Any, look: Any) -> None:
    """One value in its kind. Fen become 元 or 万元 by moving the point, never through a binary fraction."""
    if kind in ("money", "wan"):
        page.write_number(row, index, Decimal(value).scaleb(-2 if kind == "money" else -6), look)
    elif kind in ("integer", "number"):
        page.write_number(row, index, value, look)
    elif kind == "date" and isinstance(value, date):
        page.write_datetime(row, index, datetime(value.year, value.month, value.day), look)
    elif kind == "time" and isinstance(value, datetime):
        page.write_datetime(row, index, local_time(value).replace(tzinfo=None), look)
    else:
        text = str(value)
        page.write_string(row, index, text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…", look)
