"""What the rules of the body say about votes: quorum, amendments, merging, elections. Refusals cite the article."""

from __future__ import annotations

import pytest

from huitang_conference.services.voting.progress import progress
from huitang_conference.services.voting.running import (
    NewPoll,
    announce,
    change_poll,
    close_poll,
    mark_fault,
    open_poll,
    prepare_each,
    prepare_next_round,
    prepare_poll,
    withdraw_poll,
)
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Invalid
from tests.plugins.conference.voting.sitting import sitting_in

MOTION = NewPoll(kind="motion", title="关于批准预算调整方案的决议")


async def test_no_vote_is_opened_below_the_quorum_and_the_article_is_named(ctx):
    sitting = await sitting_in(ctx, 61, present=30)
    poll = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    with pytest.raises(Conflict, match="第五十一条"):
        await open_poll(ctx, SYSTEM, poll)
    await sitting.set_presence(30, "present")
    await open_poll(ctx, SYSTEM, poll)


async def test_the_quorum_is_looked_at_again_at_the_close_and_both_counts_are_kept(ctx, recorder):
    sitting = await sitting_in(ctx, 61, present=40)
    poll = await sitting.poll()
    await sitting.all_press(recorder, poll, ["for"] * 35)
    for member in range(35, 40):
        await sitting.set_presence(member, "left")
    for member in range(10):
        await sitting.set_presence(member, "left")
    await close_poll(ctx, SYSTEM, poll)
    row = await sitting.row(poll)
    assert (row["present_at_open"], row["present_at_close"]) == (40, 25)
    assert row["result"]["verdict"]["verdict"] == "无效"
    assert row["result"]["verdict"]["quorum"]["met_at_open"]


async def test_thirty_of_sixty_one_do_not_pass_and_thirty_one_do(ctx, recorder):
    sitting = await sitting_in(ctx, 61, present=40)
    for number, word in ((30, "未通过"), (31, "通过")):
        poll = await sitting.poll()
        await sitting.all_press(recorder, poll, ["for"] * number)
        await close_poll(ctx, SYSTEM, poll)
        assert (await sitting.row(poll))["result"]["verdict"]["verdict"] == word


async def test_amendments_are_voted_on_before_the_motion(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    motion = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    new = NewPoll(kind="amendment", title="修正案一", amends_id=motion)
    amendment = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, new)
    with pytest.raises(Conflict, match=r"修正案一.*第四十六条"):
        await open_poll(ctx, SYSTEM, motion)
    await open_poll(ctx, SYSTEM, amendment)
    await close_poll(ctx, SYSTEM, amendment)
    await open_poll(ctx, SYSTEM, motion)
    with pytest.raises(Invalid):
        await prepare_poll(ctx, SYSTEM, sitting.meeting_id, NewPoll(kind="amendment", title="迟到", amends_id=motion))


async def test_one_vote_at_a_time_and_only_in_session(ctx):
    sitting = await sitting_in(ctx, 9)
    first = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    second = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    await open_poll(ctx, SYSTEM, first)
    with pytest.raises(Conflict):
        await open_poll(ctx, SYSTEM, second)
    await close_poll(ctx, SYSTEM, first)
    await ctx.db.execute("UPDATE conference.meeting SET state = 'adjourned' WHERE id = $1", sitting.meeting_id)
    with pytest.raises(Conflict):
        await open_poll(ctx, SYSTEM, second)


async def test_appointments_one_by_one_or_merged_where_the_rules_allow_it(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    new = NewPoll(kind="appointment", title="人事任免", names=["王一", "李二"])
    each = await prepare_each(ctx, SYSTEM, sitting.meeting_id, new)
    assert [(await sitting.row(poll))["title"] for poll in each] == ["人事任免：王一", "人事任免：李二"]
    merged = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, new)
    await open_poll(ctx, SYSTEM, merged)
    await sitting.all_press(recorder, merged, ["for"] * 5)
    await close_poll(ctx, SYSTEM, merged)
    assert (await sitting.row(merged))["result"]["verdict"]["verdict"] == "通过"


async def test_merging_needs_the_consent_that_the_rules_ask_for(ctx):
    sitting = await sitting_in(ctx, 9, profile="guangdong-standing-committee")
    new = NewPoll(kind="appointment", title="人事任免", names=["王一", "李二"])
    with pytest.raises(Invalid, match="第五十条"):
        await prepare_poll(ctx, SYSTEM, sitting.meeting_id, new)
    few = NewPoll(kind="appointment", title="人事任免", names=["王一", "李二"], options={"merge_agreed": 4})
    poll = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, few)
    with pytest.raises(Conflict, match="第五十条"):
        await open_poll(ctx, SYSTEM, poll)
    enough = NewPoll(kind="appointment", title="人事任免", names=["王一", "李二"], options={"merge_agreed": 5})
    await change_poll(ctx, SYSTEM, poll, enough)
    await open_poll(ctx, SYSTEM, poll)


