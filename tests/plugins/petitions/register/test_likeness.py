"""A new letter says which earlier one it probably repeats; comparing takes its share of the time only."""

from __future__ import annotations

import asyncio

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import likeness, listing, merging, protecting, similar
from huitang_sdk.contracts import Delivery
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.alike import LI, RIVER, brought


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


async def test_a_node_that_stops_does_not_wait_for_a_job_that_rests(town, letters, monkeypatch):
    monkeypatch.setattr(likeness, "AT_ONCE", 1)
    monkeypatch.setattr(likeness, "IN_A_LOT", 1e-9)
    monkeypatch.setattr(likeness, "BUSY", -1)
    monkeypatch.setattr(likeness, "_rest_after", lambda took: 3600.0)
    asked = iter([False])
    async with asyncio.timeout(10):
        assert await likeness.compare_rest(town.ctx, lambda: next(asked, True)) == 1


async def test_what_is_joined_needs_no_badge(town, letters):
    first, again, _joint, _other = letters
    ctx, officer = town.ctx, town.actors["officer"]
    await likeness.compare_rest(ctx)
    await merging.join(ctx, officer, again, first)
    assert again not in await likeness.likely(ctx, officer, letters)
    repeats = await listing.list_matters(ctx, officer, listing.Wanted(like="repeat"))
    assert again not in {line.id for line in repeats.lines}
