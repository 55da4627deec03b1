"""The board of supervision."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.services.access import SUPERVISE, Ctx
from huitang_petitions.services.board import MARKS, Board, board_of
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
SHOWN_UNITS = 12
NAME_WIDTH = 110
"""Pixels for the name of an organisation, which is broken into lines: on a telephone the bars need the rest."""


@get("/board", guards=[requires(SUPERVISE)])
async def board_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    mark = request.query_params.get("mark", "")
    board = await board_of(ctx, actor, mark)
    context = {"board": board, "mark": mark, "marks": MARKS, "chart_option": chart_of(board), "word": word}
    return Page("petitions/board.html", context)


def chart_of(board: Board) -> dict[str, Any]:
    """The organisations with most that is late, as bars of three parts."""
    shown = board.loads[:SHOWN_UNITS][::-1]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"top": 0},
        "xAxis": {"type": "value", "minInterval": 1, "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "category",
            "data": [load.unit for load in shown],
            "axisLabel": {"width": NAME_WIDTH, "overflow": "break"},
        },
        "series": [
            {"type": "bar", "stack": "all", "name": word(mark), "data": [getattr(load, mark) for load in shown]}
            for mark in MARKS
        ],
    }


BOARD_PAGES = (board_page,)
