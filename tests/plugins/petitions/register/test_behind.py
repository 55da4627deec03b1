"""Matters that an earlier version joined get the clock they lack, once, from the day they were joined on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.jobs import catch_up
from huitang_petitions.services import behind, merging
from huitang_petitions.services.steps import take
from huitang_sdk.contracts import Run
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import at, happens, wanted
from tests.plugins.petitions.register.test_joining_late import DUTIES, SENT, duties, handled, kinds


async def joined_long_ago(town, ctx, other, main) -> None:
    """As the version did that let nobody catch up."""
    await town.fetch(
        "UPDATE petitions.matter m SET merged_into = $2, handler_id = h.handler_id, caught_up = FALSE"
        " FROM petitions.matter h WHERE h.id = $2 AND m.id = $1 RETURNING m.id",
        *(other, main),
    )
    await happens(town, ctx, other, "merged", shown=True)
    await happens(town, ctx, main, "merged")


async def run(ctx) -> str:
    return await catch_up(ctx, Run(id=new_id(), job="petitions.catch_up", due=ctx.clock.now()))


async def test_they_are_accepted_from_the_day_they_were_joined_and_told_once(town):
    ctx, clock = at(town)
    main, other, third = await handled(town, ctx)
    clock.forward(days=5)
    await joined_long_ago(town, ctx, other, main)
    day = clock.today()
    clock.forward(days=20)
    assert "handle" not in await duties(town, other)
    assert "1" in await run(ctx)
    (limit,) = [row for row in await town.fetch(DUTIES, other) if row["limit_id"] == "handle"]
    assert (limit["starts"], limit["due"]) == (day, day + timedelta(days=60))
    before, sent = await kinds(town, other), await town.fetch(SENT, other)
    assert before.count("accepted") == 1
    assert "0" in await run(ctx)
    assert (await kinds(town, other), await town.fetch(SENT, other)) == (before, sent)
    assert "accepted" not in await kinds(town, third)
    clock.forward(days=1)
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    assert (await duties(town, other))["handle"] == "met"


async def test_what_is_answered_begins_no_clock_that_nobody_would_meet(town):
    ctx, clock = at(town)
    main, other, _third = await handled(town, ctx)
    await joined_long_ago(town, ctx, other, main)
    clock.forward(days=1)
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    clock.forward(days=1)
    assert "1" in await run(ctx)
    assert (await duties(town, other)).get("handle") in (None, "met")
    assert "0" in await run(ctx)


async def test_who_joins_now_is_never_behind_and_withdrawn_ones_are_left_alone(town):
    ctx, clock = at(town)
    main, other, third = await handled(town, ctx)
    await town.fetch("UPDATE petitions.matter SET caught_up = FALSE RETURNING id")
    clock.forward(days=1)
    await merging.join(ctx, town.actors["officer"], other, main)
    assert await behind.catch_up(ctx) == 0
    await joined_long_ago(town, ctx, third, main)
    await town.fetch("UPDATE petitions.matter SET state = 'withdrawn' WHERE id = $1 RETURNING id", third)
    assert await behind.catch_up(ctx) == 1
    assert "accepted" not in await kinds(town, third)


@pytest.mark.parametrize("most", [1])
async def test_a_run_takes_so_many_and_the_next_one_goes_on(town, monkeypatch, most):
    monkeypatch.setattr(behind, "MOST", most)
    ctx, clock = at(town)
    pairs = [(await handled(town, ctx))[:2] for _number in range(2)]
    clock.forward(days=1)
    for main, other in pairs:
        await joined_long_ago(town, ctx, other, main)
    assert [await behind.catch_up(ctx) for _number in range(3)] == [1, 1, 0]
