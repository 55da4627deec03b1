"""Workbooks for tests of what reads them."""

from __future__ import annotations

import io

import xlsxwriter

LAST = (1_048_575, 16_383, " ")
"""A blank in the last cell there is: 6 kB as a file, 17 thousand million cells for whoever lays the sheet out."""


def book(*cells: tuple[int, int, str], hidden: tuple[int, int, str] | None = None, first: str = "") -> bytes:
    """A workbook with these cells (row, column, text) in its sheet 册, and perhaps one in a hidden sheet 附表.

    `first` puts a "hidden" sheet 旧 or a "chart" 图 before it.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as one:
        if first == "hidden":
            one.add_worksheet("旧").write(0, 0, "x")
        elif first == "chart":
            bars = one.add_chart({"type": "bar"})
            bars.add_series({"values": "=册!$A$1:$A$2"})
            one.add_chartsheet("图").set_chart(bars)
        sheet = one.add_worksheet("册")
        if first == "hidden":
            sheet.activate()
            sheet.set_first_sheet()
            one.get_worksheet_by_name("旧").hide()
        for cell in cells:
            sheet.write(*cell)
        if hidden:
            other = one.add_worksheet("附表")
            other.write(*hidden)
            other.hide()
    return made.getvalue()
