"""What documents contribute: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.documents.health import health_checks
from huitang_kernel.documents.pages import PAGES
from huitang_kernel.documents.service import MANAGE, DocumentsService
from huitang_kernel.documents.settings import DocumentsSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, MenuItem, Permission


class DocumentsPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="documents",
        title={"en": "Documents", "zh-CN": "文书"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="file-text",
    )
    package = "huitang_kernel.documents"
    settings_type = DocumentsSettings
    service: DocumentsService

    def build(self, core: Core, settings: DocumentsSettings) -> DocumentsService:
        self.service = DocumentsService(core, settings)
        return self.service

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(MANAGE, "Replace the templates of documents")]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [MenuItem("Document templates", "/documents/", MANAGE, icon="file-text", order=65, section="console")]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return health_checks(self.service)

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.start(ctx)
