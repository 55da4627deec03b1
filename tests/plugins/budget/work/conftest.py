"""The town, opened once per test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from town import open_town


@pytest_asyncio.fixture
async def town(open_hall):
    return await open_town(open_hall)
