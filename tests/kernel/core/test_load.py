"""What nobody waits for gives way to requests that queue, and is put off for a while only."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import pytest

from huitang_kernel.events import dispatcher
from huitang_kernel.load import MANY, Load
from huitang_kernel.testing import client_of
from tests.kernel.core.plugins_for_tests import GoodPlugin, folder_with
from tests.kernel.core.test_plugins import ring, until


def queue_up(load, stack, count=MANY):
    return [stack.enter_context(load.waiting()) for _ in range(count)]


async def test_an_answer_that_begins_is_no_longer_waited_for():
    load = Load()
    with ExitStack() as stack:
        answered = queue_up(load, stack)
        assert load.requests == MANY
        for again in (1, 2):
            answered[0]()
            assert load.requests == MANY - 1, f"called {again} times"
    assert load.requests == 0


async def test_giving_way_ends_when_the_queue_is_gone_or_the_time_is_up():
    load = Load()
    began = time.monotonic()
    await load.give_way(60)
    with ExitStack() as stack:
        answered = queue_up(load, stack)
        await load.give_way(0.1)
        assert time.monotonic() - began >= 0.1
        way = asyncio.create_task(load.give_way(60))
        await asyncio.sleep(0.1)
        assert not way.done()
        answered[0]()
        await asyncio.wait_for(way, 5)


@pytest.mark.parametrize("path", ["/good/", "/good/broken", "/nowhere", "/health/live"])
async def test_every_request_is_counted_once_and_for_all(open_hall, tmp_path, path):
    hall = await open_hall(GoodPlugin(folder_with(tmp_path)))
    seen = []
    hall.core.load.waiting, waiting = lambda: seen.append(hall.core.load.requests) or waiting(), hall.core.load.waiting
    async with client_of(hall) as client:
        await client.get(path)
        assert (await client.post(path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (seen, hall.core.load.requests) == ([0, 0], 0)


async def test_reactions_wait_while_requests_queue(open_hall, tmp_path, monkeypatch):
    monkeypatch.setattr(dispatcher, "GIVE_WAY_SECONDS", 60)
    plugin = GoodPlugin(folder_with(tmp_path))
    hall = await open_hall(plugin, background=True)
    await ring(hall, 1)
    await until(lambda: plugin.heard == [1], within=5)
    with ExitStack() as stack:
        answered = queue_up(hall.core.load, stack)
        await asyncio.sleep(0.5)  # a round that had begun is over
        await ring(hall, 2)
        await asyncio.sleep(0.5)
        assert plugin.heard == [1]
        answered[0]()
        await until(lambda: plugin.heard == [1, 2], within=5)
