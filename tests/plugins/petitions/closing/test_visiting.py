"""Visits are opened by rule and by lot, stand with people who may reach the matter, and can open it again."""

from __future__ import annotations

import pytest

from huitang_petitions.services import merging
from huitang_petitions.services.closing.visiting import Outcome, draw, record, visit_for, visits
from huitang_petitions.services.protecting import accuse
from huitang_petitions.services.steps import Wanted, take
from huitang_petitions.services.submission import Person
from huitang_petitions.settings import PetitionsSettings
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.closing.matters import BAD, answered, rated, written
from tests.plugins.petitions.register.matters import at, received, wanted

CAUSES = "SELECT matter_id, cause FROM petitions.visit"
TODOS = "SELECT assignee_id FROM notifications.todo WHERE closed_at IS NULL AND kind = 'petitions.to_visit'"


async def causes(town) -> dict:
    return {row["matter_id"]: row["cause"] for row in await town.fetch(CAUSES)}


async def on_lists(town) -> set[str]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return {names[row["assignee_id"]] for row in await town.fetch(TODOS)}


async def test_the_rules_choose_their_matters_once(town):
    ctx, _clock, matters = await answered(town, 5)
    plain, urgent, late, joint, secret = matters
    ctx.settings = PetitionsSettings(visit_percent=0)
    await ctx.db.execute("UPDATE petitions.matter SET urgent = TRUE WHERE id = $1", urgent)
    await ctx.db.execute("UPDATE petitions.deadline SET state = 'met_late' WHERE duty AND matter_id = $1", late)
    await ctx.db.execute("UPDATE petitions.matter SET people = 6 WHERE id = $1", joint)
    await ctx.db.execute("UPDATE petitions.matter SET urgent = TRUE, whistle = TRUE WHERE id = $1", secret)
    assert await draw(ctx) == 3
    assert await causes(town) == {urgent: "urgent", late: "late", joint: "joint"}
    assert await draw(ctx) == 0
    ctx.settings = PetitionsSettings(visit_percent=100)
    assert await draw(ctx) == 1
    assert (await causes(town))[plain] == "sample"
    ctx, clock, _old = await answered(town)
    ctx.settings = PetitionsSettings(visit_percent=100)
    clock.forward(days=61)
    assert await draw(ctx) == 0


async def test_a_bad_rating_leads_to_a_visit_at_once_and_to_one_only(town):
    ctx, _clock, (matter,) = await answered(town)
    await rated(town, matter, BAD)
    assert await causes(town) == {matter: "bad"}
    assert await on_lists(town) == {"head", "supervisor"}
    await rated(town, matter, BAD)
    await draw(ctx)
    assert await town.one("SELECT count(*) FROM petitions.visit") == 1


async def test_the_result_is_recorded_and_can_open_the_matter_again(town):
    ctx, _clock, (matter,) = await answered(town)
    await rated(town, matter, BAD)
    visit = await town.one("SELECT id FROM petitions.visit")
    head, supervisor = town.actors["head"], town.actors["supervisor"]
    with pytest.raises(Invalid):
        await record(ctx, head, visit, Outcome(reached=True))
    with pytest.raises(Invalid):
        await record(ctx, head, visit, Outcome(reached=True, satisfied=False, reopen=True))
    unhappy = Outcome(reached=True, satisfied=False, note="路灯仍未修复", reopen=True)
    with pytest.raises(Forbidden):
        await record(ctx, supervisor, visit, unhappy)
    assert await town.one("SELECT done_at FROM petitions.visit") is None
    assert not await record(ctx, supervisor, visit, Outcome(reached=False, note="无人接听"))
    assert await record(ctx, head, visit, unhappy)
    assert await town.one("SELECT state FROM petitions.matter WHERE id = $1", matter) == "handling"
    assert await on_lists(town) == set()
    (row,) = await town.fetch("SELECT * FROM petitions.visit")
    assert (row["reached"], row["satisfied"], row["reopened"], row["tries"]) == (True, False, True, 2)
    assert ctx.personal.unseal("visit.note", visit, row["note"]) == "无人接听\n路灯仍未修复"
    kinds = [row["kind"] for row in await town.fetch("SELECT kind FROM petitions.event ORDER BY recorded_at, id")]
    assert kinds[-2:] == ["visited", "reopened"]
    with pytest.raises(Conflict):
        await record(ctx, head, visit, Outcome(reached=True, satisfied=True))


