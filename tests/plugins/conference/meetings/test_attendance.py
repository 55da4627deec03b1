"""Check-in at the seat, at the door and by staff, leaving, coming back, and the quorum."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_conference.services import attendance, meetings, roster
from huitang_conference.services.state import DESK, HALL
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.conference.town import present


async def presence_of(town, name="member1"):
    return await town.one("SELECT presence FROM conference.attendee WHERE id = $1", town.attendees[name])


async def test_everybody_checks_in_for_himself_only_and_once(town):
    ctx, mine, other = town.ctx, town.attendees["member1"], town.attendees["member2"]
    member = town.actors["member1"]
    assert await attendance.check_in(ctx, member, town.meeting_id, mine, "seat")
    assert not await attendance.check_in(ctx, member, town.meeting_id, mine, "seat")
    with pytest.raises(Forbidden):
        await attendance.check_in(ctx, member, town.meeting_id, other, "seat")
    for how in ("staff", "card", "qr", "makeup"):
        with pytest.raises(Forbidden):
            await attendance.check_in(ctx, member, town.meeting_id, mine, how)
    with pytest.raises(NotFound):
        await attendance.check_in(ctx, town.actors["stranger"], town.meeting_id, mine, "staff")
    assert await presence_of(town) == "present"
    assert await presence_of(town, "member2") == "expected"
    assert await town.one("SELECT count(*) FROM conference.presence_event") == 1


async def test_quorum_counts_members_who_are_there(town):
    ctx, operator = town.ctx, town.actors["operator"]
    seen = []
    for count in (0, 2, 3):
        await present(town, count)
        seen.append((await attendance.attendance(ctx, town.meeting_id)).quorum.met)
    assert seen == [False, False, True]
    await attendance.check_in(ctx, operator, town.meeting_id, town.attendees["observer"], "staff")
    await attendance.leave(ctx, operator, town.meeting_id, town.attendees["member1"])
    counted = await attendance.attendance(ctx, town.meeting_id)
    assert (counted.present, counted.away, counted.observers_present) == (2, 1, 1)
    assert not counted.quorum.met
    assert counted.quorum.needed == 3
    assert "第五十一条" in counted.quorum.article.text
    await attendance.return_(ctx, operator, town.meeting_id, town.attendees["member1"])
    assert (await attendance.attendance(ctx, town.meeting_id)).quorum.met


async def test_who_comes_after_the_opening_is_late_and_stays_so(town):
    ctx, operator = town.ctx, town.actors["operator"]
    first, second = town.attendees["member1"], town.attendees["member2"]
    await present(town, 1)
    await meetings.open_meeting(ctx, town.actors["chair"], town.meeting_id)
    await attendance.check_in(ctx, operator, town.meeting_id, second, "card")
    for person in (first, second):
        await attendance.leave(ctx, operator, town.meeting_id, person)
        await attendance.check_in(ctx, operator, town.meeting_id, person, "staff")
    late = {row.id: row.is_late for row in await roster.attendees(ctx, town.meeting_id)}
    assert (late[first], late[second]) == (False, True)


async def test_a_check_in_is_made_up_for_with_time_and_reason(town):
    ctx, operator, person = town.ctx, town.actors["operator"], town.attendees["member3"]
    await meetings.open_meeting(ctx, operator, town.meeting_id)
    came = ctx.clock.now() - timedelta(minutes=20)
    with pytest.raises(Invalid):
        await attendance.check_in(ctx, operator, town.meeting_id, person, "makeup", at=came)
    ahead = ctx.clock.now() + timedelta(hours=1)
    with pytest.raises(Invalid):
        await attendance.check_in(ctx, operator, town.meeting_id, person, "makeup", at=ahead, reason="忘带证件")
    await attendance.check_in(ctx, operator, town.meeting_id, person, "makeup", at=came, reason="忘带证件")
    row = next(row for row in await roster.attendees(ctx, town.meeting_id) if row.id == person)
    assert (row.presence, row.presence_how, row.presence_at, row.is_late) == ("present", "makeup", came, False)
    entry = (await town.hall.audit.entries(action="conference.attendee.checked_in"))[0]
    assert entry.reason == "忘带证件"


async def test_nobody_is_checked_in_before_the_call_or_after_the_end(town):
    ctx, clerk = town.ctx, town.actors["clerk"]
    await meetings.open_meeting(ctx, clerk, town.meeting_id)
    await meetings.close(ctx, clerk, town.meeting_id)
    with pytest.raises(Conflict):
        await present(town, 1)


async def test_on_another_day_everybody_checks_in_anew(town):
    ctx, chair = town.ctx, town.actors["chair"]
    await present(town, 4)
    await meetings.open_meeting(ctx, chair, town.meeting_id)
    await meetings.adjourn(ctx, chair, town.meeting_id)
    await meetings.resume(ctx, chair, town.meeting_id)
    assert (await attendance.attendance(ctx, town.meeting_id)).present == 4
    await meetings.adjourn(ctx, chair, town.meeting_id)
    await meetings.resume(ctx, chair, town.meeting_id, check_in_again=True)
    assert (await attendance.attendance(ctx, town.meeting_id)).present == 0
    assert await town.one("SELECT count(*) FROM conference.presence_event WHERE how = 'resumed'") == 4


async def test_many_are_told_at_once(town):
    before = {topic: await town.ctx.live.position(topic, str(town.meeting_id)) for topic in (HALL, DESK)}
    ids = list(town.attendees.values())
    changes = await attendance.check_in_many(town.ctx, SYSTEM, town.meeting_id, [*ids, ids[0]], "card")
    assert {change.attendee_id for change in changes} == set(ids)
    for topic, position in before.items():
        assert await town.ctx.live.position(topic, str(town.meeting_id)) == position + 1
    with pytest.raises(NotFound):
        await attendance.check_in_many(town.ctx, SYSTEM, town.meeting_id, [town.meeting_id], "card")
