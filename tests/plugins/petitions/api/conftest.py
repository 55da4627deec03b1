"""The town of letters and visits, where nobody is asked to wait: these tests send more than residents may."""

from __future__ import annotations

import pytest_asyncio

from huitang_petitions.plugin import PetitionsPlugin
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.town import settle

OFTEN = {"letters_per_hour": 1_000_000, "look_ups_per_minute": 1_000_000, "tries_per_second": 1_000_000}


@pytest_asyncio.fixture
async def town(open_hall):
    return await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, plugins={"petitions": OFTEN})