async def test_the_rules_say_whether_a_vote_is_secret(ctx):
    sitting = await sitting_in(ctx, 9)
    usual = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    assert (await sitting.row(usual))["secrecy"] == "secret"
    new = NewPoll(kind="election", title="选举", names=["王一"], secrecy="open")
    with pytest.raises(Invalid):
        await prepare_poll(ctx, SYSTEM, sitting.meeting_id, new)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"seconds": 1},
        {"kind": "election", "names": ["王一"]},
        {"kind": "appointment", "names": ["王一", "王一"]},
        {"options": {"subject": "nonsense"}},
        {"options": {"rule": "nonsense"}},
    ],
)
async def test_what_cannot_be_put_to_the_vote_is_refused_before(ctx, wrong):
    sitting = await sitting_in(ctx, 9)
    with pytest.raises(Invalid) as refused:
        await prepare_poll(ctx, SYSTEM, sitting.meeting_id, NewPoll(**({"kind": "motion", "title": "事项"} | wrong)))
    assert refused.value.fields


async def test_an_election_and_its_next_round(ctx, recorder):
    sitting = await sitting_in(ctx, 11, profile="city-congress")
    poll = await sitting.poll(kind="election", title="副市长", names=["王一", "李二", "张三"], seats=2)
    both = '{"marks":{"1":"for","2":"for"}}'
    written = '{"marks":{"1":"for"},"write_ins":["赵 四"]}'
    over = '{"marks":{"1":"for","2":"for","3":"for"}}'
    await sitting.all_press(recorder, poll, [both] * 5 + [written] * 4 + [over] + ['{"marks":{}}'])
    await close_poll(ctx, SYSTEM, poll)
    result = (await sitting.row(poll))["result"]["election"]
    assert result["elected"] == ["王一"]
    assert (result["ballots"]["void"], result["ballots"]["blank"], result["next"]["kind"]) == (1, 1, "further_election")
    another = await prepare_next_round(ctx, SYSTEM, poll, ["李二", "赵四"])
    row = await sitting.row(another)
    assert (row["seats"], row["kind"]) == (1, "election")


async def test_a_tie_is_followed_by_a_run_off_among_the_tied(ctx, recorder):
    sitting = await sitting_in(ctx, 11, profile="city-congress")
    poll = await sitting.poll(kind="election", title="副市长", names=["王一", "李二", "张三"], seats=2)
    tied = ['{"marks":{"1":"for","2":"for"}}'] * 4 + ['{"marks":{"2":"for","3":"for"}}'] * 3
    await sitting.all_press(recorder, poll, tied + ['{"marks":{"1":"for","3":"for"}}'] * 4)
    await close_poll(ctx, SYSTEM, poll)
    result = (await sitting.row(poll))["result"]["election"]
    assert (result["outcome"], result["elected"], set(result["tied"])) == ("runoff", ["王一"], {"李二", "张三"})
    again = await sitting.row(await prepare_next_round(ctx, SYSTEM, poll))
    assert again["seats"] == 1
    assert "李二" in again["names"]
    assert "王一" not in again["names"]


async def test_not_pressed_abstained_and_a_broken_device_are_three_things(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    poll = await sitting.poll()
    await sitting.all_press(recorder, poll, ["for", "for", "abstain"])
    await mark_fault(ctx, SYSTEM, poll, sitting.members[3])
    now = await progress(ctx, SYSTEM, poll)
    assert (now.pressed, now.not_pressed, now.faults, now.left, now.present) == (3, 5, 1, 0, 9)
    await close_poll(ctx, SYSTEM, poll)
    counts = (await sitting.row(poll))["result"]["counts"]
    assert (counts["abstain"], counts["not_pressed"], counts["fault"]) == (1, 5, 1)


async def test_a_result_is_withheld_until_it_is_announced(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    await close_poll(ctx, SYSTEM, poll)
    assert (await sitting.row(poll))["announced_at"] is None
    await announce(ctx, SYSTEM, poll)
    assert (await sitting.row(poll))["announced_at"]
    with pytest.raises(Conflict):
        await announce(ctx, SYSTEM, poll)


async def test_what_was_withdrawn_is_not_opened(ctx):
    sitting = await sitting_in(ctx, 3)
    poll = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, MOTION)
    await withdraw_poll(ctx, SYSTEM, poll, "提案人撤回")
    with pytest.raises(Conflict):
        await open_poll(ctx, SYSTEM, poll)
