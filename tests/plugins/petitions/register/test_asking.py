"""The petitioner's right to a review: asked for in time it is asked for in time, whenever the office takes it up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Invalid
from tests.plugins.petitions.closing.matters import answered, written
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.test_steps import state

LIMIT = "SELECT state FROM petitions.deadline WHERE matter_id = $1 AND limit_id = $2"
CLOSE = Wanted(note="已答复")


async def test_a_closed_matter_is_reviewed_re_reviewed_and_closed_again_while_the_right_runs(town):
    ctx, clock, (matter,) = await answered(town)
    officer, head = town.actors["officer"], town.actors["head"]
    await take(ctx, officer, matter, "close", CLOSE)
    clock.forward(days=30)
    await take(ctx, head, matter, "review", Wanted())
    assert await town.one(LIMIT, matter, "review_request") == "met"
    assert await town.one("SELECT closed_at FROM petitions.matter WHERE id = $1", matter) is None
    clock.forward(days=3)
    await take(ctx, head, matter, "decide_review", Wanted())
    await take(ctx, officer, matter, "close", CLOSE)
    with pytest.raises(Conflict):
        await take(ctx, head, matter, "review", Wanted())
    clock.forward(days=3)
    await take(ctx, head, matter, "recheck", Wanted())
    await take(ctx, head, matter, "decide_recheck", Wanted())
    assert await state(town, matter) == "rechecked"


async def test_a_review_that_was_taken_up_after_closing_can_be_withdrawn(town):
    ctx, clock, (matter,) = await answered(town)
    await take(ctx, town.actors["officer"], matter, "close", CLOSE)
    clock.forward(days=1)
    await take(ctx, town.actors["head"], matter, "review", Wanted())
    clock.forward(days=1)
    await take(ctx, town.actors["officer"], matter, "withdraw", Wanted(note="信访人撤回"))
    assert await state(town, matter) == "withdrawn"


async def test_without_a_right_a_closed_matter_stays_closed(town):
    ctx, clock, matter, _token = await written(town)
    done = await register(ctx, SYSTEM, intake(kind="suggestion", organisation_id=town.units["office"].id, key="idea"))
    idea = done.id
    clock.forward(minutes=1)
    for step in ("accept", "close"):
        await take(ctx, town.actors["officer"], idea, step, CLOSE)
        clock.forward(minutes=1)
    with pytest.raises(Conflict):
        await take(ctx, town.actors["head"], idea, "review", Wanted())
    head = await town.sign_in("head")
    assert "/steps/review" not in (await head.get(f"/petitions/matters/{idea}/way")).text
    await take(ctx, town.actors["officer"], matter, "close", CLOSE)
    assert "/steps/review" in (await head.get(f"/petitions/matters/{matter}/way")).text
    clock.forward(days=31)
    with pytest.raises(Invalid) as refused:
        await take(ctx, town.actors["head"], matter, "review", Wanted())
    assert set(refused.value.fields) == {"asked_on"}
    assert await state(town, matter) == "closed"


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_letter_of_the_29th_day_is_in_time_when_it_is_taken_up_on_the_49th(town, is_closed):
    ctx, clock, (matter,) = await answered(town)
    made, head = clock.today(), town.actors["head"]
    clock.forward(days=31)
    if is_closed:
        await take(ctx, town.actors["officer"], matter, "close", CLOSE)
    clock.forward(days=18)
    for day in (made - timedelta(days=1), clock.today() + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            await take(ctx, head, matter, "review", Wanted(asked_on=day))
        assert set(refused.value.fields) == {"asked_on"}
    await take(ctx, head, matter, "review", Wanted(asked_on=made + timedelta(days=29)))
    assert await town.one(LIMIT, matter, "review_request") == "met"
    decide = "SELECT starts FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'review_decide'"
    assert await town.one(decide, matter) == made + timedelta(days=29)
    audited = "SELECT detail::text FROM kernel.audit_record WHERE action = 'petitions.matter.review_requested'"
    assert str(made + timedelta(days=29)) in await town.one(audited)
    await take(ctx, head, matter, "decide_review", Wanted())
    await take(ctx, town.actors["officer"], matter, "close", CLOSE)
    assert await state(town, matter) == "closed"


async def test_the_day_is_given_by_form_and_by_api_and_for_no_other_step(town):
    _ctx, clock, matter, _token = await written(town)
    (other,) = (await answered(town))[2]
    town.ctx.clock = clock
    made, head = clock.today(), await town.sign_in("head")
    clock.forward(days=40)
    address = f"/petitions/matters/{matter}/way"
    assert 'id="review-asked_on"' in (await head.get(address)).text
    for day in ("明天", str(clock.today() + timedelta(days=1))):
        wrong = await head.post(f"{address}/steps/review", data={"step_id": "review", "asked_on": day})
        assert (wrong.status_code, "review-asked_on-error" in wrong.text) == (422, True), day
    assert (await head.post(f"{address}/steps/review", data={"asked_on": str(made)})).status_code == 303
    assert await town.one(LIMIT, matter, "review_request") == "met"
    api = f"/api/petitions/matters/{other}/steps"
    day = {"asked_on": str(made + timedelta(days=30))}
    assert (await head.post(api, json={"step": "close", "note": "办结", **day})).status_code == 422
    assert (await head.post(api, json={"step": "review", **day})).status_code == 200
    assert await town.one(LIMIT, other, "review_request") == "met"
