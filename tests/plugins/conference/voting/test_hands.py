"""Shows of hands, attempts that are repeated, and acts that two people do."""

from __future__ import annotations

from uuid import uuid4

import pytest

from huitang_conference.services.access import CHAIR, CONFIRM, OPERATE
from huitang_conference.services.voting import manual
from huitang_conference.services.voting.keychain import keychain
from huitang_conference.services.voting.log import export_log
from huitang_conference.services.voting.presses import Recorded
from huitang_conference.services.voting.running import (
    Hands,
    close_poll,
    fall_back_to_hands,
    record_hands,
    record_remote_hands,
    repeat_poll,
    void_poll,
)
from huitang_conference.verifier import verify_log
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM, Grant
from huitang_sdk.errors import Conflict, Forbidden, Invalid
from tests.plugins.conference.voting.sitting import sitting_in


async def person(sitting, role: str) -> Actor:
    """Somebody with this role where the meeting is."""
    rows = await sitting.ctx.db.fetch(
        "SELECT organisation_id FROM conference.meeting WHERE id = $1", sitting.meeting_id
    )
    where = rows[0]["organisation_id"]
    return Actor(account_id=uuid4(), name=role, organisation_id=where, grants=(Grant(role, where, "unit"),))


async def confirmed(sitting, act_id) -> None:
    await manual.confirm(sitting.ctx, await person(sitting, "conference.supervisor"), act_id)


async def test_the_hands_of_remote_members_are_counted_beside_the_keys(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    remote = sitting.members[6:8]
    await ctx.db.execute("UPDATE conference.attendee SET is_remote = TRUE WHERE id = ANY($1::uuid[])", remote)
    poll = await sitting.poll()
    await sitting.all_press(recorder, poll, ["for"] * 4)
    assert (await recorder.press(sitting.press(poll, 6, "for"))).code == "by-hand"
    operator = await person(sitting, "conference.operator")
    with pytest.raises(Invalid):
        await record_remote_hands(ctx, operator, poll, Hands(for_=3))
    await confirmed(sitting, await record_remote_hands(ctx, operator, poll, Hands(for_=1, against=1)))
    await close_poll(ctx, SYSTEM, poll)
    result = (await sitting.row(poll))["result"]
    assert (result["counts"]["for"], result["counts"]["against"], result["counts"]["not_pressed"]) == (5, 1, 3)
    assert result["verdict"]["verdict"] == "通过"
    assert "for 5, against 1" in verify_log.verify((await export_log(ctx, poll)).encode())[1]


async def test_when_the_devices_fail_hands_take_over_and_both_attempts_stay(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    first = await sitting.poll()
    await sitting.all_press(recorder, first, ["for"] * 2)
    second = await fall_back_to_hands(ctx, SYSTEM, first, "表决器故障")
    old, new = await sitting.row(first), await sitting.row(second)
    assert (old["state"], old["void_reason"], old["result"]) == ("void", "表决器故障", None)
    assert (new["state"], new["manner"], new["attempt"], new["repeats_id"]) == ("open", "hands", 2, first)
    assert not keychain(ctx).polls()
    operator = await person(sitting, "conference.operator")
    with pytest.raises(Invalid):
        await record_hands(ctx, operator, second, Hands(for_=10))
    await confirmed(sitting, await record_hands(ctx, operator, second, Hands(for_=6, against=2, abstain=1)))
    row = await sitting.row(second)
    counts = row["result"]["counts"]
    assert (row["state"], counts["for"], "not_raised" in counts, "not_pressed" in counts) == ("closed", 6, True, False)
    assert row["result"]["verdict"]["verdict"] == "通过"
    for poll in (first, second):
        assert verify_log.verify((await export_log(ctx, poll)).encode())


async def test_one_tap_repeats_an_open_vote_and_the_old_presses_do_not_count(ctx, recorder):
    sitting = await sitting_in(ctx, 5)
    first = await sitting.poll()
    await sitting.all_press(recorder, first, ["for"] * 5)
    with pytest.raises(Invalid):
        await repeat_poll(ctx, SYSTEM, first, " ")
    second = await repeat_poll(ctx, SYSTEM, first, "表决器未开启")
    assert (await recorder.press(sitting.press(first, 0, "for"))).is_repeat
    assert isinstance(await recorder.press(sitting.press(second, 0, "against")), Recorded)
    await close_poll(ctx, SYSTEM, second)
    counts = (await sitting.row(second))["result"]["counts"]
    assert (counts["for"], counts["against"]) == (0, 1)
    third = await repeat_poll(ctx, SYSTEM, second, "结果有疑义")
    assert (await sitting.row(third))["attempt"] == 3
    assert (await sitting.row(second))["state"] == "closed"
    with pytest.raises(Conflict):
        await repeat_poll(ctx, SYSTEM, second, "再来")


async def test_an_election_does_not_fall_back_to_hands(ctx):
    sitting = await sitting_in(ctx, 9, profile="city-congress")
    poll = await sitting.poll(kind="election", title="主任", names=["王一"])
    with pytest.raises(Conflict):
        await fall_back_to_hands(ctx, SYSTEM, poll, "故障")
    await void_poll(ctx, SYSTEM, poll, "改用纸质选票")


async def test_a_manual_act_needs_a_second_person_in_time_once(ctx):
    sitting = await sitting_in(ctx, 5)
    poll = await sitting.poll()
    second = await fall_back_to_hands(ctx, SYSTEM, poll, "故障")
    chair = await person(sitting, "conference.chair")
    assert {CHAIR, CONFIRM} <= {p for p in (CHAIR, CONFIRM, OPERATE) if ctx.permissions.may(chair, p)}
    act = await record_hands(ctx, chair, second, Hands(for_=3))
    with pytest.raises(Conflict):
        await manual.confirm(ctx, chair, act)
    with pytest.raises(Forbidden):
        await manual.confirm(ctx, await person(sitting, "conference.operator"), act)
    await ctx.db.execute("UPDATE conference.manual_act SET asked_at = asked_at - interval '1 hour' WHERE id = $1", act)
    with pytest.raises(Conflict):
        await confirmed(sitting, act)
    assert (await sitting.row(second))["state"] == "open"
    act = await record_hands(ctx, chair, second, Hands(for_=3))
    assert [row["id"] for row in await manual.waiting(ctx, chair, sitting.meeting_id)] == [act]
    await confirmed(sitting, act)
    with pytest.raises(Conflict):
        await confirmed(sitting, act)


async def test_an_act_that_was_refused_is_not_done(ctx):
    sitting = await sitting_in(ctx, 5)
    second = await fall_back_to_hands(ctx, SYSTEM, await sitting.poll(), "故障")
    chair = await person(sitting, "conference.chair")
    act = await record_hands(ctx, chair, second, Hands(for_=3))
    await manual.refuse(ctx, await person(sitting, "conference.supervisor"), act, "数错了")
    with pytest.raises(Conflict):
        await confirmed(sitting, act)
    assert (await sitting.row(second))["state"] == "open"
