"""The board: what is late, whose it is and why, within the reader's reach and never of whoever must stay away."""

from __future__ import annotations

from huitang_petitions import jobs
from huitang_petitions.services import protecting, supervision
from huitang_petitions.services.board import board_of
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts import Run
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import at, received


async def test_counts_rows_and_reasons_are_those_in_reach(town):
    ctx, clock = at(town)
    matters = await received(town, ctx, 4, kind="appeal")
    officer, east = town.actors["officer"], town.units["east"].id
    for matter in matters[:2]:
        await take(ctx, officer, matter, "assign", Wanted(organisation_id=east))
    supervisor = town.actors["supervisor"]
    assert (await board_of(ctx, supervisor)).total == 0
    clock.forward(days=20)
    await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))
    act = await supervision.act(ctx, supervisor, matters[0], "urge", "请说明")
    await supervision.answer(ctx, town.actors["county"], act, "承办人出差，本周告知")
    board = await board_of(ctx, supervisor)
    assert (board.total, board.count("late"), board.count("red")) == (4, 4, 0)
    assert {load.unit: load.late for load in board.loads} == {"望月县": 2, "云江市人大常委会信访办": 2}
    assert {row.number: row.why for row in board.rows}[
        await town.one("SELECT number FROM petitions.matter WHERE id = $1", matters[0])
    ] == "承办人出差，本周告知"
    # Another step asks again; what was said stays until something else is.
    again = await supervision.act(ctx, supervisor, matters[0], "supervise", "请报告")
    (row,) = [row for row in (await board_of(ctx, supervisor)).rows if row.id == matters[0]]
    assert (row.step, row.why) == ("supervise", "承办人出差，本周告知")
    await supervision.answer(ctx, town.actors["county"], again, "已到现场")
    assert "已到现场" in [row.why for row in (await board_of(ctx, supervisor)).rows]
    assert all(row.days == 5 and row.limit for row in board.rows)
    await protecting.accuse(ctx, town.actors["head"], matters[3], account_id=supervisor.account_id)
    board = await board_of(ctx, supervisor)
    assert (board.total, len(board.rows)) == (3, 3)
    assert len((await board_of(ctx, supervisor, "red")).rows) == 0


async def test_the_page_has_the_figures_and_a_way_to_each_matter(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1)
    client = await town.sign_in("supervisor")
    empty = await client.get("/petitions/board")
    assert empty.status_code == 200
    clock.forward(days=16)
    await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))
    page = await client.get("/petitions/board")
    assert f"/petitions/matters/{matter}/way" in page.text
    assert "云江市人大常委会信访办" in page.text
    assert (await (await town.sign_in("receptionist")).get("/petitions/board")).status_code == 403
