"""Matters that are joined keep all their people, codes and clocks; whoever stays away from one stays away from all."""

from __future__ import annotations

from uuid import UUID

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import access, extending, listing, merging, protecting, similar, supervision
from huitang_petitions.services.steps import Wanted, begin, take
from huitang_sdk.contracts import Delivery
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.register.alike import copies
from tests.plugins.petitions.register.matters import at, wanted


async def test_of_mass_letters_all_are_joined_in_the_end_and_all_are_counted(town):
    at(town)
    ctx, officer = town.ctx, town.actors["officer"]
    first, *others = await copies(town, 14)
    found = await similar.all_similar(ctx, officer, first)
    assert (len(found.shown), found.total, found.more) == (10, 13, False)
    for one in found.shown:
        await merging.join(ctx, officer, one.id, first)
    rest = await similar.all_similar(ctx, officer, first)
    assert {one.id for one in rest.shown} == set(others) - {one.id for one in found.shown}
    assert rest.total == 3
    # What is joined is not offered to what is joined with it, either.
    assert {one.id for one in (await similar.all_similar(ctx, officer, found.shown[0].id)).shown} == {
        one.id for one in rest.shown
    }
    page = (await (await town.sign_in("officer")).get(f"/petitions/matters/{first}/way")).text
    assert "共 3 件尚未并入" in page


async def test_joined_matters_keep_their_people_codes_and_clocks(town, letters):
    first, again, joint, _other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    codes = "SELECT id, code_hash FROM petitions.matter ORDER BY id"
    parties = "SELECT matter_id, petitioner_id FROM petitions.party ORDER BY id"
    kept = await town.fetch(codes), await town.fetch(parties)
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, first, first)
    with pytest.raises(Forbidden):
        await merging.join(ctx, town.actors["receptionist"], again, first)
    await merging.join(ctx, officer, again, first)
    await merging.join(ctx, officer, joint, first)
    lines = (await listing.list_matters(ctx, officer, listing.Wanted())).lines
    assert {line.id for line in lines if line.joined} == {again, joint}
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, again, joint)
    with pytest.raises(Conflict):
        await take(ctx, officer, again, "accept", Wanted())
    for step in ("accept", "answer"):
        await take(ctx, officer, first, step, wanted(step))
    assert (await town.fetch(codes), await town.fetch(parties)) == kept
    duties = "SELECT limit_id, state FROM petitions.deadline WHERE matter_id = $1 AND duty"
    for matter in (first, again, joint):
        states = {row["limit_id"]: row["state"] for row in await town.fetch(duties, matter)}
        assert states == {"handle": "met", "tell": "met"}
        shown = await town.fetch("SELECT kind FROM petitions.event WHERE matter_id = $1 AND shown", matter)
        assert {"accepted", "answered"} <= {row["kind"] for row in shown}
    await merging.part(ctx, officer, joint)
    with pytest.raises(Conflict):
        await merging.part(ctx, officer, joint)
    assert (await access.matter_for(ctx, officer, joint, access.READ))["merged_into"] is None


async def test_more_time_is_for_all_and_each_may_go_on_alone(town, letters):
    first, again, joint, other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    for one in (again, joint):
        await begin(ctx, [(MatterRegistered(matter_id=one, channel="letter"), Delivery(new_id(), 1, None))])
        await merging.join(ctx, officer, one, first)
    await take(ctx, officer, first, "accept", Wanted())
    asked = await extending.ask(ctx, officer, first, "handle", 20, "需要现场检测")
    await extending.decide(ctx, town.actors["head"], asked, True)
    dues = "SELECT DISTINCT due, state FROM petitions.deadline WHERE limit_id = 'handle'"
    assert [row["state"] for row in await town.fetch(dues)] == ["extended"]
    told = "SELECT count(*) FROM messages.message WHERE kind = 'petitions.extended'"
    assert await town.one(told) == 2  # two people wrote three letters
    # Taken out, it stands on the lists again, and is accepted once.
    todos = "SELECT count(*) FROM notifications.todo WHERE closed_at IS NULL AND subject_id = $1"
    await merging.part(ctx, officer, again)
    assert await town.fetch(todos, again) != [{"count": 0}]
    assert (await take(ctx, officer, again, "accept", Wanted(note="单独办理"))).state == "handling"
    # Whoever withdraws, withdraws nothing of others: these go on by themselves.
    await take(ctx, officer, first, "withdraw", Wanted(note="信访人撤回"))
    row = await access.matter_for(ctx, officer, joint, access.READ)
    assert (row["merged_into"], row["state"]) == (None, "registered")
    assert await town.fetch(todos, joint) != [{"count": 0}]
    withdrawn = await town.fetch("SELECT matter_id FROM petitions.event WHERE kind = 'withdrawn'")
    assert [one["matter_id"] for one in withdrawn] == [first]
    await take(ctx, officer, other, "refuse", wanted("refuse", article="第十九条", note="不属于受理范围"))
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, joint, other)


