"""A matter on its way: every step is on record, moves the clock, and goes to the right hands."""

from __future__ import annotations

from datetime import date

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import access, steps
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, note, take
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, received, wanted

EVENTS = "SELECT kind FROM petitions.event WHERE matter_id = $1 ORDER BY recorded_at, id"
TODOS = "SELECT kind, assignee_id FROM notifications.todo WHERE closed_at IS NULL AND kind LIKE 'petitions.to_%'"


async def todos(town) -> set[tuple[str, str]]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {(row["kind"], names[row["assignee_id"]]) for row in await town.fetch(TODOS)}


async def events(town, matter) -> list[str]:
    return [row["kind"] for row in await town.fetch(EVENTS, matter)]


async def state(town, matter) -> str:
    return await town.one("SELECT state FROM petitions.matter WHERE id = $1", matter)


async def test_a_matter_is_assigned_objected_to_insisted_on_handled_answered_reviewed_and_ended(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    officer, county, head = town.actors["officer"], town.actors["county"], town.actors["head"]
    with pytest.raises(NotFound):
        await take(ctx, county, matter, "accept", Wanted())
    east = town.units["east"].id
    await take(ctx, officer, matter, "assign", Wanted(organisation_id=east))
    assert await state(town, matter) == "assigned"
    assert ("petitions.to_handle", "county") in await todos(town)
    clock.forward(days=2)
    with pytest.raises(Invalid):
        await take(ctx, county, matter, "object", Wanted())
    await take(ctx, county, matter, "object", Wanted(note="不属于本县职权"))
    assert ("petitions.to_decide", "officer") in await todos(town)
    assert ("petitions.to_handle", "county") not in await todos(town)
    await take(ctx, officer, matter, "insist", Wanted(note="属地负责"))
    await take(ctx, county, matter, "take_up", Wanted())
    clock.forward(days=30)
    with pytest.raises(NotFound):
        await take(ctx, town.actors["handler"], matter, "answer", wanted("answer"))
    with pytest.raises(Forbidden):
        await take(ctx, town.actors["supervisor"], matter, "answer", wanted("answer"))
    await take(ctx, county, matter, "answer", wanted("answer"))
    due = "SELECT due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'review_request'"
    assert await town.one(due, matter) == date(2026, 5, 3)
    for step in ("review", "decide_review", "recheck", "decide_recheck"):
        clock.forward(days=3)
        await take(ctx, head, matter, step, wanted(step))
    assert await state(town, matter) == "rechecked"
    assert await todos(town) == set()
    happened = ["received", "assigned_out", "assigned_in", "objected", "assigned_out", "accepted", "answered"]
    happened += ["review_requested", "review_answered", "recheck_requested", "recheck_answered"]
    assert await events(town, matter) == happened
    history = await ctx.workflow.history(access.ref(matter))
    assert [line.transition for line in history][:2] == ["decide_recheck", "recheck"]
    assert await town.one("SELECT closed_at FROM petitions.matter WHERE id = $1", matter) == clock.now()
    (row,) = await town.fetch("SELECT id, note FROM petitions.event WHERE kind = 'objected'")
    assert ctx.personal.unseal("event.note", row["id"], row["note"]) == "不属于本县职权"
    told = [*await town.fetch("SELECT note, detail::text AS detail FROM workflow.history")]
    assert not any("职权" in row["note"] + row["detail"] for row in told)


@pytest.mark.parametrize("step", ["assign", "transfer"])
async def test_what_came_in_by_the_front_door_goes_on_to_another_organ(town, step):
    ctx, clock = at(town)
    done = await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id, kind="appeal"))
    clock.forward(days=2)
    await note(ctx, town.actors["officer"], done.id, "told")
    clock.forward(days=1)
    await take(ctx, town.actors["officer"], done.id, step, Wanted(organisation_id=town.units["committee"].id))
    clock.forward(days=1)
    await take(ctx, town.actors["handler"], done.id, "take_up", Wanted())
    assert await state(town, done.id) == "handling"


async def test_a_refusal_needs_its_article_and_reason_and_can_be_opened_again(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1)
    officer = town.actors["officer"]
    with pytest.raises(Invalid) as wrong:
        await take(ctx, officer, matter, "refuse", Wanted())
    assert set(wrong.value.fields) == {"article", "words"}
    await take(ctx, officer, matter, "refuse", wanted("refuse", article="信访工作条例第十九条", note="正在法院审理"))
    assert await state(town, matter) == "refused"
    clock.forward(days=1)
    await take(ctx, officer, matter, "reopen", Wanted(note="法院不予立案"))
    assert await state(town, matter) == "handling"


async def test_what_is_stale_or_out_of_turn_changes_nothing(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "accept", Wanted())
    before = await events(town, matter)
    with pytest.raises(Conflict):
        await take(ctx, officer, matter, "accept", Wanted())
    with pytest.raises(Conflict):
        await take(ctx, officer, matter, "answer", wanted("answer"), version=1)
    assert await events(town, matter) == before
    assert await state(town, matter) == "handling"


async def test_an_organ_outside_the_platform_is_named(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    with pytest.raises(Invalid):
        await take(ctx, town.actors["officer"], matter, "send_away", Wanted())
    await take(ctx, town.actors["officer"], matter, "send_away", Wanted(organ="云江市中级人民法院"))
    detail = await town.one("SELECT detail->>'organ' FROM petitions.event WHERE kind = 'transferred_out'")
    assert detail == "云江市中级人民法院"


async def test_a_new_matter_stands_on_the_lists_of_those_who_decide(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    event, delivery = MatterRegistered(matter_id=matter, channel="letter"), Delivery(new_id(), 1, None)
    for _again in range(2):
        await steps.begin(ctx, [(event, delivery)])
    assert await todos(town) == {("petitions.to_decide", "officer"), ("petitions.to_decide", "head")}
    due = "SELECT DISTINCT due FROM notifications.todo WHERE kind = 'petitions.to_decide'"
    assert await town.one(due) == date(2026, 3, 17)
