"""The service: declared templates, what operators put in their place, and the documents made from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from huitang_kernel.core import Core
from huitang_kernel.documents import versions
from huitang_kernel.documents.filling import Filler
from huitang_kernel.documents.settings import DocumentsSettings
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Document
from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.documents import use_fonts
from huitang_sdk.documents.filling import ENDINGS
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("documents")
MANAGE = "documents.template.manage"


class DocumentsService:
    """`scoped` gives each plugin its own templates; the rest is for the operator's pages."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: DocumentsSettings) -> None:
        self.settings = settings
        self._registry = core.registry
        self._filler = Filler(settings.processes)

    def start(self, ctx: PluginContext[Any]) -> None:
        """Take the operator's typefaces, if there are any."""
        self.context = ctx
        folder = self.settings.fonts_folder
        if folder and not Path(folder).is_dir():
            raise FileNotFoundError(f"plugins.documents.fonts_folder: there is no folder {folder}")
        if folder:
            use_fonts(Path(folder))

    def scoped(self, plugin: str) -> PluginDocuments:
        return PluginDocuments(self, plugin)

    def declared(self) -> list[tuple[PluginRecord, DocumentTemplate]]:
        """The templates of all plugins that are there."""
        return [(r, t) for r in self._registry if r.is_healthy for t in r.declarations.document_templates]

    def may_manage(self, actor: Actor, template: DocumentTemplate) -> bool:
        """Operators, and whom the plugin names."""
        may = self.context.permissions.may
        return may(actor, MANAGE) or (template.permission is not None and may(actor, template.permission))

    def managed(self, actor: Actor) -> list[tuple[PluginRecord, DocumentTemplate]]:
        """Those that the actor may replace."""
        return [(record, template) for record, template in self.declared() if self.may_manage(actor, template)]

    def find(self, actor: Actor, identifier: str) -> tuple[PluginRecord, DocumentTemplate]:
        """One of them. Raises NotFound."""
        for record, template in self.managed(actor):
            if template.id == identifier:
                return record, template
        raise NotFound(_("This template does not exist, or it is not yours to replace."))

    async def fill(
        self,
        record: PluginRecord,
        template: DocumentTemplate,
        values: Mapping[str, Any],
        *,
        source: bytes | None = None,
        version: int = 0,
        at: datetime | None = None,
    ) -> Document:
        """The document from `source`, or from the plugin's own template."""
        assert record.plugin is not None
        moment = at or self.context.clock.now()
        content = await self._filler.fill(template, record.plugin.folder, source, values, moment)
        ending, media_type = ENDINGS[Path(template.file).suffix]
        return Document(content, media_type, ending, hashlib.sha256(content).hexdigest(), version)

    async def preview(self, actor: Actor, identifier: str, version: int | None = None) -> Document:
        """The template in use, or a version (0: the plugin's own), filled with its sample values."""
        record, template = self.find(actor, identifier)
        if version is None:
            used = await versions.current_of(self.context, identifier)
        else:
            used = await versions.version_of(self.context, identifier, version) if version else None
        source = await versions.read(self.context, used) if used else None
        return await self.fill(record, template, template.sample, source=source, version=used.version if used else 0)

    async def attempt(self, actor: Actor, identifier: str, name: str, content: bytes) -> Document:
        """An upload filled with the sample values. Raises Invalid for what cannot be the template."""
        record, template = self.find(actor, identifier)
        suffix, limit = Path(template.file).suffix, self.settings.max_template_mb
        if not content:
            raise Invalid(_("Choose a file first."))
        if not name.lower().endswith(suffix):
            raise Invalid(_("This template is a {ending} file; “{name}” is not.", ending=suffix, name=name))
        if len(content) > limit * 1024 * 1024:
            raise Invalid(_("The template is larger than {size} MB.", size=limit))
        return await self.fill(record, template, template.sample, source=content)

    async def replace(self, actor: Actor, identifier: str, name: str, content: bytes) -> None:
        """Use an upload from now on. Raises Invalid, and changes nothing, when it cannot be filled."""
        await self.attempt(actor, identifier, name, content)
        await versions.add(self.context, actor, identifier, name, content)

    async def use(self, actor: Actor, identifier: str, version: int) -> None:
        """Use an earlier version again, or the plugin's own (0). Raises Invalid when it can no longer be filled."""
        self.find(actor, identifier)
        if version == 0:
            await versions.reset(self.context, actor, identifier)
            return
        chosen = await versions.version_of(self.context, identifier, version)
        await self.preview(actor, identifier, version)
        await versions.choose(self.context, actor, chosen)


class PluginDocuments:
    """Implements huitang_sdk.contracts.Documents for one plugin."""

    def __init__(self, service: DocumentsService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    async def fill(self, template: str, values: Mapping[str, Any], *, at: datetime | None = None) -> Document:
        for record, declared in self._service.declared():
            if record.id == self._plugin and declared.id == template:
                used = await versions.current_of(self._service.context, template)
                if used is None:
                    return await self._service.fill(record, declared, values, at=at)
                source = await versions.read(self._service.context, used)
                return await self._service.fill(record, declared, values, source=source, version=used.version, at=at)
        raise ValueError(f"{self._plugin} declares no document template {template!r}")
