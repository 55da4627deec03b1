"""Can what operators uploaded still be filled?"""

from __future__ import annotations

from typing import Any

from huitang_kernel.documents import versions
from huitang_kernel.documents.service import DocumentsService
from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.documents import BrokenTemplate
from huitang_sdk.i18n import Translator, translate

_ = Translator("documents")


def health_checks(service: DocumentsService) -> list[HealthCheck]:
    """A plugin that was upgraded may give other values than its template knew."""

    async def templates(ctx: PluginContext[Any]) -> HealthStatus:
        used, broken = await versions.current(ctx), []
        for record, template in service.declared():
            if template.id in used:
                source = await versions.read(ctx, used[template.id])
                try:
                    await service.fill(record, template, template.sample, source=source)
                except BrokenTemplate as error:
                    broken.append(f"{translate(record.id, template.title)}: {error.message}")
        if broken:
            remedy = _("Look at them under “Document templates”: replace them, or go back to the plugin's own.")
            return HealthStatus(False, _("Cannot be filled any more: {templates}", templates="; ".join(broken)), remedy)
        return HealthStatus(True, _("{count} templates were replaced, all can be filled.", count=len(used)))

    return [HealthCheck("documents.templates", "Replaced templates of documents can be filled", templates)]
