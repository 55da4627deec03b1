"""Presses: durable before they are acknowledged, each member once, whatever is sent twice, late or from two nodes."""

from __future__ import annotations

import asyncio

import msgspec

from huitang_conference.services.voting.presses import Recorded, Recorder, Refused
from huitang_conference.services.voting.running import close_poll, void_poll
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.voting.sitting import sitting_in


async def test_everybody_presses_at_one_moment_and_is_counted_once(ctx, recorder):
    sitting = await sitting_in(ctx, 61)
    poll = await sitting.poll()
    answers = await sitting.all_press(recorder, poll, ["for"] * 31 + ["against"] * 20 + ["abstain"] * 5)
    assert all(isinstance(answer, Recorded) and not answer.is_repeat for answer in answers)
    assert len({answer.receipt for answer in answers}) == 56
    await close_poll(ctx, SYSTEM, poll)
    row = await sitting.row(poll)
    counts = row["result"]["counts"]
    assert {k: counts[k] for k in ("for", "against", "abstain", "not_pressed")} == {
        "for": 31, "against": 20, "abstain": 5, "not_pressed": 5}  # fmt: skip
    assert row["result"]["verdict"]["verdict"] == "通过"
    assert await sitting.count("ballot", poll) == 56


async def test_a_press_sent_again_has_the_same_receipt(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    press = sitting.press(poll, 0, "for")
    first = await recorder.press(press)
    again = await Recorder(ctx).press(press)
    assert (again.receipt, again.is_repeat) == (first.receipt, True)
    together = await recorder.press_many([sitting.press(poll, 1, "for", press_id="x", number=1)] * 3)
    assert len({answer.receipt for answer in together}) == 1
    await close_poll(ctx, SYSTEM, poll)
    late = await recorder.press(press)
    assert (late.receipt, late.is_repeat) == (first.receipt, True)


async def test_first_press_counts(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(counts="first", secrecy="open")
    first, second = sitting.press(poll, 0, "for"), sitting.press(poll, 0, "against")
    one = await recorder.press(first)
    other = await recorder.press(second)
    assert (other.counted, other.receipt, other.is_repeat) == (first.press_id, one.receipt, True)
    await close_poll(ctx, SYSTEM, poll)
    assert (await sitting.row(poll))["result"]["counts"]["for"] == 1


async def test_last_press_counts_and_an_older_one_that_comes_late_does_not(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(counts="last")
    first, second = sitting.press(poll, 0, "for"), sitting.press(poll, 0, "against")
    assert not (await recorder.press(second)).is_repeat
    assert (await recorder.press(first)).counted == second.press_id
    third = sitting.press(poll, 0, "abstain")
    assert (await recorder.press(third)).counted == third.press_id
    await close_poll(ctx, SYSTEM, poll)
    counts = (await sitting.row(poll))["result"]["counts"]
    assert (counts["for"], counts["against"], counts["abstain"]) == (0, 0, 1)


async def test_who_may_not_press_is_told_why(ctx, recorder):
    sitting = await sitting_in(ctx, 5, present=4)
    poll = await sitting.poll()
    await sitting.set_presence(1, "away")
    observer = sitting.members[3]
    await ctx.db.execute("UPDATE conference.attendee SET role = 'observer' WHERE id = $1", observer)
    await ctx.db.execute("UPDATE conference.voter SET by_hand = TRUE WHERE attendee_id = $1", sitting.members[2])
    answers = await recorder.press_many(
        [
            sitting.press(poll, 4, "for"),
            sitting.press(poll, 1, "for"),
            sitting.press(poll, 2, "for"),
            sitting.press(poll, observer, "for"),
            sitting.press(poll, 0, "yes"),
            sitting.press(sitting.meeting_id, 0, "for"),
        ]
    )
    assert [answer.code for answer in answers] == ["absent", "absent", "by-hand", "not-a-voter", "choice", "closed"]
    assert all(answer.message for answer in answers)
    assert await sitting.count("press", poll) == 0


async def test_who_comes_in_while_a_vote_is_open_may_press_and_who_leaves_loses_it(ctx, recorder):
    sitting = await sitting_in(ctx, 5, present=4)
    poll = await sitting.poll()
    await sitting.set_presence(4, "present")
    await sitting.set_presence(0, "left")
    assert isinstance(await recorder.press(sitting.press(poll, 4, "for")), Recorded)
    assert isinstance(await recorder.press(sitting.press(poll, 0, "for")), Refused)
    await recorder.press(sitting.press(poll, 1, "for"))
    await sitting.set_presence(1, "left")
    await close_poll(ctx, SYSTEM, poll)
    counts = (await sitting.row(poll))["result"]["counts"]
    assert (counts["for"], counts["not_pressed"], counts["left"], counts["voters"]) == (2, 2, 1, 5)


async def test_presses_after_the_end_are_refused(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(seconds=5)
    await ctx.db.execute("UPDATE conference.poll SET closes_at = now() - interval '1 ms' WHERE id = $1", poll)
    codes = {(await recorder.press(sitting.press(poll, 0, "for"))).code}
    await ctx.db.execute("UPDATE conference.poll SET closes_at = NULL WHERE id = $1", poll)
    if (await sitting.row(poll))["state"] == "open":
        await void_poll(ctx, SYSTEM, poll, "演练")
    codes.add((await recorder.press(sitting.press(poll, 0, "for"))).code)
    assert codes <= {"late", "closed"}


async def test_closing_and_pressing_at_one_moment_agree(ctx, recorder):
    """Whatever was acknowledged is counted, whatever was refused is not, in every interleaving that happens here."""
    sitting = await sitting_in(ctx, 40)
    for _ in range(5):
        poll = await sitting.poll()
        first = asyncio.gather(*(recorder.press(sitting.press(poll, number, "for")) for number in range(20)))
        closing = asyncio.create_task(close_poll(ctx, SYSTEM, poll))
        await asyncio.sleep(0)
        second = asyncio.gather(*(recorder.press(sitting.press(poll, number, "for")) for number in range(20, 40)))
        answers = [*await first, *await second]
        await closing
        recorded = sum(isinstance(answer, Recorded) for answer in answers)
        assert {answer.code for answer in answers if isinstance(answer, Refused)} <= {"closed"}
        assert await sitting.count("ballot", poll) == recorded == (await sitting.row(poll))["result"]["counts"]["for"]


async def test_two_nodes_store_each_voter_once(ctx, recorder):
    sitting, other = await sitting_in(ctx, 30), Recorder(ctx)
    poll = await sitting.poll(secrecy="open")
    presses = [sitting.press(poll, number, "for") for number in range(30)]
    one, two = await asyncio.gather(recorder.press_many(presses), other.press_many(presses))
    assert [a.receipt for a in one] == [b.receipt for b in two]
    assert all(a.is_repeat != b.is_repeat for a, b in zip(one, two, strict=True))
    assert await sitting.count("press", poll) == 30
    logged = await ctx.db.fetch("SELECT record FROM conference.log_record WHERE poll_id = $1", poll)
    entries = [e for row in logged for e in msgspec.json.decode(row["record"])["body"].get("entries", ())]
    assert len(entries) == 30
    await other.stop()


async def test_a_recorder_that_stops_stores_what_it_has(ctx):
    sitting, recorder = await sitting_in(ctx, 10), Recorder(ctx)
    poll = await sitting.poll()
    waiting = [asyncio.ensure_future(recorder.press(sitting.press(poll, number, "for"))) for number in range(10)]
    await asyncio.sleep(0)
    await recorder.stop()
    assert all(isinstance(answer, Recorded) for answer in await asyncio.gather(*waiting))
    assert (await recorder.press(sitting.press(poll, 0, "against"))).code == "unavailable"
