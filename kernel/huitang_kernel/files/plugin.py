"""What files contributes: an index."""

from __future__ import annotations

from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.files.service import FilesService
from huitang_kernel.files.settings import FilesSettings
from huitang_sdk import Manifest, PluginContext


class FilesPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="files",
        title={"en": "Files", "zh-CN": "文件"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="files",
    )
    package = "huitang_kernel.files"
    settings_type = FilesSettings
    service: FilesService

    def build(self, core: Core, settings: FilesSettings) -> FilesService:
        self.service = FilesService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
