"""The Word template of the opinion: the package's own until an operator uploads another."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_budget.services.access import TEMPLATE, Ctx
from huitang_budget.tables import OpinionTemplate
from huitang_sdk.contracts import Actor, Ref, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.documents import word_from_template
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("budget")
MAX_BYTES = 5 * 1024 * 1024


class TemplateInfo(Struct, frozen=True, kw_only=True):
    """One template that was uploaded."""

    id: UUID
    file_id: UUID
    file_name: str
    file_version: int
    is_current: bool
    uploaded_name: str
    uploaded_at: datetime


SAMPLE: dict[str, Any] = {
    "project": "云江市示例项目",
    "unit": "云江市示例局",
    "year": 2026,
    "total": "1,000,000.00",
    "current_year": "1,000,000.00",
    "previous_year": "0.00",
    "start": "2026-01-01",
    "end": "2026-12-31",
    "conclusion": "修改后通过",
    "opinion": "第一段。\n第二段。",
    "opinion_paragraphs": ["第一段。", "第二段。"],
    "counts": {"high": 1, "medium": 0, "low": 0, "info": 0},
    "reviewer": "示例审查员",
    "date": "2026年1月15日",
    "file_name": "示例.docx",
    "not_computed": [{"rule": "schedule.on-holiday", "title": "节点在法定假日", "reason": "没有日期"}],
}
_FINDING = {
    "number": 1,
    "criterion": "完整性",
    "severity": "高",
    "message": "指标表没有成本指标。",
    "quote": "产出目标",
    "place": "第31行",
    "state": "采纳",
    "reason": "",
    "basis": "财政支出项目绩效目标申报表（表样）",
}
SAMPLE["findings"] = [_FINDING]
SAMPLE["dismissed"] = [_FINDING]
SAMPLE["criteria"] = [{"name": "完整性", "findings": [_FINDING]}, {"name": "相关性", "findings": []}]
"""Values of the shape of `opinion.opinion_values`: a template that cannot be filled with them is refused."""


async def templates(ctx: Ctx) -> list[TemplateInfo]:
    """All that were uploaded, newest first; when none is current the package's own is used."""
    rows = await ctx.db.fetch(
        "SELECT id, file_id, file_name, file_version, is_current, uploaded_name, uploaded_at"
        " FROM budget.opinion_template ORDER BY id DESC LIMIT 50"
    )
    return [TemplateInfo(**row) for row in rows]


async def current_template(ctx: Ctx) -> bytes:
    """The bytes of the template in use."""
    from huitang_budget.services.opinion import default_template

    rows = await ctx.db.fetch("SELECT file_id, file_version FROM budget.opinion_template WHERE is_current")
    if not rows:
        return default_template()
    return await ctx.files.read(await ctx.files.get(rows[0]["file_id"], version=rows[0]["file_version"]))


async def template_file(ctx: Ctx, actor: Actor, template_id: UUID) -> StoredFile:
    """The file of an uploaded template."""
    ctx.permissions.require(actor, TEMPLATE)
    rows = await ctx.db.fetch("SELECT file_id, file_version FROM budget.opinion_template WHERE id = $1", template_id)
    if not rows:
        raise NotFound(_("There is no such template."))
    return await ctx.files.get(rows[0]["file_id"], version=rows[0]["file_version"])


async def replace_template(ctx: Ctx, actor: Actor, name: str, data: bytes) -> None:
    """Use an uploaded template from now on. Raises Invalid when it cannot be filled; then nothing changes."""
    ctx.permissions.require(actor, TEMPLATE)
    if not data:
        raise Invalid(_("Choose a Word file first."))
    if len(data) > MAX_BYTES:
        raise Invalid(_("The template is larger than {size} MB.", size=MAX_BYTES // 1024 // 1024))
    await asyncio.to_thread(word_from_template, data, SAMPLE)
    async with ctx.db.write(actor) as write:
        before = await _retire(ctx)
        saved = await ctx.files.save(name, data, actor=actor)
        row = OpinionTemplate(
            id=new_id(),
            file_id=saved.id,
            file_name=name,
            file_version=saved.version,
            is_current=True,
            uploaded_by=actor.account_id,
            uploaded_name=actor.name,
            uploaded_at=ctx.clock.now(),
        )
        await OpinionTemplate.insert(row)
        detail = {"before": before, "after": name, "sha256": saved.sha256}
        await write.audit("budget.template.replaced", Ref("budget.template", row.id), detail=detail)


async def use_default_template(ctx: Ctx, actor: Actor) -> None:
    """Go back to the package's own template; the uploaded ones stay downloadable."""
    ctx.permissions.require(actor, TEMPLATE)
    rows = await ctx.db.fetch("SELECT id FROM budget.opinion_template WHERE is_current")
    if not rows:
        return
    async with ctx.db.write(actor) as write:
        before = await _retire(ctx)
        detail = {"before": before, "after": None}
        await write.audit("budget.template.reset", Ref("budget.template", rows[0]["id"]), detail=detail)


async def _retire(ctx: Ctx) -> str | None:
    rows = await ctx.db.fetch(
        "UPDATE budget.opinion_template SET is_current = false WHERE is_current RETURNING file_name"
    )
    return rows[0]["file_name"] if rows else None
