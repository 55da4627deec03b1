"""A town with an office for letters and visits, opened once per test.

The city's congress has an office that registers; a committee and a county's congress handle what is sent to them.
"""

from __future__ import annotations

import pytest_asyncio

from huitang_petitions.plugin import PetitionsPlugin
from tests.town import settle

UNITS = (
    ("city", "云江市", ""),
    ("office", "云江市人大常委会信访办", "city"),
    ("committee", "云江市人大城建环资委", "city"),
    ("east", "望月县", "city"),
    ("bureau", "望月县住建局", "east"),
)
PEOPLE = (
    # name, unit, role, unit of the grant, reach
    ("receptionist", "office", "petitions.receptionist", "office", "unit"),
    ("officer", "office", "petitions.officer", "city", "below"),
    ("head", "office", "petitions.head", "city", "below"),
    ("supervisor", "office", "petitions.supervisor", "city", "below"),
    ("handler", "committee", "petitions.handler", "committee", "unit"),
    ("county", "east", "petitions.officer", "east", "below"),
    ("bureaucrat", "bureau", "petitions.handler", "bureau", "unit"),
    ("analyst", "office", "petitions.analyst", "city", "below"),
    ("plain", "office", "", "", ""),
)


@pytest_asyncio.fixture
async def town(open_hall):
    return await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE)
