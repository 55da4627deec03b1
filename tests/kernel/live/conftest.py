"""A hall with the plugin of `talking.py`, and a server in front of it."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.kernel.core.served import served
from tests.kernel.live.talking import CHEAP, Talk


@pytest.fixture
def talk(tmp_path):
    return Talk(tmp_path)


@pytest.fixture
async def served_hall(open_hall):
    """`await served_hall(talk, live={…})` → a hall with these settings of live topics, and its address."""
    async with AsyncExitStack() as stack:

        async def start(*plugins, live):
            hall = await open_hall(*plugins, plugins={**CHEAP, "live": live})
            return hall, await stack.enter_async_context(served(hall))

        yield start


@pytest.fixture
async def hall(open_hall, talk):
    return await open_hall(talk, plugins=CHEAP)


@pytest.fixture
async def place(hall):
    async with served(hall) as address:
        yield address
