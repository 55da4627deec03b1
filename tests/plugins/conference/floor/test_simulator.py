"""The simulator against a real server: nothing lost, nothing doubled, whatever is cut."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from huitang_conference.services import simulated
from huitang_conference.simulator.hall import Hall, Terminal, read_hall, write_hall
from huitang_conference.simulator.play import Play
from huitang_conference.simulator.report import report_of
from huitang_conference.simulator.run import run
from huitang_conference.simulator.scenario import read_scenario, scenario_names
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, NotFound
from tests.plugins.conference.floor.scene import make_scene
from tests.plugins.conference.floor.seats import until


async def put_to_the_vote(ctx, meeting, play, rounds):
    """What a chair does: open when everybody is there, close when everybody has pressed."""
    for number in range(rounds):
        await until(lambda: len(play.counts.other_times) == len(play.terminals))
        await until(lambda: all(terminal.welcomed.is_set() for terminal in play.terminals))
        poll = await simulated.put_to_the_vote(ctx, SYSTEM, meeting, number, is_secret=number % 2 == 1)
        await until(lambda poll=poll: simulated.has_everybody_pressed(ctx, SYSTEM, poll))
        await simulated.end_the_vote(ctx, SYSTEM, poll)


@pytest.mark.parametrize("name", scenario_names())
def test_scenarios_can_be_read(name):
    scenario = read_scenario(name)
    assert scenario.title
    assert scenario.steps(2)


def test_what_is_no_scenario_is_named(tmp_path):
    (tmp_path / "own.toml").write_text('title = "x"\n[[first]]\ndo = "dance"\n')
    with pytest.raises(ValueError, match="dance"):
        read_scenario(str(tmp_path / "own.toml"))
    with pytest.raises(ValueError, match="nowhere"):
        read_scenario("nowhere")


@pytest.mark.parametrize("name", ["instant-vote", "drop-third"])
async def test_a_scenario_ends_with_nothing_lost_or_doubled(address, ctx, organisation, name):
    scene = await make_scene(ctx, organisation, 12, presence="expected")
    told: list[str] = []
    play = Play([f"http://{address}"], scene.tokens, told.append)
    chair = asyncio.create_task(put_to_the_vote(ctx, scene.meeting, play, 2))
    counts = await asyncio.wait_for(play.run(read_scenario(name), 2), 60)
    await chair
    report = report_of(name, 12, counts)
    assert report.is_sound
    assert report.refused == {}
    assert report.press.count == 24
    assert (report.reconnects > 0) == (name == "drop-third")
    presses = await ctx.db.fetch("SELECT count(*) AS n FROM conference.press")
    ballots = await ctx.db.fetch("SELECT count(*) AS n FROM conference.ballot")
    assert presses[0]["n"] >= 12
    assert ballots[0]["n"] == 12
    assert any(line.startswith("press") for line in told)


async def test_a_made_up_hall_can_be_enrolled_used_and_sent_home(address, hall, ctx, organisation, tmp_path):
    made = await simulated.make_hall(ctx, SYSTEM, "云江市", 5)
    path = tmp_path / "hall.json"
    write_hall(path, Hall(str(made.meeting_id), [Terminal(label, code) for label, code in made.codes]))
    assert path.stat().st_mode & 0o077 == 0
    counts, seats = await run([f"http://{address}"], path, "check-in", 5, None, lambda _: None)
    assert (seats, counts.acks, counts.lost) == (5, 5, 0)
    known = read_hall(path)
    assert all(terminal.token.startswith("hd_") and not terminal.code for terminal in known.terminals)
    # A second time nothing has to be enrolled; everybody is in already.
    counts, _ = await run([f"http://{address}"], path, "check-in", 3, None, lambda _: None)
    assert (counts.acks, counts.repeats) == (3, 3)
    assert await simulated.send_terminals_home(ctx, SYSTEM, made.meeting_id) == 5
    with pytest.raises(ValueError, match="5 terminals"):
        await run([f"http://{address}"], path, "check-in", 6, None, lambda _: None)


async def test_terminals_for_a_meeting_that_is_there(ctx, organisation):
    scene = await make_scene(ctx, organisation, 4)
    made = await simulated.invite_terminals(ctx, SYSTEM, scene.meeting, 3)
    assert {label for label, _ in made.codes} <= set(scene.labels)
    with pytest.raises(Conflict):
        await simulated.invite_terminals(ctx, SYSTEM, scene.meeting, 5)
    with pytest.raises(NotFound):
        await simulated.make_hall(ctx, SYSTEM, "无此单位", 5)


def test_the_report_is_json(tmp_path):
    from huitang_conference.floor.client import Counts

    report = report_of("x", 1, Counts(press_times=[0.01, 0.2], acks=2))
    assert msgspec.json.decode(msgspec.json.encode(report))["press"]["count"] == 2
