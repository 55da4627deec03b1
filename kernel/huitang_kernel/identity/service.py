"""Organisations, people, accounts, sign-in."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS

from huitang_kernel.core import Core
from huitang_kernel.identity.settings import IdentitySettings


class IdentityService:
    """Implements the contract in huitang_sdk.contracts.identity."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: IdentitySettings) -> None:
        self._core = core
        self._settings = settings

    async def authenticate(self, connection: Any) -> Actor:
        return ANONYMOUS
