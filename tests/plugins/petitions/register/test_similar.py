"""Letters about one matter are found over the whole register, as soon as they are read and by whoever may see them."""

from __future__ import annotations

import asyncio
import threading

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.matching import VERSION
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.services import likeness, protecting, similar
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.register.alike import AGAIN, LIFT, WANG, brought, copies
from tests.plugins.petitions.register.matters import at
from tests.town import settle

SETTLED = """
SELECT NOT EXISTS (SELECT FROM kernel.outbox WHERE fanned_out_at IS NULL)
    AND NOT EXISTS (SELECT FROM kernel.outbox_delivery WHERE done_at IS NULL AND dead_at IS NULL)
"""


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
