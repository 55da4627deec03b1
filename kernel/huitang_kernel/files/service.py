"""File storage."""

from __future__ import annotations

from typing import Any

from huitang_kernel.core import Core
from huitang_kernel.files.disk import DiskStore
from huitang_kernel.files.overview import Overview
from huitang_kernel.files.scoped import PluginFiles
from huitang_kernel.files.settings import FilesSettings
from huitang_kernel.files.store import Store
from huitang_kernel.files.text import Texts
from huitang_kernel.files.upkeep import Progress, Swept, Upkeep, Verified
from huitang_sdk import PluginContext


class FilesService:
    """Joins the store, the texts and the upkeep; `scoped` gives each plugin its own files."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: FilesSettings) -> None:
        self.settings = settings
        self.store: Store = DiskStore(core.data_dir / "files")
        self.texts = Texts(core, settings, self.store)
        self.upkeep = Upkeep(core, settings, self.store)
        self.overview = Overview(core, settings, self.store)
        self._core = core

    def scoped(self, plugin: str) -> PluginFiles:
        return PluginFiles(plugin, self._core, self.settings, self.store, self.texts)

    async def sweep(self) -> Swept:
        """Remove bytes nobody refers to."""
        return await self.upkeep.sweep()

    async def verify(self, progress: Progress | None = None) -> Verified:
        """Hash all blobs again; the faults name the ones that are damaged or missing."""
        return await self.upkeep.verify(progress)
