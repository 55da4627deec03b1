"""A hall with a small plugin that keeps contacts, and keys that change within a second."""

from __future__ import annotations

import pytest

from tests.sdk.demo_plugin import Demo

QUICK = {"personal": {"lease_seconds": 0.3, "batch_rows": 50}}


@pytest.fixture
async def hall(open_hall):
    return await open_hall(Demo(), plugins=QUICK)


@pytest.fixture
def ctx(hall):
    return hall.registry.get("demo").context


@pytest.fixture
def rotation(hall):
    return hall.services.personal.rotation


@pytest.fixture
def states(hall):
    return hall.services.personal.states
