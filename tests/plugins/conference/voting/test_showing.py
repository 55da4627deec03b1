"""What desks and hall see of a vote while it runs, when it closes by itself, and what they never see."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from huitang_conference.commands.verify import verify
from huitang_conference.jobs import check_keys
from huitang_conference.services.state import DESK, HALL, hall_state
from huitang_conference.services.voting.keychain import keychain
from huitang_conference.services.voting.log import export_log, log_for
from huitang_conference.services.voting.progress import progress, standing
from huitang_conference.services.voting.running import (
    NewPoll,
    announce,
    change_poll,
    close_poll,
    open_poll,
    withdraw_poll,
)
from huitang_conference.verifier import verify_log
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from tests.plugins.conference.voting.sitting import conference, sitting_in


class Heard(list):
    """Everything that a topic told."""

    async def until(self, what: str) -> dict:
        for _ in range(100):
            for data in reversed(self):
                if data["what"] == what:
                    return data
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what} was not told: {[data['what'] for data in self]}")


def listen(ctx, topic, sitting) -> Heard:
    heard = Heard()
    ctx.live.subscribe(topic, str(sitting.meeting_id), lambda message: heard.append(message.data))
    return heard


async def test_the_desks_hear_numbers_and_the_hall_hears_nothing_of_a_secret_vote(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    desk, hall = listen(ctx, DESK, sitting), listen(ctx, HALL, sitting)
    poll = await sitting.poll(secrecy="secret", show="live")
    await sitting.all_press(recorder, poll, ["for"] * 4 + ["against"])
    told = (await desk.until("poll.progress"))["progress"]
    assert (told["pressed"], told["not_pressed"]) == (5, 4)
    text = json.dumps([list(desk), list(hall)], default=str)
    assert not any(f'"{word}"' in text for word in ("for", "against", "abstain"))
    assert (await hall_state(ctx, sitting.meeting_id)).poll.result is None
    await close_poll(ctx, SYSTEM, poll)
    closed = await hall.until("poll.closed")
    assert closed["poll"]["result"]["counts"]["for"] == 4


async def test_an_open_vote_that_is_shown_live_tells_its_totals_and_a_withheld_one_does_not(ctx, recorder):
    sitting = await sitting_in(ctx, 9)
    hall = listen(ctx, HALL, sitting)
    poll = await sitting.poll(secrecy="open", show="live")
    await sitting.all_press(recorder, poll, ["for"] * 4 + ["against"])
    assert (await hall.until("poll.counts"))["counts"] == {"for": 4, "against": 1}
    assert (await hall_state(ctx, sitting.meeting_id)).poll.result == {"counts": {"for": 4, "against": 1}}
    await close_poll(ctx, SYSTEM, poll)
    hall.clear()
    withheld = await sitting.poll(secrecy="open", show="withheld")
    await sitting.all_press(recorder, withheld, ["for"] * 4)
    await asyncio.sleep(0.6)
    assert (await hall_state(ctx, sitting.meeting_id)).poll.result is None
    await close_poll(ctx, SYSTEM, withheld)
    assert (await hall.until("poll.closed"))["poll"]["result"] is None
    await announce(ctx, SYSTEM, withheld)
    assert (await hall.until("poll.announced"))["poll"]["result"]["counts"]["for"] == 4
    assert not any(data["what"] == "poll.counts" for data in hall)


async def test_a_timed_vote_closes_by_itself(open_hall):
    ctx = await conference(open_hall)
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(seconds=5)
    row = await sitting.row(poll)
    assert (row["closes_at"] - row["opened_at"]).total_seconds() == pytest.approx(5, abs=0.1)
    sql = "UPDATE conference.poll SET closes_at = clock_timestamp() + interval '300 ms' WHERE id = $1"
    await ctx.db.execute(sql, poll)
    for _ in range(100):
        if (await sitting.row(poll))["state"] == "closed":
            break
        await asyncio.sleep(0.05)
    row = await sitting.row(poll)
    assert row["state"] == "closed"
    assert row["closed_at"] >= row["closes_at"]


async def test_progress_is_for_the_desks_of_the_meeting_alone(ctx):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    with pytest.raises(Forbidden):
        await progress(ctx, Actor(account_id=uuid4(), name="某人"), poll)


async def test_a_terminal_finds_its_press_again_without_the_choice(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(counts="last")
    assert not (await standing(ctx, poll, sitting.members[0])).has_pressed
    await recorder.press(sitting.press(poll, 0, "for"))
    answer = await recorder.press(sitting.press(poll, 0, "against"))
    found = await standing(ctx, poll, sitting.members[0])
    assert (found.has_pressed, found.number, found.receipt) == (True, 2, answer.receipt)
    assert "for" not in str(found)


async def test_the_log_of_a_vote_is_handed_out_once_its_result_is_announced(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(secrecy="open")
    for moment in (None, close_poll):
        if moment:
            await moment(ctx, SYSTEM, poll)
        with pytest.raises(Conflict):
            await log_for(ctx, SYSTEM, poll)
    await announce(ctx, SYSTEM, poll)
    assert verify_log.verify((await log_for(ctx, SYSTEM, poll)).encode())
    with pytest.raises(Forbidden):
        await log_for(ctx, Actor(account_id=uuid4(), name="某人"), poll)
    with pytest.raises(NotFound):
        await log_for(ctx, SYSTEM, uuid4())


async def test_the_log_of_a_copied_vote_is_whole(ctx):
    sitting = await sitting_in(ctx, 3)
    for change in (None, "changed", "withdrawn"):
        poll = uuid4()
        sql = "INSERT INTO conference.poll (id, meeting_id, kind, title) VALUES ($1, $2, 'motion', '副本')"
        await ctx.db.execute(sql, poll, sitting.meeting_id)
        if change == "withdrawn":
            await withdraw_poll(ctx, SYSTEM, poll)
        else:
            if change == "changed":
                await change_poll(ctx, SYSTEM, poll, NewPoll(kind="motion", title="改过的副本"))
            await open_poll(ctx, SYSTEM, poll)
            await close_poll(ctx, SYSTEM, poll)
        assert verify_log.verify((await export_log(ctx, poll)).encode())


async def test_the_console_says_when_a_key_is_not_at_hand(ctx):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll(secrecy="secret")
    assert (await check_keys(ctx)).ok
    keychain(ctx).destroy(poll)
    found = await check_keys(ctx)
    assert not found.ok
    assert "key_folder" in found.remedy


def test_the_verifier_is_a_command(tmp_path):
    (tmp_path / "log.jsonl").write_text("{}\n")
    result = CliRunner().invoke(verify, [str(tmp_path / "log.jsonl")])
    assert result.exit_code == 1
    assert "the head" in result.output
