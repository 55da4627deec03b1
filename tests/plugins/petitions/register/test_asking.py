"""The petitioner's right to a review: asked for in time it is asked for in time, whenever the office takes it up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.services import lookup, merging
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Invalid
from tests.plugins.petitions.closing.matters import answered, pass_for, written
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, wanted
from tests.plugins.petitions.register.test_steps import state, todos

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
    await take(ctx, head, matter, "decide_review", wanted("decide_review"))
    await take(ctx, officer, matter, "close", CLOSE)
    with pytest.raises(Conflict):
        await take(ctx, head, matter, "review", Wanted())
    clock.forward(days=3)
    await take(ctx, head, matter, "recheck", Wanted())
    await take(ctx, head, matter, "decide_recheck", wanted("decide_recheck"))
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
    await take(ctx, head, matter, "decide_review", wanted("decide_review"))
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


async def test_the_petitioner_asks_with_the_code_and_the_right_is_met_that_day(town):
    ctx, clock, matter, _token = await written(town)
    officer, head = town.actors["officer"], town.actors["head"]
    resident = await town.sign_in("")
    await take(ctx, officer, matter, "close", CLOSE)
    clock.forward(days=30)
    resident.cookies.set("huitang_matter", await pass_for(town, matter), domain="hall.test", path="/petitions")
    assert 'value="ask"' in (page := (await resident.get("/petitions/my-letter")).text)
    assert "请求复查" in page
    long = await resident.post("/petitions/my-letter", data={"act": "ask", "reason": "字" * 20_001})
    assert (long.status_code, "reason-error" in long.text) == (422, True)
    asked = await resident.post("/petitions/my-letter", data={"act": "ask", "reason": "没有到现场核实"})
    assert asked.status_code == 303
    page = (await resident.get(asked.headers["location"])).text
    assert "没有到现场核实" in page
    assert 'value="ask"' not in page
    assert await town.one(LIMIT, matter, "review_request") == "met"
    assert ("petitions.to_review", "head") in await todos(town)
    assert (await resident.post("/petitions/my-letter", data={"act": "ask"})).status_code == 409
    clock.forward(days=3)
    await take(ctx, head, matter, "decide_review", wanted("decide_review"))
    assert await town.one("SELECT closed_at FROM petitions.matter WHERE id = $1", matter) is None
    api = {"headers": {"Letter-Pass": await pass_for(town, matter)}}
    seen = (await resident.get("/api/petitions/my-letter", **api)).json()
    assert (seen["may_ask"], seen["ask_until"]) == ("recheck", str(clock.today() + timedelta(days=30)))
    asked = await resident.post("/api/petitions/my-letter/review", json={"reason": ""}, **api)
    assert (asked.status_code, asked.json()) == (200, {"asked": "recheck"})
    assert await state(town, matter) == "rechecking"
    assert (await resident.post("/api/petitions/my-letter/review", json={}, **api)).status_code == 409


async def test_after_the_last_day_nothing_can_be_asked_for(town):
    ctx, clock, matter, _token = await written(town)
    clock.forward(days=31)
    token = await pass_for(town, matter)
    assert (await lookup.seen_with(ctx, token)).may_ask == ""
    with pytest.raises(Conflict):
        await lookup.ask(ctx, token)
    assert await state(town, matter) == "answered"


async def test_the_petitioner_of_a_joined_matter_asks_where_it_is_handled(town):
    ctx, clock = at(town)
    officer, office = town.actors["officer"], town.units["office"].id
    main, other = [
        (await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=office, key=key))).id for key in ("a", "b")
    ]
    clock.forward(days=1)
    await take(ctx, officer, main, "accept", Wanted())
    await merging.join(ctx, town.actors["head"], other, main)
    await take(ctx, officer, main, "answer", wanted("answer"))
    clock.forward(days=20)
    assert await lookup.ask(ctx, await pass_for(town, other), "一样不服") == "review"
    assert await state(town, main) == "reviewing"
    assert await town.one(LIMIT, other, "review_request") == "met"
