"""Terminals and the nodes they are connected to: one is killed or stopped in good order, in the middle of a vote."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import pytest

from huitang_conference.plugin import ConferencePlugin
from huitang_conference.services import simulated
from huitang_conference.simulator.play import Play
from huitang_conference.simulator.scenario import read_scenario
from huitang_sdk.contracts.identity import SYSTEM
from tests.faults.server import ServerProcess
from tests.plugins.conference.floor.scene import make_scene
from tests.plugins.conference.floor.seats import until

SEATS = 60


async def all_there(play: Play) -> float:
    """How long until every terminal is welcomed."""
    return await until(lambda: all(terminal.welcomed.is_set() for terminal in play.terminals))


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM])
async def test_when_a_node_goes_every_terminal_is_back_within_five_seconds(open_hall, fresh_dsn, tmp_path, way):
    """Every press is acknowledged in the end, under one receipt; none is stored twice."""
    hall = await open_hall(ConferencePlugin(), serve=False)
    ctx = hall.registry.get("conference").context
    organisation = (await hall.services.identity.create_organisation(SYSTEM, "云江市")).id
    scene = await make_scene(ctx, organisation, SEATS, presence="expected")
    async with ServerProcess(fresh_dsn, tmp_path) as first, ServerProcess(fresh_dsn, tmp_path) as second:
        play = Play([first.url, second.url], scene.tokens, lambda _: None)
        playing = asyncio.create_task(play.run(read_scenario("instant-vote"), 1))
        await all_there(play)
        await until(lambda: len(play.counts.other_times) == SEATS)
        poll = await simulated.put_to_the_vote(ctx, SYSTEM, scene.meeting, 1, is_secret=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(first._process.pid, way)
        await asyncio.sleep(0.3)
        assert await all_there(play) < 5
        await until(lambda: simulated.has_everybody_pressed(ctx, SYSTEM, poll))
        result = await simulated.end_the_vote(ctx, SYSTEM, poll)
        counts = await asyncio.wait_for(playing, 60)
    assert result["counts"]["pressed"] == SEATS
    assert (counts.lost, counts.doubled, counts.refused) == (0, 0, {})
    assert counts.reconnects >= SEATS
    assert (counts.byes >= SEATS) == (way == signal.SIGTERM)
