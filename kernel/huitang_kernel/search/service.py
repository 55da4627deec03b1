"""One search box over everything."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext

from huitang_kernel.core import Core
from huitang_kernel.search.settings import SearchSettings


class SearchService:
    """Implements the contract in huitang_sdk.contracts.search."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: SearchSettings) -> None:
        self._core = core
        self._settings = settings