async def test_nobody_reached_ends_after_so_many_tries_and_unhappiness_is_told(town):
    ctx, _clock, (silent, unhappy) = await answered(town, 2)
    for matter in (silent, unhappy):
        await rated(town, matter, BAD)
    head = town.actors["head"]
    ids = {row["matter_id"]: row["id"] for row in await town.fetch("SELECT id, matter_id FROM petitions.visit")}
    over = [await record(ctx, head, ids[silent], Outcome(reached=False)) for _try in range(3)]
    assert over == [False, False, True]
    assert await town.one("SELECT reached FROM petitions.visit WHERE id = $1", ids[silent]) is False
    told = "SELECT count(*) FROM notifications.notice WHERE kind = 'petitions.unsatisfied'"
    assert await town.one(told) == 0
    await record(ctx, town.actors["supervisor"], ids[unhappy], Outcome(reached=True, satisfied=False, note="不服"))
    assert await town.one(told) > 0


async def test_whoever_must_stay_away_is_never_given_a_visit_nor_counts_it(town):
    ctx, _clock, (matter, other) = await answered(town, 2)
    supervisor = town.actors["supervisor"]
    await accuse(ctx, town.actors["officer"], matter, account_id=supervisor.account_id)
    for one in (matter, other):
        await rated(town, one, BAD)
    ids = {row["matter_id"]: row["id"] for row in await town.fetch("SELECT id, matter_id FROM petitions.visit")}
    assert (await visits(ctx, town.actors["head"]))[1] == 2
    lines, total = await visits(ctx, supervisor)
    assert ([line.matter_id for line in lines], total) == ([other], 1)
    with pytest.raises(NotFound):
        await visit_for(ctx, supervisor, ids[matter])
    with pytest.raises(NotFound):
        await record(ctx, supervisor, ids[matter], Outcome(reached=True, satisfied=True))
    for name in ("county", "plain", "analyst"):
        assert (await visits(ctx, town.actors[name]))[1] == 0
    told = await town.one("SELECT told FROM petitions.visit WHERE matter_id = $1", matter)
    assert supervisor.account_id not in told
    assert await on_lists(town) == {"head", "supervisor"}
    await accuse(ctx, town.actors["officer"], other, account_id=supervisor.account_id)
    assert await on_lists(town) == {"head"}


async def test_petitioners_of_joined_matters_are_visited_each_and_open_the_main_one_again(town):
    ctx, clock = at(town)
    ctx.settings = PetitionsSettings(visit_percent=0)
    officer = town.actors["officer"]
    main, urgent, plain, gone = await received(town, ctx, 4, kind="appeal")
    for one in (urgent, plain, gone):
        await merging.join(ctx, officer, one, main)
    await ctx.db.execute("UPDATE petitions.matter SET urgent = TRUE WHERE id = ANY($1)", [urgent, gone])
    await ctx.db.execute("UPDATE petitions.matter SET state = 'withdrawn' WHERE id = $1", gone)
    clock.forward(days=1)
    await take(ctx, officer, main, "accept", Wanted())
    assert await draw(ctx) == 0
    await take(ctx, officer, main, "answer", wanted("answer"))
    assert await draw(ctx) == 1
    assert await causes(town) == {urgent: "urgent"}
    ctx.settings = PetitionsSettings(visit_percent=100)
    assert await draw(ctx) == 2
    assert await causes(town) == {urgent: "urgent", plain: "sample", main: "sample"}
    visit = await town.one("SELECT id FROM petitions.visit WHERE matter_id = $1", urgent)
    unhappy = Outcome(reached=True, satisfied=False, note="路灯仍未修复", reopen=True)
    assert await record(ctx, town.actors["head"], visit, unhappy)
    assert await town.one("SELECT state FROM petitions.matter WHERE id = $1", main) == "handling"
    reopened = await town.fetch("SELECT matter_id FROM petitions.event WHERE kind = 'reopened'")
    assert {row["matter_id"] for row in reopened} == {main, urgent, plain}


UNSATISFIED = "SELECT recipient_id FROM notifications.notice WHERE kind = 'petitions.unsatisfied'"


async def test_who_left_a_phone_is_visited_though_anonymous(town):
    ctx, _clock, matter, _token = await written(town, persons=(Person(phone="13900000001"),))
    await ctx.db.execute("UPDATE petitions.matter SET anonymous = TRUE WHERE id = $1", matter)
    await rated(town, matter, BAD)
    assert await causes(town) == {matter: "bad"}
    assert await town.fetch(UNSATISFIED) == []


@pytest.mark.parametrize("kind", ["anonymous", "whistle"])
async def test_a_bad_rating_of_whoever_cannot_be_visited_is_told_to_those_who_may_decide(town, kind):
    ctx, _clock, (matter,) = await answered(town)
    await ctx.db.execute(f"UPDATE petitions.matter SET {kind} = TRUE WHERE id = $1", matter)
    for _time in range(2):  # changed, it is told once
        await rated(town, matter, BAD)
    assert await draw(ctx) == 0
    assert await causes(town) == {}
    names = {actor.account_id: name for name, actor in town.actors.items()}
    told = sorted(names[row["recipient_id"]] for row in await town.fetch(UNSATISFIED))
    assert told == (["head"] if kind == "whistle" else ["head", "officer"])
