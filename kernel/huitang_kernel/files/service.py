"""File storage."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext

from huitang_kernel.core import Core
from huitang_kernel.files.settings import FilesSettings


class FilesService:
    """Implements the contract in huitang_sdk.contracts.files."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: FilesSettings) -> None:
        self._core = core
        self._settings = settings

    def scoped(self, plugin: str) -> Any:
        return self
