"""Letters about one matter are found over the whole register, and joined without losing anybody."""

from __future__ import annotations

import asyncio
import threading
from uuid import UUID

import pytest
import pytest_asyncio

from huitang_petitions.events import MatterRegistered
from huitang_petitions.matching import VERSION
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.services import access, extending, likeness, listing, merging, protecting, similar, supervision
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, begin, take
from huitang_petitions.services.submission import Intake, Person
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.register.matters import at, wanted
from tests.town import settle

SETTLED = """
SELECT NOT EXISTS (SELECT FROM kernel.outbox WHERE fanned_out_at IS NULL)
    AND NOT EXISTS (SELECT FROM kernel.outbox_delivery WHERE done_at IS NULL AND dead_at IS NULL)
"""
WANG = Person(name="王样例", phone="13800000001")
LI = Person(name="李示范", phone="13900000002")
LIFT = "东江区人民路12号院3号楼是老旧小区，居民多次申请加装电梯，至今没有批复，请协调。"
AGAIN = "人民路十二号院三号楼老人上下楼困难，加装电梯的申请一直没有答复，希望尽快协调解决。"
RIVER = "西江下游排污口夜间排放黑水，气味刺鼻，请环保部门查处。"


async def brought(town, person: Person, subject: str, body: str, place: str) -> UUID:
    """A letter that came in, and was compared."""
    intake = Intake(channel="letter", subject=subject, body=body, place=place, persons=(person,), kind="appeal")
    done = await register(town.ctx, town.actors["officer"], intake)
    event = MatterRegistered(matter_id=done.id, channel="letter")
    for attempt in (1, 2):
        await similar.keep_features(town.ctx, [(event, Delivery(new_id(), attempt, None))])
    return done.id


@pytest_asyncio.fixture
async def letters(town) -> tuple[UUID, UUID, UUID, UUID]:
    at(town)
    return (
        await brought(town, WANG, "老旧小区加装电梯", LIFT, "人民路12号院"),
        await brought(town, WANG, "再次反映加装电梯", AGAIN, "人民路12号院"),
        await brought(town, LI, "人民路12号院加装电梯", LIFT.replace("居民", "住户"), "人民路12号院"),
        await brought(town, LI, "河道排污", RIVER, "西江下游"),
    )


async def test_repeats_and_joint_letters_are_found_with_what_matched(town, letters):
    first, again, joint, other = letters
    found = await similar.similar_to(town.ctx, town.actors["officer"], first)
    assert {one.id for one in found} == {again, joint}
    relations = {one.id: one.relation for one in found}
    assert relations[joint] == "joint"
    assert relations[again] in ("repeat", "duplicate")
    assert all(one.reasons for one in found)
    assert other not in relations
    features = await town.fetch("SELECT features FROM petitions.feature")
    assert len(features) == 4
    assert not any("电梯".encode() in row["features"] for row in features)


async def test_letters_read_by_an_earlier_version_are_read_anew_and_then_found(town, letters):
    first, again, joint, _other = letters
    await town.fetch("UPDATE petitions.feature SET version = 1, features = '\\x00' RETURNING id")
    assert await similar.similar_to(town.ctx, town.actors["officer"], first) == []
    assert await similar.read_anew(town.ctx) == 4
    found = await similar.similar_to(town.ctx, town.actors["officer"], first)
    assert {one.id for one in found} == {again, joint}
    assert await similar.read_anew(town.ctx) == 0


async def until(town, sql: str, *values) -> None:
    async with asyncio.timeout(30):
        while not await town.one(sql, *values):  # noqa: ASYNC110 - the hall's own work makes it true
            await asyncio.sleep(0.05)


async def test_the_hourly_job_reads_them_anew(open_hall):
    town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, background=True)
    matter = await brought(town, WANG, "老旧小区加装电梯", LIFT, "人民路12号院")
    await until(town, SETTLED)
    await town.fetch("UPDATE petitions.feature SET version = 1 RETURNING id")
    run = await town.ctx.scheduling.run_now("petitions.compare", actor=SYSTEM)
    await until(town, "SELECT state = 'done' FROM scheduling.run WHERE id = $1", run)
    assert await town.one("SELECT result FROM scheduling.run WHERE id = $1", run) == (
        "已重新读取 1 件来信用于比对，新比对 1 件"
    )
    assert await town.one("SELECT version FROM petitions.feature WHERE id = $1", matter) == VERSION


async def test_what_is_out_of_reach_is_not_found(town, letters):
    first, again, joint, _other = letters
    await protecting.accuse(town.ctx, town.actors["head"], joint, account_id=town.actors["officer"].account_id)
    found = await similar.similar_to(town.ctx, town.actors["officer"], first)
    assert {one.id for one in found} == {again}
    with pytest.raises(NotFound):
        await similar.similar_to(town.ctx, town.actors["county"], first)


