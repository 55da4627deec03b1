"""Jobs at set times."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext

from huitang_kernel.core import Core
from huitang_kernel.scheduling.settings import SchedulingSettings


class SchedulingService:
    """Implements the contract in huitang_sdk.contracts.scheduling."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: SchedulingSettings) -> None:
        self._core = core
        self._settings = settings

    def scoped(self, plugin: str) -> Any:
        return self
