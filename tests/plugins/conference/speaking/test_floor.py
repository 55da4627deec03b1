"""Asking to speak, the chair's order, the limits of the rules, extensions, and what is told to the hall."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from huitang_conference.services import speaking
from huitang_conference.services.state import HALL, hall_state
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound


async def queue(sitting) -> list[str]:
    state = await hall_state(sitting.ctx, sitting.meeting_id)
    return [speaker.name for speaker in state.speaking.queue]


async def asked(sitting, *names: str) -> list:
    return [await speaking.ask(sitting.ctx, sitting.actors[name], sitting.meeting_id) for name in names]


async def test_requests_stand_in_the_order_of_asking_and_asking_twice_is_one_request(sitting):
    first, *_others = await asked(sitting, "member2", "observer", "member1")
    assert await speaking.ask(sitting.ctx, sitting.actors["member2"], sitting.meeting_id) == first
    assert await queue(sitting) == ["member2", "observer", "member1"]


async def test_many_who_ask_at_once_all_stand_on_the_list_once(sitting):
    names = [f"member{n}" for n in range(1, 6)]
    await asyncio.gather(*(speaking.ask(sitting.ctx, sitting.actors[n], sitting.meeting_id) for n in names * 2))
    assert sorted(await queue(sitting)) == names


async def test_the_chair_orders_the_list_and_whoever_is_not_named_keeps_the_place_behind(sitting):
    one, two, three = await asked(sitting, "member1", "member2", "member3")
    await speaking.reorder(sitting.ctx, sitting.actors["chair"], sitting.meeting_id, [three])
    assert await queue(sitting) == ["member3", "member1", "member2"]
    with pytest.raises(Conflict):
        await speaking.withdraw(sitting.ctx, sitting.actors["member4"], sitting.meeting_id)
    await speaking.withdraw(sitting.ctx, sitting.actors["member1"], sitting.meeting_id)
    with pytest.raises(Conflict):
        await speaking.reorder(sitting.ctx, sitting.actors["chair"], sitting.meeting_id, [two, one])
    assert await queue(sitting) == ["member3", "member2"]


async def test_only_the_chair_gives_the_floor(sitting):
    (request,) = await asked(sitting, "member1")
    for name in ("member1", "clerk", "observer"):
        with pytest.raises(Forbidden):
            await speaking.grant(sitting.ctx, sitting.actors[name], request)
    assert await queue(sitting) == ["member1"]


async def test_one_has_the_floor_at_a_time_but_an_interposition_may_stand_beside_it(sitting):
    one, two = await asked(sitting, "member1", "member2")
    chair = sitting.actors["chair"]
    await speaking.grant(sitting.ctx, chair, one)
    with pytest.raises(Conflict, match="member1"):
        await speaking.grant(sitting.ctx, chair, two)
    await speaking.call(sitting.ctx, chair, sitting.meeting_id, sitting.attendees["member3"], kind="interposition")
    state = await hall_state(sitting.ctx, sitting.meeting_id)
    assert [(s.name, s.kind) for s in state.speaking.now] == [("member1", "speech"), ("member3", "interposition")]
    await speaking.finish(sitting.ctx, chair, one)
    await speaking.grant(sitting.ctx, chair, two)


async def test_first_and_second_speech_have_the_limits_of_the_rules(sitting):
    """NPC rules art. 58: in the presidium 15 minutes, 10 for the second speech on the same topic."""
    chair, limits = sitting.actors["chair"], []
    for _number in range(2):
        (request,) = await asked(sitting, "member1")
        await speaking.grant(sitting.ctx, chair, request)
        now = (await hall_state(sitting.ctx, sitting.meeting_id)).speaking.now[0]
        limits.append((now.ordinal, now.ends_at - now.started_at))
        await speaking.finish(sitting.ctx, chair, request)
    assert limits == [(1, timedelta(minutes=15)), (2, timedelta(minutes=10))]
    with pytest.raises(Conflict, match="五十八"):
        await asked(sitting, "member1")
    assert await queue(sitting) == []


async def test_another_topic_starts_the_count_anew(sitting):
    chair = sitting.actors["chair"]
    (request,) = await asked(sitting, "member1")
    await speaking.grant(sitting.ctx, chair, request)
    await speaking.finish(sitting.ctx, chair, request)
    other = "UPDATE conference.meeting SET item_id = NULL WHERE id = $1"
    await sitting.hall.core.database.execute(other, sitting.meeting_id)
    (request,) = await asked(sitting, "member1")
    rows = await sitting.fetch("SELECT ordinal FROM conference.speech WHERE id = $1", request)
    assert rows[0]["ordinal"] == 1


async def test_an_extension_is_given_by_the_chair_and_is_on_record(sitting):
    chair = sitting.actors["chair"]
    (request,) = await asked(sitting, "member1")
    await speaking.grant(sitting.ctx, chair, request)
    await speaking.extend(sitting.ctx, chair, request, 180, "说明数据来源")
    now = (await hall_state(sitting.ctx, sitting.meeting_id)).speaking.now[0]
    assert now.ends_at - now.started_at == timedelta(minutes=18)
    rows = await sitting.fetch(
        "SELECT detail, reason FROM kernel.audit_record WHERE action = 'conference.speech.extended'"
    )
    assert rows[0]["reason"] == "说明数据来源"
    assert "180" in rows[0]["detail"]
    with pytest.raises(Invalid):
        await speaking.extend(sitting.ctx, chair, request, 0)


async def test_where_the_rules_know_no_extension_the_refusal_cites_them(make_sitting):
    sitting = await make_sitting(profile="beijing-presidium")
    chair = sitting.actors["chair"]
    (request,) = await asked(sitting, "member1")
    await speaking.grant(sitting.ctx, chair, request)
    with pytest.raises(Conflict, match="第五十条"):
        await speaking.extend(sitting.ctx, chair, request, 60)


async def test_a_closed_list_takes_nobody_but_keeps_whoever_is_on_it(sitting):
    await asked(sitting, "member1")
    await speaking.open_list(sitting.ctx, sitting.actors["chair"], sitting.meeting_id, False)
    with pytest.raises(Conflict):
        await asked(sitting, "member2")
    assert await queue(sitting) == ["member1"]
    await speaking.ask(sitting.ctx, sitting.actors["member3"], sitting.meeting_id, kind="interposition")
    assert await queue(sitting) == ["member1", "member3"]


async def test_who_is_not_there_staff_and_strangers_cannot_ask(sitting):
    away = "UPDATE conference.attendee SET presence = 'away' WHERE id = $1"
    await sitting.hall.core.database.execute(away, sitting.attendees["member1"])
    for name, error in (("member1", Conflict), ("stranger", NotFound), ("chair", None)):
        if error is None:
            await asked(sitting, name)
            continue
        with pytest.raises(error):
            await asked(sitting, name)
    assert await queue(sitting) == ["chair"]


async def test_the_whole_hall_hears_of_it_after_the_commit(sitting):
    heard = []
    end = sitting.ctx.live.subscribe(HALL, str(sitting.meeting_id), heard.append)
    (request,) = await asked(sitting, "member1")
    await speaking.refuse(sitting.ctx, sitting.actors["chair"], request, "与议题无关")
    async with asyncio.timeout(5):
        while len(heard) < 2:  # noqa: ASYNC110 - what is heard comes by a plain function
            await asyncio.sleep(0.01)
    end()
    assert [(message.data["what"], len(message.data["speaking"]["queue"])) for message in heard] == [
        ("speech.asked", 1),
        ("speech.refused", 0),
    ]
