"""A town with an office for letters and visits, opened once per test.

The city's congress has an office that registers; a committee and a county's congress handle what is sent to them.
"""

from __future__ import annotations

import shutil

import pytest
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


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache") / "huitang"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def suggester(model_folder):
    """Learnt once for all tests. What it takes is imported only where it is needed: scikit-learn is large."""
    from huitang_petitions.judging.office import office_of
    from huitang_petitions.judging.store import model_of
    from huitang_petitions.judging.suggesting import Suggester

    office = office_of()
    model = model_of(office.tree, office.remits, folder=model_folder)
    return Suggester(model, office.tree, office.remits, office.handlers)


@pytest_asyncio.fixture
async def ready(town, model_folder, suggester):
    """The town with the model that the tests have learnt."""
    return with_model(town, model_folder)


@pytest_asyncio.fixture
async def working(open_hall, model_folder, suggester):
    """The town with the model, in a hall that runs its jobs."""
    return with_model(await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, background=True), model_folder)


def with_model(town, model_folder):
    town.ctx.folder.mkdir(parents=True, exist_ok=True)
    for file in model_folder.glob("*.npz"):
        shutil.copy(file, town.ctx.folder)
    return town


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that need the model in one process, so that it is learnt once indeed."""
    for item in items:
        if "suggester" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("judging"))
