"""A suggester learnt once for all tests here."""

from __future__ import annotations

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
