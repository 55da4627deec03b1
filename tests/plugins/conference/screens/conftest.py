"""One town for each test of the screens."""

from __future__ import annotations

import pytest

from tests.plugins.conference.screens.town import open_town


@pytest.fixture
async def town(open_hall):
    return await open_town(open_hall)
