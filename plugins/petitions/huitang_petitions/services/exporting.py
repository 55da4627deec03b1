"""The register taken out as a list: what its page shows, for whoever may, with people masked, and on record."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import structs, to_builtins

from huitang_petitions.services import sorting
from huitang_petitions.services.access import EXPORT, Ctx, _
from huitang_petitions.services.listing import MatterLine, Wanted, list_matters
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import new_id
from huitang_sdk.documents import Column, Sheet, workbook
from huitang_sdk.i18n import local_time

MOST = 20_000
"""Rows of one file; the first in the order of the list. Narrower filters take out the rest."""


async def export_register(ctx: Ctx, actor: Actor, wanted: Wanted) -> bytes:
    """A workbook of the rows that these filters show to the actor. Who took out what is audited."""
    shown = await list_matters(ctx, actor, structs.replace(wanted, size=MOST, after=""), EXPORT)
    units = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    categories = dict(await sorting.category_choices(ctx))
    columns = (
        Column(_("Number"), 18),
        Column(_("Received"), kind="date"),
        Column(_("Channel")),
        Column(_("Kind")),
        Column(_("Petitioner")),
        Column(_("People"), kind="integer"),
        Column(_("Subject"), 48),
        Column(_("Category"), 32),
        Column(_("District")),
        Column(_("Sent by"), 24),
        Column(_("Handled by"), 32),
        Column(_("State")),
        Column(_("Due"), kind="date"),
        Column(_("Time limit")),
        Column(_("Closed"), kind="date"),
    )
    rows = [_cells(line, units, categories) for line in shown.lines]
    async with ctx.db.write(actor) as write:
        asked = {name: value for name, value in to_builtins(wanted).items() if value and name not in ("after", "size")}
        await write.audit(
            "petitions.register.exported", Ref("petitions.export", new_id()), detail={"count": len(rows), **asked}
        )
    return await asyncio.to_thread(workbook, [Sheet(_("Register of letters and visits"), columns, rows)])


def _cells(line: MatterLine, units: dict[Any, str], categories: dict[str, str]) -> tuple[Any, ...]:
    return (
        line.number,
        local_time(line.received_at).date(),
        word(line.channel),
        word(line.kind) if line.kind else "",
        line.petitioner or _("anonymous"),
        line.people,
        line.subject,
        categories.get(line.category, line.category),
        line.district,
        line.came_from,
        units.get(line.handler_id, ""),
        word(f"state-{line.state}"),
        line.due,
        word(line.mark) if line.mark else "",
        local_time(line.closed_at).date() if line.closed_at else None,
    )
