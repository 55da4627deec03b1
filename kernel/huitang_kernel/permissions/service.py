"""Roles, permissions and scopes."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.errors import Forbidden, NotSignedIn

from huitang_kernel.core import Core
from huitang_kernel.permissions.settings import PermissionsSettings


class PermissionsService:
    """Implements the contract in huitang_sdk.contracts.permissions."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: PermissionsSettings) -> None:
        self._core = core
        self._settings = settings

    def may(self, actor: Any, permission: str) -> bool:
        return bool(actor.is_system)

    def require(self, actor: Any, permission: str) -> None:
        if not self.may(actor, permission):
            raise Forbidden(permission=permission) if actor.is_signed_in else NotSignedIn()
