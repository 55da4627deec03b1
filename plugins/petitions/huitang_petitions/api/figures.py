"""What is late, and the figures of the situation, each within your reach."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from huitang_petitions.api.common import STAFF, problems
from huitang_petitions.api.register import Category, Channel
from huitang_petitions.services import situation
from huitang_petitions.services.access import SITUATION, SUPERVISE, Ctx
from huitang_petitions.services.board import Board, board_of
from huitang_petitions.services.situation import Dimension, Figure, Wanted
from huitang_sdk.contracts import Actor
from huitang_sdk.http import requires


@get("/board", guards=[requires(SUPERVISE)], responses=problems(*STAFF))
async def show_board(
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
    mark: FromQuery[Literal["", "late", "red", "yellow"]] = "",
) -> Board:
    """What is late or nearly so, by organisation, and the 100 most urgent matters; `mark` keeps the rows of one mark.

    `days` are those a matter is late (negative: left); `step` is the last step of supervision, `why` what was answered.
    """
    return await board_of(ctx, actor, mark)


class Situation(Struct, frozen=True, kw_only=True):
    """Matters received from `first` to `last`, whole weeks, by the values of one dimension, most first.

    `before` counts the period of the same length before it, `people` who stand behind the matters, `late` those past a
    limit now, `joint` those of five people or more. The value "" is none given.
    """

    first: date
    last: date
    by: Dimension
    figures: list[Figure]


@get("/situation", guards=[requires(SITUATION)], responses=problems(*STAFF))
async def show_situation(
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
    by: FromQuery[Dimension] = "category",
    weeks: Annotated[int, QueryParameter(ge=1, le=156)] = 12,
    category: Category = "",
    channel: FromQuery[Channel | Literal["-"]] = "",
) -> Situation:
    """Figures of the last whole weeks; `category` (with all below it) and `channel` keep a part, "-" is none given."""
    period = situation.period_of(ctx, weeks)
    wanted = Wanted(period=period, category=category, channel=channel)
    found = await situation.figures(ctx, actor, by, wanted)
    return Situation(first=period.first, last=period.last, by=by, figures=found)


FIGURES_API = (show_board, show_situation)
