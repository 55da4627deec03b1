"""Workbooks to rows: every visible sheet in order, cells by their addresses, numbers as people would write them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.readers.archive import checked_archive, corrupt
from huitang_budget.declarations.readers.base import Cell, Document, Limits, Row, UnreadableFile
from huitang_budget.declarations.readers.xlsx_formats import percent_cells
from huitang_sdk.workbooks import ReachesTooFar, WorkbookRefused, check_workbook


def read_workbook(source: str, data: bytes, limits: Limits) -> Document:
    """Rows of all visible sheets. Raises UnreadableFile: zip_bomb, corrupt_file, too_many_cells."""
    percents: dict[str, frozenset[tuple[int, int]]] = {}
    if data.startswith(b"PK"):
        checked_archive(source, data, limits)
        _check_cells(source, data, limits)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            percents = percent_cells(archive)
    sheets = _sheets(source, data, limits)
    rows: list[Row] = []
    for name, table in sheets:
        rows.extend(_sheet_rows(name, table, percents.get(name, frozenset())))
    return Document(source=source, kind="workbook", rows=tuple(rows))


def _check_cells(source: str, data: bytes, limits: Limits) -> None:
    """Refuse before calamine lays out a sheet: one cell at XFD1048576 would ask for 17 thousand million cells."""
    try:
        check_workbook(data, cells=limits.cells, unpacked=limits.zip_total_bytes)
    except ReachesTooFar as error:
        rows, columns, last = error.reach
        raise UnreadableFile(
            "too_many_cells",
            f"{source}：工作表“{error.sheet}”的单元格一直排到 {last}（{rows} 行 {columns} 列），超出上限；"
            "请删除多余的行列后再导入",
        ) from error
    except WorkbookRefused as error:
        raise corrupt(source, "的工作表") from error


def _sheets(source: str, data: bytes, limits: Limits) -> list[tuple[str, list[list[Any]]]]:
    """Name and cells of each visible sheet; calamine's errors of any kind are told as damage."""
    import python_calamine as calamine

    out: list[tuple[str, list[list[Any]]]] = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible
        ]
        for name in visible:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > limits.cells:
                raise UnreadableFile(
                    "too_many_cells",
                    f"{source}：工作表“{name}”有 {sheet.total_height} 行，单元格过多；请只保留申报表后再导入",
                )
            out.append((name, sheet.to_python(skip_empty_area=False)))
    except UnreadableFile:
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise corrupt(source, "的工作表") from error
    return out


def _sheet_rows(name: str, table: list[list[Any]], percents: frozenset[tuple[int, int]]) -> list[Row]:
    out: list[Row] = []
    width = _width(table)
    for index, values in enumerate(table):
        texts = [_shown(value, (index, column) in percents) for column, value in enumerate(values[:width])]
        if not any(text.strip() for text in texts):
            continue
        cells = tuple(
            Cell(text=text, place=Place(sheet=name, cell=f"{column_name(column)}{index + 1}"), column=column)
            for column, text in enumerate(texts)
        )
        out.append(Row(cells=cells, gap=True, sheet_start=not out))
    return out


def _width(table: list[list[Any]]) -> int:
    """Columns up to the last that holds anything."""
    return max((i + 1 for row in table for i, value in enumerate(row) if value not in ("", None)), default=0)


def column_name(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _shown(value: Any, percent: bool) -> str:
    """A cell as text: 2124000.0 → "2124000", a date → "2019-01-01", 0.95 shown as per cent → "95%"."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "☑" if value else "☐"
    if isinstance(value, (int, float)):
        return _number(value, percent)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if not isinstance(value, (time, timedelta)) else ""


def _number(value: int | float, percent: bool) -> str:
    """The number's shortest decimal writing, never in scientific form; exact for what a form can hold."""
    from decimal import Decimal

    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return ""
    number = number * 100 if percent else number
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}%" if percent else text
