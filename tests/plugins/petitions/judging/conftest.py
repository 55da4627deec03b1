"""A suggester learnt once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from huitang_petitions.judging.office import office_of
from huitang_petitions.judging.store import model_of
from huitang_petitions.judging.suggesting import Suggester


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache") / "huitang"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def suggester(model_folder):
    office = office_of()
    return Suggester(model_of(office.tree, folder=model_folder), office.tree, office.remits, office.handlers)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process, so that it is learnt once indeed."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("judging"))
