"""Notices, e-mail and to-dos."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext

from huitang_kernel.core import Core
from huitang_kernel.notifications.settings import NotificationsSettings


class NotificationsService:
    """Implements the contract in huitang_sdk.contracts.notifications."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: NotificationsSettings) -> None:
        self._core = core
        self._settings = settings

    def scoped(self, plugin: str) -> Any:
        return self

    def todos_of(self, plugin: str) -> Any:
        return self
