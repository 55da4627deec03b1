"""The town, opened once per test."""

from __future__ import annotations

import pytest_asyncio

from tests.plugins.conference.town import open_town


@pytest_asyncio.fixture
async def town(open_hall):
    return await open_town(open_hall)
