"""Letters that are compared and joined."""

from __future__ import annotations

from uuid import UUID

import pytest_asyncio

from tests.plugins.petitions.register.alike import AGAIN, LI, LIFT, RIVER, WANG, brought
from tests.plugins.petitions.register.matters import at


@pytest_asyncio.fixture
async def letters(town) -> tuple[UUID, UUID, UUID, UUID]:
    at(town)
    return (
        await brought(town, WANG, "老旧小区加装电梯", LIFT, "人民路12号院"),
        await brought(town, WANG, "再次反映加装电梯", AGAIN, "人民路12号院"),
        await brought(town, LI, "人民路12号院加装电梯", LIFT.replace("居民", "住户"), "人民路12号院"),
        await brought(town, LI, "河道排污", RIVER, "西江下游"),
    )
