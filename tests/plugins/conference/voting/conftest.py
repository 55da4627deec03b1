"""A hall with the conference plugin, and a recorder of presses in it."""

from __future__ import annotations

import pytest

from huitang_conference.services.voting.presses import Recorder
from tests.plugins.conference.voting.sitting import conference


@pytest.fixture
async def ctx(open_hall):
    return await conference(open_hall)


@pytest.fixture
async def recorder(ctx):
    recorder = Recorder(ctx)
    yield recorder
    await recorder.stop()
