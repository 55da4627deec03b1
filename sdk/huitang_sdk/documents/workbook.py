"""Workbooks (.xlsx)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from msgspec import Struct

from huitang_sdk.i18n import local_time

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

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
