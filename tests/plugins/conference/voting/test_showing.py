"""What desks and hall see of a vote while it runs, when it closes by itself, and what they never see."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from huitang_conference.services.state import DESK, HALL, hall_state
from huitang_conference.services.voting.progress import progress, standing
from huitang_conference.services.voting.running import announce, close_poll
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Forbidden
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
