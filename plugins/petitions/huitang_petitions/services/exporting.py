"""The register taken out as a list: what its page shows, for whoever may, with people masked, and on record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

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

DAYS = {
    "accepted": "Accepted on",
    "answered": "Answered on",
    "review_requested": "Review asked for on",
    "review_answered": "Review decided on",
    "recheck_requested": "Re-review asked for on",
    "recheck_answered": "Re-review decided on",
}
"""The columns of what happened: with them a list can be read again (`services.sheets`)."""
SAME = {"reopened": "accepted", "settled": "answered"}
"""What begins or ends the handling in another way."""


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
        Column(_("Whose remit"), 24),
        Column(_("District")),
        Column(_("Sent by"), 24),
        Column(_("Handled by"), 32),
        Column(_("State")),
        Column(_("Due"), kind="date"),
        Column(_("Time limit")),
        *(Column(_(title), kind="date") for title in DAYS.values()),
        Column(_("Closed on"), kind="date"),
        Column(_("Urgent")),
        Column(_("Report in confidence")),
    )
    days = await _days(ctx, [line.id for line in shown.lines])
    remits = await _remits(ctx, [line.id for line in shown.lines])
    rows = [_cells(line, units, categories, remits.get(line.id, ""), days.get(line.id, {})) for line in shown.lines]
    async with ctx.db.write(actor) as write:
        asked = {name: value for name, value in to_builtins(wanted).items() if value and name not in ("after", "size")}
        await write.audit(
            "petitions.register.exported", Ref("petitions.export", new_id()), detail={"count": len(rows), **asked}
        )
    return await asyncio.to_thread(workbook, [Sheet(_("Register of letters and visits"), columns, rows)])


async def _remits(ctx: Ctx, matters: Sequence[UUID]) -> dict[UUID, str]:
    """Whose remit somebody decided each is, in the reader's words."""
    titles = dict(await sorting.remit_choices(ctx))
    sql = "SELECT id, remit FROM petitions.matter WHERE id = ANY($1::uuid[]) AND remit <> ''"
    return {row["id"]: titles.get(row["remit"], row["remit"]) for row in await ctx.db.fetch(sql, list(matters))}


async def _days(ctx: Ctx, matters: Sequence[UUID]) -> dict[UUID, dict[str, date]]:
    """When what has a column happened, the last time it did; of a matter that was opened again since then."""
    happened = await ctx.db.fetch(
        "SELECT matter_id, kind, max(at) AS at FROM petitions.event WHERE matter_id = ANY($1::uuid[])"
        " AND kind = ANY($2::text[]) GROUP BY matter_id, kind ORDER BY at",
        *(list(matters), [*DAYS, *SAME]),
    )
    found: dict[UUID, dict[str, date]] = {}
    for row in happened:
        if row["kind"] == "reopened":
            found[row["matter_id"]] = {}
        kind = SAME.get(row["kind"], row["kind"])
        found.setdefault(row["matter_id"], {})[kind] = local_time(row["at"]).date()
    return found


def _cells(
    line: MatterLine, units: dict[Any, str], categories: dict[str, str], remit: str, days: dict[str, date]
) -> tuple[Any, ...]:
    return (
        line.number,
        local_time(line.received_at).date(),
        word(line.channel),
        word(line.kind) if line.kind else "",
        line.petitioner or _("anonymous"),
        line.people,
        line.subject,
        categories.get(line.category, line.category),
        remit,
        line.district,
        line.came_from,
        units.get(line.handler_id, ""),
        word(f"state-{line.state}"),
        line.due,
        word(line.mark) if line.mark else "",
        *(days.get(kind) for kind in DAYS),
        local_time(line.closed_at).date() if line.closed_at else None,
        _("yes") if line.urgent else "",
        _("yes") if line.whistle else "",
    )
