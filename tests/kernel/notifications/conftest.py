"""The mail server and the hall of these tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from notifying import MailServer, Town, make_people, settings_for


@pytest.fixture
def mail():
    """A mail server that has started."""
    server = MailServer()
    server.start()
    yield server
    server.release.set()
    server.stop()


@pytest.fixture
def open_town(open_hall, tmp_path, mail):
    """`hall, people = await open_town(background=True)`: with the mail server unless `port=0`."""

    async def start(*, background: bool = True, port: int | None = None, missing: str = "", **more):
        settings = settings_for(mail.port if port is None else port, **more)
        if port == 0:
            settings = {}
        hall = await open_hall(Town(tmp_path / "town", missing), background=background, plugins=settings)
        return hall, await make_people(hall)

    return start