async def test_whoever_stays_away_from_a_joined_matter_stays_away_from_the_one_it_is_handled_in(town, letters):
    first, again, joint, _other = letters
    ctx, officer, head = town.ctx, town.actors["officer"], town.actors["head"]
    receptionist, county = town.actors["receptionist"], town.actors["county"]
    await protecting.recuse(ctx, head, again, receptionist.account_id, "信访人是亲属")
    await access.matter_for(ctx, receptionist, first, access.READ)
    await merging.join(ctx, officer, again, first)
    with pytest.raises(NotFound):
        await access.matter_for(ctx, receptionist, first, access.READ)
    await merging.join(ctx, officer, joint, first)
    await protecting.recuse(ctx, officer, joint, officer.account_id, "与信访人是同学")
    with pytest.raises(NotFound):
        await access.matter_for(ctx, officer, first, access.READ)
    _accused, recused = await protecting.kept_away(ctx, head, first)
    assert [one.reason for one in recused] == ["信访人是亲属", "与信访人是同学"]
    await protecting.recuse(ctx, head, joint, county.account_id, "利益冲突")
    with pytest.raises(Conflict):
        await protecting.recuse(ctx, head, first, county.account_id, "利益冲突")


async def test_nothing_is_joined_into_the_hands_of_whoever_is_complained_of(town, letters):
    first, again, joint, _other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    committee = town.units["committee"].id
    await protecting.accuse(ctx, officer, again, organisation_id=committee)
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, again, first)
    marked = await protecting.accuse(ctx, officer, first, organisation_id=committee)
    await merging.join(ctx, officer, again, first)
    # Nor into their sight: what is handled in one matter they see in none.
    with pytest.raises(Conflict):
        await protecting.acquit(ctx, officer, first, marked, "误标")
    with pytest.raises(Conflict):
        await protecting.accuse(ctx, officer, again, account_id=town.actors["handler"].account_id)
    with pytest.raises(Invalid):
        await take(ctx, officer, first, "transfer", Wanted(organisation_id=committee))
    await take(ctx, officer, joint, "transfer", Wanted(organisation_id=committee))
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, first, joint)


async def test_the_page_names_them_and_joins_them(town, letters):
    first, again, _joint, _other = letters
    client = await town.sign_in("officer")
    assert str(again) in (await client.get(f"/petitions/matters/{first}/way")).text
    done = await client.post(f"/petitions/matters/{again}/way/join", data={"into": str(first)})
    assert done.status_code == 303
    assert f"/petitions/matters/{first}/way" in (await client.get(f"/petitions/matters/{again}/way")).text
    assert (await client.post(f"/petitions/matters/{again}/way/join", data={})).status_code == 303


async def seen_by(town, name: str) -> set[UUID]:
    """The matters that stand in somebody's register, each of which can be opened, and no other."""
    actor = town.actors[name]
    shown = await listing.list_matters(town.ctx, actor, listing.Wanted())
    assert shown.total == len(shown.lines)
    return {line.id for line in shown.lines}


async def test_whoever_is_kept_away_from_one_of_joined_matters_is_kept_away_from_all(town, letters):
    first, again, joint, other = letters
    ctx, officer, head = town.ctx, town.actors["officer"], town.actors["head"]
    receptionist, supervisor = town.actors["receptionist"], town.actors["supervisor"]
    await protecting.accuse(ctx, head, first, account_id=receptionist.account_id)
    assert await seen_by(town, "receptionist") == {again, joint, other}
    await merging.join(ctx, officer, again, first)
    await merging.join(ctx, officer, joint, first)
    assert await seen_by(town, "receptionist") == {other}
    assert await seen_by(town, "supervisor") == {first, again, joint, other}
    await protecting.recuse(ctx, head, first, supervisor.account_id, "利益冲突")
    assert await seen_by(town, "supervisor") == {other}
    for actor, matter in ((receptionist, joint), (supervisor, again)):
        with pytest.raises(NotFound):
            await access.matter_for(ctx, actor, matter, access.READ)
    await merging.part(ctx, officer, again)
    assert await seen_by(town, "receptionist") == {again, other}


async def test_whoever_is_complained_of_in_the_main_matter_keeps_no_to_dos_about_the_joined_ones(town, letters):
    first, again, _joint, _other = letters
    ctx, officer, head = town.ctx, town.actors["officer"], town.actors["head"]
    await take(ctx, officer, first, "assign", Wanted(organisation_id=town.units["committee"].id))
    await merging.join(ctx, officer, again, first)
    await supervision.act(ctx, town.actors["supervisor"], again, "urge", "请尽快办理")
    handler = town.actors["handler"].account_id
    todos = "SELECT count(*) FROM notifications.todo WHERE closed_at IS NULL AND assignee_id = $1"
    assert await town.one(todos, handler) > 0
    await protecting.accuse(ctx, head, first, account_id=handler)
    assert await town.one(todos, handler) == 0


async def test_joined_matters_are_looked_for_by_indexes(town, letters):
    await town.fetch(
        "INSERT INTO petitions.accused (id, matter_id, account_id, name, marked_at) SELECT gen_random_uuid(), $1,"
        " gen_random_uuid(), '', now() FROM generate_series(1, 5000) RETURNING id",
        letters[3],
    )
    await town.fetch("ANALYZE petitions.accused")
    sql = Sql(letters[0])
    condition = await access.visible(town.ctx, town.actors["officer"], access.READ, sql)
    plan = await town.fetch(f"EXPLAIN SELECT m.id FROM petitions.matter m WHERE m.id = $1 AND {condition}", *sql.values)
    lines = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Seq Scan on accused" not in lines, lines
