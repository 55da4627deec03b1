"""What operators put into the place of plugins' templates: rows in a table, bytes in files."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db.locks import lock_key
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("documents")
KIND = "documents.template"
COLUMNS = "id, template, version, file_id, file_name, sha256, is_current, uploaded_name, uploaded_at"
PUT = """
INSERT INTO documents.version
    (id, template, version, file_id, file_name, sha256, is_current, uploaded_by, uploaded_name, uploaded_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, true, $6, $7, $8 FROM documents.version WHERE template = $2
RETURNING version
"""
RETIRE = "UPDATE documents.version SET is_current = false WHERE template = $1 AND is_current RETURNING id, version"


class Version(Struct, frozen=True, kw_only=True):
    """One upload."""

    id: UUID
    template: str
    version: int
    file_id: UUID
    file_name: str
    sha256: str
    is_current: bool
    uploaded_name: str
    uploaded_at: datetime


async def current(ctx: PluginContext[Any]) -> dict[str, Version]:
    """The uploads that are in use, by template."""
    rows = await ctx.db.fetch(f"SELECT {COLUMNS} FROM documents.version WHERE is_current")
    return {row["template"]: Version(**row) for row in rows}


async def current_of(ctx: PluginContext[Any], template: str) -> Version | None:
    """The upload in use, None for the plugin's own."""
    rows = await ctx.db.fetch(f"SELECT {COLUMNS} FROM documents.version WHERE template = $1 AND is_current", template)
    return Version(**rows[0]) if rows else None


async def versions_of(ctx: PluginContext[Any], template: str) -> list[Version]:
    """The last fifty uploads, newest first."""
    rows = await ctx.db.fetch(
        f"SELECT {COLUMNS} FROM documents.version WHERE template = $1 ORDER BY version DESC LIMIT 50", template
    )
    return [Version(**row) for row in rows]


async def version_of(ctx: PluginContext[Any], template: str, version: int) -> Version:
    """One upload. Raises NotFound."""
    rows = await ctx.db.fetch(
        f"SELECT {COLUMNS} FROM documents.version WHERE template = $1 AND version = $2", template, version
    )
    if not rows:
        raise NotFound(_("There is no such version of this template."))
    return Version(**rows[0])


async def read(ctx: PluginContext[Any], version: Version) -> bytes:
    """The bytes of an upload."""
    return await ctx.files.read(await ctx.files.get(version.file_id))


async def add(ctx: PluginContext[Any], actor: Actor, template: str, name: str, content: bytes) -> None:
    """Keep an upload and use it from now on."""
    async with ctx.db.write(actor) as write:
        before = await _retire(ctx, template)
        saved = await ctx.files.save(name, content, actor=actor)
        identifier = new_id()
        facts = (saved.id, saved.name, saved.sha256, actor.account_id, actor.name, ctx.clock.now())
        rows = await ctx.db.fetch(PUT, identifier, template, *facts)
        detail = {"template": template, "before": before, "version": rows[0]["version"], "sha256": saved.sha256}
        await write.audit("documents.template.replaced", Ref(KIND, identifier), detail=detail)


async def choose(ctx: PluginContext[Any], actor: Actor, version: Version) -> None:
    """Use an earlier upload again."""
    async with ctx.db.write(actor) as write:
        before = await _retire(ctx, version.template)
        await ctx.db.execute("UPDATE documents.version SET is_current = true WHERE id = $1", version.id)
        detail = {"template": version.template, "before": before, "version": version.version, "sha256": version.sha256}
        await write.audit("documents.template.replaced", Ref(KIND, version.id), detail=detail)


async def reset(ctx: PluginContext[Any], actor: Actor, template: str) -> None:
    """Go back to the plugin's own; what was uploaded stays."""
    used = await current_of(ctx, template)
    if used is None:
        return
    async with ctx.db.write(actor) as write:
        detail = {"template": template, "before": await _retire(ctx, template), "version": 0}
        await write.audit("documents.template.reset", Ref(KIND, used.id), detail=detail)


async def _retire(ctx: PluginContext[Any], template: str) -> int:
    """Take the one in use out of use, one writer at a time; which it was, 0 for the plugin's own."""
    await ctx.db.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"document-template:{template}"))
    rows = await ctx.db.fetch(RETIRE, template)
    return rows[0]["version"] if rows else 0
