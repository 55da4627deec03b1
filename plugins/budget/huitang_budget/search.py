"""What the search box knows of declarations: the whole text of the form and what was found in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import msgspec

from huitang_budget.declarations.model import Declaration, Found
from huitang_budget.events import (
    DeclarationAssigned,
    DeclarationChecked,
    DeclarationImported,
    FindingDecided,
    OpinionWritten,
    ReviewFinished,
    ReviewReopened,
)
from huitang_budget.services.access import READ, Ctx
from huitang_sdk.contracts import SearchDocument
from huitang_sdk.declare import SearchSource

_EVENTS = (
    DeclarationImported,
    DeclarationChecked,
    DeclarationAssigned,
    FindingDecided,
    OpinionWritten,
    ReviewFinished,
    ReviewReopened,
)


async def document(ctx: Ctx, declaration_id: UUID) -> SearchDocument | None:
    """One declaration; comparisons with others stay out, for not every reader may see both sides."""
    rows = await ctx.db.fetch(
        "SELECT id, organisation_id, assignee_id, unit, project, year, status, opinion, content, updated_at"
        " FROM budget.declaration WHERE id = $1",
        declaration_id,
    )
    if not rows:
        return None
    row = rows[0]
    findings = await ctx.db.fetch(
        "SELECT message FROM budget.finding WHERE declaration_id = $1 AND state <> 'dismissed'"
        " AND related_ids = '{}' AND compared_units = '{}' ORDER BY position",
        declaration_id,
    )
    form = msgspec.json.decode(row["content"], type=Declaration)
    parts = [*form_texts(form), row["opinion"], *(finding["message"] for finding in findings)]
    facets = {"year": str(row["year"] or ""), "unit": row["unit"]}
    return SearchDocument(
        id=row["id"],
        title=row["project"] or row["unit"],
        body="\n".join(part for part in parts if part),
        url=f"/budget/declarations/{row['id']}",
        updated_at=row["updated_at"],
        organisation_id=row["organisation_id"],
        owner_id=row["assignee_id"],
        facets={name: value for name, value in facets.items() if value},
    )


def form_texts(form: Declaration) -> Iterator[str]:
    """Every text of the form, in its order."""
    for name in form.__struct_fields__:
        if name not in ("source", "form", "problems"):
            yield from _texts(getattr(form, name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Found):
        yield value.text or (value.value if isinstance(value.value, str) else "")
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name != "place":
                yield from _texts(getattr(value, name))
    elif isinstance(value, str):
        yield value


async def all_ids(ctx: Ctx) -> AsyncIterator[UUID]:
    for row in await ctx.db.fetch("SELECT id FROM budget.declaration ORDER BY id"):
        yield row["id"]


SOURCE = SearchSource(
    kind="budget.declaration",
    title="Performance-target declarations",
    permission=READ,
    document=document,
    ids=all_ids,
    events=dict.fromkeys(_EVENTS, "declaration_id"),
)
