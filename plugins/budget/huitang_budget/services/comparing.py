"""The other declarations a review compares with, loaded small and told apart by a label that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_budget.declarations.model import Declaration, Found
from huitang_budget.services.access import Ctx
from huitang_sdk.db import Sql

COMPARED = (
    "year", "declaring_unit", "project_name", "overview", "basis", "necessity", "measures", "total_fen",
    "current_year_fen", "previous_year_fen", "milestones", "overall_goal", "annual_goal", "indicators",
)  # fmt: skip
"""What rules compare between declarations; all else, and every place, is left out of the column `compared`."""


class Other(Struct, frozen=True):
    """A stored declaration to compare with; `form.source` is its label."""

    id: UUID
    organisation_id: UUID
    form: Declaration


class Others(Struct, frozen=True):
    """`left_out`: how many more there were than the limit allows."""

    entries: tuple[Other, ...] = ()
    left_out: int = 0

    def ids_of(self, labels: Iterable[str]) -> list[UUID]:
        by_label = {other.form.source: other.id for other in self.entries}
        return sorted(by_label[label] for label in labels if label in by_label)

    def with_new(self, forms: Iterable[tuple[UUID, UUID, Declaration]]) -> Others:
        """These and the forms under review, (id, owner, labelled form): they are compared with each other too."""
        return Others((*self.entries, *(Other(*form) for form in forms)), self.left_out)

    def units(self) -> list[UUID]:
        return sorted({other.organisation_id for other in self.entries})


def compact(declaration: Declaration) -> str:
    """The JSON for `declaration.compared`."""
    kept = {name: _without_places(getattr(declaration, name)) for name in COMPARED}
    return msgspec.json.encode(Declaration(source="", form=declaration.form, **kept)).decode()


def _without_places(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_without_places(item) for item in value)
    if isinstance(value, Found):
        return Found(value=value.value, text=value.text)
    return msgspec.structs.replace(value, place=None)


_DECODER = msgspec.json.Decoder(Declaration)


async def load_others(ctx: Ctx, declarations: Sequence[Declaration], *, without: UUID | None = None) -> Others:
    """Declarations of the same years, and those of the same project a year before; of every unit.

    Findings that rest on them are shown only to readers who may read them (see `access.finding_in_scope`).
    """
    years = sorted({d.year.value for d in declarations if d.year.value is not None})
    names = sorted({d.project_name.value for d in declarations if d.project_name.value})
    sql = Sql(years, [year - 1 for year in years], names, without, ctx.settings.compare_limit)
    wanted = "(year = ANY($1::int[]) OR (year = ANY($2::int[]) AND project = ANY($3::text[])))"
    where = f"{wanted} AND id IS DISTINCT FROM $4::uuid"
    rows = await ctx.db.fetch(
        f"""
        SELECT id, organisation_id, unit, project, year, compared, count(*) OVER () AS total
        FROM budget.declaration WHERE {where} ORDER BY imported_at DESC, id DESC LIMIT $5
        """,
        *sql.values,
    )
    if not rows:
        return Others()
    return Others(label_all(rows), rows[0]["total"] - len(rows))


def label_all(rows: Sequence[dict[str, Any]]) -> tuple[Other, ...]:
    """Rows with `compared` as entries, each under a label of its own, numbered where project, unit and year repeat."""
    seen: dict[str, int] = {}
    entries: list[Other] = []
    for row in rows:
        label = label_of(row["unit"], row["project"], row["year"])
        seen[label] = seen.get(label, 0) + 1
        unique = label if seen[label] == 1 else f"{label}（{seen[label]}）"
        form = msgspec.structs.replace(_DECODER.decode(row["compared"]), source=unique)
        entries.append(Other(row["id"], row["organisation_id"], form))
    return tuple(entries)


def label_of(unit: str, project: str, year: int | None) -> str:
    """How a declaration is called in a finding about another: 《project》（unit，year年）."""
    about = "，".join(part for part in (unit, f"{year}年" if year else "") if part)
    return f"《{project or '未写项目名称'}》" + (f"（{about}）" if about else "")
