"""A hall with the conference plugin behind a real server."""

from __future__ import annotations

import pytest

from huitang_conference.plugin import ConferencePlugin
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.core.served import served
from tests.plugins.conference.floor.scene import make_scene


@pytest.fixture
async def hall(open_hall):
    return await open_hall(ConferencePlugin(), plugins={"identity": {"argon2_memory_kib": 64, "argon2_time": 1}})


@pytest.fixture
def ctx(hall):
    return hall.registry.get("conference").context


@pytest.fixture
async def address(hall):
    async with served(hall) as where:
        yield where


@pytest.fixture
async def organisation(hall):
    return (await hall.services.identity.create_organisation(SYSTEM, "云江市")).id


@pytest.fixture
async def scene(ctx, organisation):
    """Five seats, everybody checked in."""
    return await make_scene(ctx, organisation, 5)
