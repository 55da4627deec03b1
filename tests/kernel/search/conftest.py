"""A hall with the plugin of `search_things.py`, its table, and a reader who sees everything."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

import search_things as t


@pytest_asyncio.fixture
async def open_things(open_hall):
    async def start(**options):
        hall = await open_hall(t.Things(), **options)
        await hall.core.database.execute(t.TABLE)
        t.give(hall, thing=t.EVERYTHING, report=t.EVERYTHING)
        return hall

    return start


@pytest_asyncio.fixture
async def hall(open_things):
    return await open_things()
