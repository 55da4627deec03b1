"""What files contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.files import pages
from huitang_kernel.files.health import health_checks
from huitang_kernel.files.jobs import jobs
from huitang_kernel.files.service import FilesService
from huitang_kernel.files.settings import FilesSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, Permission


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

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission("files.store.read", "See how much room files take and whether they are whole")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [MenuItem("File store", "/files/", "files.store.read", icon="files", order=60, section="console")]

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return jobs(self.service)

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return health_checks(self.service)

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return [pages.show_store]

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.context = ctx
