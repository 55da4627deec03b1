"""Readers of the portal's pages: who they are and what they may is decided here, everything behind them is real."""

from __future__ import annotations

from uuid import UUID

import pytest

from huitang_kernel.identity.service import IdentityService
from huitang_kernel.permissions.service import PermissionsService
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS
from tests.kernel.portal.samples import Dead, Lamps

OPERATOR = ("portal.console.read", "portal.plugin.manage", "portal.audit.read", "portal.event.manage")


class Readers:
    """Signs a reader in by a header, so that a test can change who asks from request to request."""

    def __init__(self) -> None:
        self.known = {
            "clerk": Actor(account_id=UUID(int=7), name="李云"),
            "keeper": Actor(account_id=UUID(int=8), name="周明"),
            "operator": Actor(account_id=UUID(int=9), name="赵越"),
        }
        self.granted = {UUID(int=8): {"lamps.lamp.manage"}, UUID(int=9): set(OPERATOR)}

    async def authenticate(self, connection) -> Actor:
        return self.known.get(connection.headers.get("x-reader", ""), ANONYMOUS)

    def may(self, actor: Actor, permission: str) -> bool:
        return actor.is_system or permission in self.granted.get(actor.account_id, set())


@pytest.fixture
def readers(monkeypatch) -> Readers:
    found = Readers()
    monkeypatch.setattr(IdentityService, "authenticate", lambda _service, connection: found.authenticate(connection))
    monkeypatch.setattr(PermissionsService, "may", lambda _service, *question: found.may(*question))
    return found


@pytest.fixture
def lamps(tmp_path) -> Lamps:
    (tmp_path / "lamps" / "templates" / "lamps").mkdir(parents=True)
    return Lamps(tmp_path / "lamps")


@pytest.fixture
def dead(tmp_path) -> Dead:
    (tmp_path / "dead" / "templates" / "dead").mkdir(parents=True)
    return Dead(tmp_path / "dead")


@pytest.fixture
def clerk() -> dict[str, str]:
    """Headers of a signed-in clerk without any permission."""
    return {"x-reader": "clerk"}


@pytest.fixture
def keeper() -> dict[str, str]:
    """Headers of somebody who may manage lamps."""
    return {"x-reader": "keeper"}


@pytest.fixture
def operator() -> dict[str, str]:
    """Headers of a platform operator."""
    return {"x-reader": "operator"}
