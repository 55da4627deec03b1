"""Figures for charts and widgets, counted within the reader's scope."""

from __future__ import annotations

from msgspec import Struct

from huitang_budget.services.access import READ, Ctx, finding_in_scope, in_scope
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql


class UnitAmount(Struct, frozen=True):
    unit: str
    declarations: int
    current_year_fen: int
    previous_year_fen: int


class Count(Struct, frozen=True):
    """How many findings of one criterion or severity, by what was decided."""

    code: str
    open: int
    accepted: int
    dismissed: int

    @property
    def total(self) -> int:
        return self.open + self.accepted + self.dismissed


class Progress(Struct, frozen=True):
    """How far the reviews are: declarations by status, and how many are overdue."""

    imported: int
    assigned: int
    in_review: int
    reviewed: int
    overdue: int


async def amounts_by_unit(ctx: Ctx, actor: Actor, year: int | None = None) -> list[UnitAmount]:
    """Largest first; forms without an amount count as declarations, not as money."""
    sql = Sql(year)
    where = in_scope(ctx.permissions.scope(actor, READ), sql)
    rows = await ctx.db.fetch(
        f"""
        SELECT unit, count(*) AS declarations, coalesce(sum(current_year_fen), 0)::bigint AS current_year_fen,
            coalesce(sum(previous_year_fen), 0)::bigint AS previous_year_fen
        FROM budget.declaration d WHERE ($1::int IS NULL OR year = $1) AND {where}
        GROUP BY unit ORDER BY current_year_fen DESC, unit
        """,
        *sql.values,
    )
    return [UnitAmount(**row) for row in rows]


async def findings_by(ctx: Ctx, actor: Actor, column: str, year: int | None = None) -> list[Count]:
    """Findings by "criterion" or "severity"."""
    if column not in ("criterion", "severity"):
        raise ValueError(column)
    sql = Sql(year)
    scope = ctx.permissions.scope(actor, READ)
    states = ", ".join(
        f"count(*) FILTER (WHERE f.state = '{name}') AS {name}" for name in ("open", "accepted", "dismissed")
    )
    rows = await ctx.db.fetch(
        f"""
        SELECT f.{column} AS code, {states}
        FROM budget.finding f JOIN budget.declaration d ON d.id = f.declaration_id
        WHERE ($1::int IS NULL OR d.year = $1) AND {in_scope(scope, sql)} AND {finding_in_scope(scope, sql)}
        GROUP BY f.{column}
        """,
        *sql.values,
    )
    return [Count(**row) for row in rows]


async def progress(ctx: Ctx, actor: Actor, year: int | None = None) -> Progress:
    sql = Sql(year, ctx.clock.today())
    where = in_scope(ctx.permissions.scope(actor, READ), sql)
    counts = ", ".join(
        f"count(*) FILTER (WHERE status = '{name}') AS {name}"
        for name in ("imported", "assigned", "in_review", "reviewed")
    )
    rows = await ctx.db.fetch(
        f"SELECT {counts}, count(*) FILTER (WHERE due < $2 AND status IN ('assigned', 'in_review')) AS overdue"
        f" FROM budget.declaration d WHERE ($1::int IS NULL OR year = $1) AND {where}",
        *sql.values,
    )
    return Progress(**rows[0])
