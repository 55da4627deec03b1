"""Readers of the portal's pages: who they are is decided here, everything behind them is real."""

from __future__ import annotations

from uuid import UUID

import pytest

from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS

CLERK = Actor(account_id=UUID(int=7), name="李云", locale="zh-CN")


class Readers:
    """Signs a reader in by a header, so that a test can change who asks from request to request."""

    def __init__(self) -> None:
        self.known = {"clerk": CLERK}

    async def authenticate(self, connection):
        return self.known.get(connection.headers.get("x-reader", ""), ANONYMOUS)


@pytest.fixture
def readers(monkeypatch) -> Readers:
    from huitang_kernel.identity.service import IdentityService

    found = Readers()

    async def authenticate(_self, connection):
        return await found.authenticate(connection)

    monkeypatch.setattr(IdentityService, "authenticate", authenticate)
    return found


@pytest.fixture
def clerk() -> dict[str, str]:
    """Headers of a signed-in clerk without any permission."""
    return {"x-reader": "clerk"}
