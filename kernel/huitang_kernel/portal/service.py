"""Shell, workbench and operator console."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext

from huitang_kernel.core import Core
from huitang_kernel.portal.settings import PortalSettings


class PortalService:
    """Implements the contract in huitang_sdk.contracts.portal."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: PortalSettings) -> None:
        self._core = core
        self._settings = settings

    def add_globals(self, environment: Any, hall: Any) -> None:
        """Give every template the shell's functions."""
