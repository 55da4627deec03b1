"""One town for each test of residents."""

from __future__ import annotations

import pytest_asyncio

from tests.kernel.identity.people import identity_settings
from tests.kernel.identity.residents import Town


@pytest_asyncio.fixture
async def town(open_hall):
    often = {"resident_code_pause_seconds": 0, "resident_codes_per_hour": 50, "resident_codes_per_day": 50}
    return Town(await open_hall(plugins=identity_settings(**often)))
