"""Reading tables from xlsx files by their heads: what the imports of members and of seat plans share."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator
from huitang_sdk.workbooks import BrokenWorkbook, WorkbookRefused, check_workbook

_ = Translator("conference")
MOST_ROWS = 10_000
MOST_BYTES = 5_000_000
MOST_UNPACKED = 100_000_000
MOST_CELLS = 1_000_000


def read_table(
    data: bytes, heads: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> list[tuple[int, dict[str, Any]]]:
    """The rows of the first sheet as (row number in the sheet, values by name), empty rows left out.

    `heads` has the titles a column may carry; `needed` are the columns without which there is no table. Raises Invalid
    for a file that is no workbook, is too large, or lacks a column. Computes: call it in a thread.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(_("The file is larger than {limit} MB.", limit=MOST_BYTES // 1_000_000))
    try:
        check_workbook(data, cells=MOST_CELLS, unpacked=MOST_UNPACKED)
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except WorkbookRefused as error:
        raise Invalid(error.told()) from error
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise Invalid(BrokenWorkbook().told()) from error
    if len(rows) > MOST_ROWS:
        raise Invalid(_("The sheet has more than {count} rows.", count=MOST_ROWS))
    for number, row in enumerate(rows[:20]):
        columns = _columns(row, heads)
        if all(name in columns for name in needed):
            return _values(rows, number + 1, columns)
    titles = "、".join(heads[name][0] for name in needed)
    raise Invalid(_("The sheet has no head row with {titles}.", titles=titles))


def _columns(row: Sequence[Any], heads: Mapping[str, Sequence[str]]) -> dict[str, int]:
    texts = ["".join(str(cell).split()).casefold() for cell in row]
    found: dict[str, int] = {}
    for name, titles in heads.items():
        for title in titles:
            if title.casefold() in texts:
                found.setdefault(name, texts.index(title.casefold()))
    return found


def _values(rows: Sequence[Sequence[Any]], start: int, columns: Mapping[str, int]) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(rows[start:], start=start + 1):
        values = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        if any(str(value).strip() for value in values.values()):
            found.append((number, values))
    return found


def text(value: Any) -> str:
    """A cell as text: whole numbers without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value if value is not None else "").strip()


def number(value: Any) -> float | None:
    """A cell as a number. Raises ValueError for one that is none; None for an empty one."""
    return float(text(value)) if text(value) else None


def day(value: Any) -> date | None:
    """A cell as a date. Raises ValueError for one that is none; None for an empty one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    cell = text(value).replace("/", "-").replace(".", "-")
    if not cell:
        return None
    year, month, of_month = (int(part) for part in cell.split("-"))
    return date(year, month, of_month)