async def copies(town, count: int) -> list[UUID]:
    """The same letter of so many people."""
    return [
        await brought(
            town, Person(name=f"赵样例{number}", phone=f"138000010{number:02}"), "加装电梯", LIFT, "人民路12号院"
        )
        for number in range(count)
    ]


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


async def test_what_is_out_of_reach_takes_no_place_of_what_is_within_it(town):
    at(town)
    first, *others = await copies(town, 60)
    seen = others[-3:]
    hidden = [one for one in others if one not in seen]
    await town.fetch(
        "INSERT INTO petitions.recusal (id, matter_id, account_id, reason, decided_at) SELECT gen_random_uuid(), a, $2,"
        " '\\x00', now() FROM unnest($1::uuid[]) AS a RETURNING id",
        hidden,
        town.actors["officer"].account_id,
    )
    found = await similar.all_similar(town.ctx, town.actors["officer"], first)
    assert ({one.id for one in found.shown}, found.total) == (set(seen), 3)


async def test_rows_are_opened_once_and_not_in_the_loop(town, letters, monkeypatch):
    first = letters[0]
    opened: list[bool] = []
    unseal = type(town.ctx.personal).unseal

    def noted(self, column, key, value):
        if column == similar.COLUMN:
            opened.append(threading.current_thread() is threading.main_thread())
        return unseal(self, column, key, value)

    monkeypatch.setattr(type(town.ctx.personal), "unseal", noted)
    await similar.similar_to(town.ctx, town.actors["officer"], first)
    assert len(opened) == 5  # four of the index, one of the matter itself
    assert not any(opened)
    await similar.similar_to(town.ctx, town.actors["officer"], first)
    assert len(opened) == 6


async def test_while_a_process_reads_the_letters_its_pages_say_so_and_do_not_wait(town, letters, monkeypatch):
    monkeypatch.setattr(similar, "PATIENCE", 0.2)
    go_on = threading.Event()
    take_in = similar._take_in
    monkeypatch.setattr(similar, "_take_in", lambda *what: go_on.wait(60) and take_in(*what))
    officer = await town.sign_in("officer")
    page = (await officer.get(f"/petitions/matters/{letters[0]}/way")).text
    assert "正在读取来信用于比对" in page
    assert "未发现相似事项" not in page
    assert not similar.is_loaded(town.ctx)
    go_on.set()
    assert await similar.is_ready(town.ctx)
    page = (await officer.get(f"/petitions/matters/{letters[0]}/way")).text
    assert "正在读取" not in page
    assert "共 2 件尚未并入" in page


async def test_after_an_upgrade_nothing_is_compared_and_nothing_denied_until_all_are_read_anew(town, letters):
    first, again, joint, _other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    await town.fetch("UPDATE petitions.feature SET version = $1 RETURNING id", VERSION - 1)
    await similar.is_ready(ctx)
    new = await brought(town, WANG, "第三次反映加装电梯", AGAIN, "人民路12号院")
    await likeness.compare_new(ctx, [(MatterRegistered(matter_id=new, channel="letter"), Delivery(new_id(), 1, None))])
    page = (await (await town.sign_in("officer")).get(f"/petitions/matters/{first}/way")).text
    assert "正在读取来信用于比对" in page
    assert "未发现相似事项" not in page
    assert await likeness.likely(ctx, officer, [new]) == {}
    await similar.read_anew(ctx)
    await likeness.compare_rest(ctx)
    assert (await likeness.likely(ctx, officer, [new]))[new].id in {first, again}
    found = await similar.all_similar(ctx, officer, first)
    assert found.reading is None
    assert {one.id for one in found.shown} == {again, joint, new}


async def test_features_that_cannot_be_read_keep_nobody_from_the_page(town, letters):
    first, again, joint, other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    await town.fetch("UPDATE petitions.feature SET features = '\\x00' WHERE id = ANY($1) RETURNING id", [again, other])
    found = await similar.all_similar(ctx, officer, first)
    assert {one.id for one in found.shown} == {joint}
    # What it says itself is read from the letter then.
    assert {one.id for one in (await similar.all_similar(ctx, officer, again)).shown} == {first, joint}
    assert await likeness.compare_rest(ctx) == 4


async def test_a_letter_that_was_altered_outside_keeps_no_other_from_being_read_anew(town, letters):
    first, again, joint, other = letters
    await town.fetch("UPDATE petitions.feature SET version = $1 RETURNING id", VERSION - 1)
    await town.fetch("UPDATE petitions.matter SET body = '\\x00' WHERE id = $1 RETURNING id", other)
    assert await similar.read_anew(town.ctx) == 4
    assert not await similar.is_behind(town.ctx)
    assert {one.id for one in await similar.similar_to(town.ctx, town.actors["officer"], first)} == {again, joint}


async def test_a_reading_that_failed_is_begun_anew(town, letters, monkeypatch):
    def lost(*_what):
        raise OSError("the connection was lost")

    with monkeypatch.context() as broken:
        broken.setattr(similar, "_take_in", lost)
        with pytest.raises(OSError, match="lost"):
            await similar.similar_to(town.ctx, town.actors["officer"], letters[0])
    assert len(await similar.similar_to(town.ctx, town.actors["officer"], letters[0])) == 2


