"""Named places of pages, filled by plugins: each part by itself, a failing one named and harmless."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from litestar import Request
from markupsafe import Markup
from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_sdk.contracts import Actor, Permissions
from huitang_sdk.declare import Slot

PUBLIC_PREFIX = "portal.public."
"""Places whose names begin so are filled for readers who are not signed in as well."""

log = logging.getLogger("huitang.portal")


class Part(Struct, frozen=True):
    """What one plugin put into the place; `failed` when it could not."""

    plugin: str
    html: Markup = Markup()
    failed: bool = False


class Slots:
    def __init__(self, registry: Registry, permissions: Permissions, timeout: float) -> None:
        self._registry = registry
        self._permissions = permissions
        self._timeout = timeout

    def declared(self, name: str, actor: Actor) -> list[tuple[PluginRecord, Slot]]:
        """Who fills the place for this reader, in order. A slot without a permission is for everybody signed in."""
        if not actor.is_signed_in and not name.startswith(PUBLIC_PREFIX):
            return []
        found = [
            (record, slot)
            for record in self._registry.active()
            for slot in record.declarations.slots
            if slot.slot == name and (slot.permission is None or self._permissions.may(actor, slot.permission))
        ]
        return sorted(found, key=lambda pair: pair[1].order)

    async def fill(self, name: str, request: Request[Any, Any, Any], actor: Actor) -> list[Part]:
        """Render every part, one after another; nothing of one plugin can stop another's."""
        values = dict(request.query_params)
        parts = [await self._render(record, slot, request, values) for record, slot in self.declared(name, actor)]
        return [part for part in parts if part.html or part.failed]

    async def _render(
        self, record: PluginRecord, slot: Slot, request: Request[Any, Any, Any], values: Mapping[str, Any]
    ) -> Part:
        try:
            async with asyncio.timeout(self._timeout):
                html = await slot.render(record.context, request, values)
            return Part(record.id, Markup(html))  # noqa: S704 - the contract: a slot returns safe HTML
        except Exception as error:
            log.exception("plugin %s failed in slot %s", record.id, slot.slot)
            record.note_trouble(f"slot:{slot.slot}", error)
            return Part(record.id, failed=True)
