"""The receipt of a decision comes back days later: the petitioner's time to object runs from the day on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.services import delivering, merging
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.register.matters import at, received, wanted

DUE = "SELECT due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = $2"


async def answered(town, matter):
    for step in ("accept", "answer"):
        await take(town.ctx, town.actors["officer"], matter, step, wanted(step))


async def test_the_time_to_object_runs_from_the_day_on_the_receipt(town):
    (ctx, clock), officer = at(town), town.actors["officer"]
    (matter,) = await received(town, town.ctx, 1, kind="appeal")
    with pytest.raises(Conflict):
        await delivering.deliver(ctx, officer, matter, clock.today())
    await answered(town, matter)
    made = clock.today()
    assert await town.one(DUE, matter, "review_request") == made + timedelta(days=30)
    clock.forward(days=6)
    for day in (None, made - timedelta(days=1), clock.today() + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            await delivering.deliver(ctx, officer, matter, day)
        assert "delivered" in refused.value.fields
    await delivering.deliver(ctx, officer, matter, made + timedelta(days=4))
    assert await town.one(DUE, matter, "review_request") == made + timedelta(days=34)
    await delivering.deliver(ctx, officer, matter, made + timedelta(days=3))
    assert await town.one(DUE, matter, "review_request") == made + timedelta(days=33)
    said = await town.fetch("SELECT 1 FROM kernel.audit_record WHERE action = 'petitions.matter.delivered'")
    assert len(said) == 2


async def test_nobody_received_it_after_objecting_to_it(town):
    ctx, clock = at(town)
    officer, head = town.actors["officer"], town.actors["head"]
    (matter,) = await received(town, town.ctx, 1, kind="appeal")
    await answered(town, matter)
    made = clock.today()
    clock.forward(days=5)
    await take(ctx, head, matter, "review", Wanted())
    clock.forward(days=5)
    with pytest.raises(Invalid):
        await delivering.deliver(ctx, officer, matter, made + timedelta(days=6))
    await delivering.deliver(ctx, officer, matter, made + timedelta(days=5))
    await take(ctx, head, matter, "decide_review", wanted("decide_review"))
    decided = clock.today()
    clock.forward(days=3)
    await delivering.deliver(ctx, head, matter, decided + timedelta(days=2))
    assert await town.one(DUE, matter, "recheck_request") == decided + timedelta(days=32)


async def test_whoever_may_not_answer_may_not_say_when_it_was_delivered(town):
    at(town)
    (matter,) = await received(town, town.ctx, 1, kind="appeal")
    await answered(town, matter)
    today = town.ctx.clock.today()
    with pytest.raises(Forbidden):
        await delivering.deliver(town.ctx, town.actors["supervisor"], matter, today)
    with pytest.raises(NotFound):
        await delivering.deliver(town.ctx, town.actors["county"], matter, today)


async def test_each_petitioner_of_joined_matters_has_a_day_of_their_own(town):
    ctx, clock = at(town)
    officer, head = town.actors["officer"], town.actors["head"]
    main, other = await received(town, ctx, 2, kind="appeal")
    await take(ctx, officer, main, "accept", Wanted())
    await merging.join(ctx, head, other, main)
    await take(ctx, officer, main, "answer", wanted("answer"))
    made = clock.today()
    clock.forward(days=9)
    await delivering.deliver(ctx, officer, other, made + timedelta(days=7))
    assert await town.one(DUE, other, "review_request") == made + timedelta(days=37)
    assert await town.one(DUE, main, "review_request") == made + timedelta(days=30)
