"""Workbooks as they come: cells far off, sheets that nobody sees, days with a time behind them."""

from __future__ import annotations

import pytest

from huitang_petitions.services import sheets
from huitang_petitions.services.importing import look_at
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import use_locale
from tests.workbooks import LAST, book

LIST = ((0, 0, "事由"), (1, 0, "路灯不亮"))


def refusal(data: bytes) -> str:
    with use_locale("zh-CN"), pytest.raises(Invalid) as refused:
        sheets.read_rows(data)
    return refused.value.fields["file"]


async def test_a_blank_in_the_last_cell_is_refused_where_it_would_have_ended_the_server(town):
    with use_locale("zh-CN"), pytest.raises(Invalid) as refused:
        await look_at(town.ctx, town.actors["receptionist"], book(*LIST, LAST))
    assert "工作表“册”的单元格 XFD1048576 中有内容" in refused.value.fields["file"]


def test_a_sheet_that_nobody_reads_is_weighed_and_named_too():
    assert "工作表“附表”" in refusal(book(*LIST, hidden=LAST))


def test_a_stray_cell_near_by_hurts_nobody():
    assert len(sheets.read_rows(book(*LIST, (20_000, 30, " "))).rows) == 1


@pytest.mark.parametrize(("first", "beside"), [("hidden", ("旧",)), ("chart", ())])
def test_the_list_is_the_first_sheet_that_can_be_seen(first, beside):
    read = sheets.read_rows(book(*LIST, first=first))
    assert (read.name, len(read.rows), read.beside) == ("册", 1, beside)


def test_a_missing_head_row_names_the_sheet_and_the_title_of_the_template():
    assert refusal(book((0, 0, "x"), first="hidden")) == "工作表“册”没有含“事由”的表头行。"


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-01 00:00:00",
        "2026/11/1 8:30",
        "2026-11-01T00:00:00.000",
        "2026年11月1日08时30分",
        "2026年11月1日",
        "2026.11.1",
    ],
)
def test_a_day_is_read_with_a_time_behind_it(cell):
    assert sheets.moment(cell) == sheets.moment("2026-11-01")


@pytest.mark.parametrize("cell", ["2026-11-01 x", "2026-11-01 00:00:00 x", "08:30", "2026-11"])
def test_what_is_no_day_stays_none(cell):
    with pytest.raises(ValueError, match=r"\w"):
        sheets.moment(cell)