async def test_a_new_letter_says_what_it_probably_repeats_to_those_who_may_see_both(town, letters):
    first, again, joint, other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    assert await likeness.likely(ctx, officer, letters) == {}
    # Without the index in this process the reaction leaves it to the job.
    lot = [(MatterRegistered(matter_id=first, channel="letter"), Delivery(new_id(), 1, None))]
    await likeness.compare_new(ctx, lot)
    assert await likeness.likely(ctx, officer, letters) == {}
    assert await likeness.compare_rest(ctx) == 4
    assert await likeness.compare_rest(ctx) == 0
    found = await likeness.likely(ctx, officer, letters)
    assert {key: one.id for key, one in found.items()} == {again: first, joint: first} or found[joint].id == again
    assert found[joint].relation == "joint"
    assert found[again].relation in ("repeat", "duplicate")
    # Now it is loaded: the next letter is compared as it comes in.
    last = await brought(town, LI, "河道排污又来了", RIVER + "又排了。", "西江下游")
    await likeness.compare_new(ctx, [(MatterRegistered(matter_id=last, channel="letter"), Delivery(new_id(), 1, None))])
    assert (await likeness.likely(ctx, officer, [last]))[last].id == other

    wanted = {name: listing.Wanted(like=name) for name in ("repeat", "joint")}
    shown = {name: await listing.list_matters(ctx, officer, how) for name, how in wanted.items()}
    assert {line.id for line in shown["repeat"].lines} == {again, last}
    assert {line.id for line in shown["joint"].lines} == {joint}
    assert shown["repeat"].total == 2
    client = await town.sign_in("officer")
    number = await town.one("SELECT number FROM petitions.matter WHERE id = $1", first)
    badge = f"疑似 {number} 的重复来信"
    assert badge in (await client.get("/petitions/?like=repeat")).text
    assert badge in (await client.get(f"/petitions/matters/{again}")).text
    assert badge not in (await client.get(f"/petitions/matters/{first}")).text

    await protecting.recuse(ctx, town.actors["head"], first, officer.account_id, "信访人是亲属")
    assert again not in await likeness.likely(ctx, officer, letters)
    assert again not in {line.id for line in (await listing.list_matters(ctx, officer, wanted["repeat"])).lines}
    assert badge not in (await client.get(f"/petitions/matters/{again}")).text


async def test_where_letters_come_comparing_takes_its_share_only_and_the_job_does_the_rest(town, letters, monkeypatch):
    ctx = town.ctx
    await similar.is_ready(ctx)
    lots = [[(MatterRegistered(matter_id=one, channel="letter"), Delivery(new_id(), 1, None))] for one in letters]
    waiting = "SELECT count(*) FROM petitions.feature WHERE NOT compared"
    monkeypatch.setattr(likeness, "AT_ONCE", 1)
    monkeypatch.setattr(likeness, "IN_A_LOT", 1e-9)
    await likeness.compare_new(ctx, lots[0])
    assert await town.one(waiting) == 3
    await likeness.compare_new(ctx, lots[1])
    assert await town.one(waiting) == 3
    monkeypatch.setattr(likeness, "_RESTS", {})
    await likeness.compare_new(ctx, lots[2])
    assert await town.one(waiting) == 2
    assert await likeness.compare_rest(ctx) == 2


@pytest.mark.parametrize(("busy", "rests"), [(-1, 4), (10**9, 0)])
async def test_while_very_many_come_the_job_rests_too(town, letters, monkeypatch, busy, rests):
    rested: list[float] = []
    monkeypatch.setattr(likeness, "AT_ONCE", 1)
    monkeypatch.setattr(likeness, "IN_A_LOT", 1e-9)
    monkeypatch.setattr(likeness, "BUSY", busy)
    monkeypatch.setattr(likeness, "_rest_after", lambda took: rested.append(took) or 0.0)
    assert await likeness.compare_rest(town.ctx) == 4
    assert len(rested) == rests


async def test_a_node_that_stops_leaves_the_rest_to_the_next_run(town, letters, monkeypatch):
    monkeypatch.setattr(likeness, "AT_ONCE", 1)
    monkeypatch.setattr(likeness, "IN_A_LOT", 1e-9)
    asked = iter([False, False, True])
    assert await likeness.compare_rest(town.ctx, lambda: next(asked)) == 2
    assert await likeness.compare_rest(town.ctx) == 2


async def test_what_is_joined_needs_no_badge(town, letters):
    first, again, _joint, _other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    await likeness.compare_rest(ctx)
    await merging.join(ctx, officer, again, first)
    assert again not in await likeness.likely(ctx, officer, letters)
    repeats = await listing.list_matters(ctx, officer, listing.Wanted(like="repeat"))
    assert again not in {line.id for line in repeats.lines}


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
