"""The list of declarations: filters, order, page, counts; the same for page, API and export."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from huitang_budget.services.access import READ, Ctx, finding_in_scope, in_scope
from huitang_sdk.contracts import Actor, Scope
from huitang_sdk.db import Sql, contains

STATUSES = ("imported", "assigned", "in_review", "reviewed")
SEVERITIES = ("high", "medium", "low", "info")
ORDERS = {
    "project": "d.project",
    "unit": "d.unit",
    "year": "d.year",
    "amount": "d.current_year_fen",
    "status": "array_position(ARRAY['imported','assigned','in_review','reviewed'], d.status)",
    "due": "d.due",
    "imported": "d.imported_at",
}
COLUMNS = """d.id, d.organisation_id, d.unit, d.project, d.year, d.total_fen, d.current_year_fen, d.previous_year_fen,
d.previous_executed_fen, d.status, d.conclusion, d.assignee_id, d.due, d.file_name, d.form, d.version, d.imported_at,
d.reviewed_at"""


class Filter(Struct, frozen=True, kw_only=True):
    """What the reader asks for. `assignee`: an account's id, "me", "none" or "" for all. Sizes are rows per page."""

    text: str = ""
    year: int | None = None
    unit: str = ""
    status: str = ""
    severity: str = ""
    criterion: str = ""
    assignee: str = ""
    overdue: bool = False
    sort: str = "imported"
    direction: Literal["asc", "desc"] = "desc"
    page: int = 1
    size: int = 25


class Row(Struct, frozen=True, kw_only=True):
    """One declaration in a list. `high` … `info` count its findings by severity, `open` those not decided yet."""

    id: UUID
    organisation_id: UUID
    unit: str
    project: str
    year: int | None
    total_fen: int | None
    current_year_fen: int | None
    previous_year_fen: int | None
    previous_executed_fen: int | None
    status: str
    conclusion: str
    assignee_id: UUID | None
    due: date | None
    file_name: str
    form: int
    version: int
    imported_at: datetime
    reviewed_at: datetime | None
    high: int
    medium: int
    low: int
    info: int
    open: int


class Listing(Struct, frozen=True, kw_only=True):
    """One page of rows; `total` counts all that match and are in scope."""

    rows: tuple[Row, ...]
    total: int
    page: int
    size: int


def conditions(ctx: Ctx, actor: Actor, scope: Scope, wanted: Filter, sql: Sql) -> str:
    """The WHERE of a filter, scope first."""
    parts = [in_scope(scope, sql)]
    if wanted.text:
        place = sql.put(contains(wanted.text.strip()))
        parts.append(f"(d.project ILIKE {place} OR d.unit ILIKE {place} OR d.file_name ILIKE {place})")
    for name in ("year", "unit", "status"):
        value = getattr(wanted, name)
        if value:
            parts.append(f"d.{name} = {sql.put(value)}")
    parts += _assignee(actor, wanted, sql)
    if wanted.overdue:
        parts.append(f"(d.due < {sql.put(ctx.clock.today())} AND d.status IN ('assigned', 'in_review'))")
    if wanted.severity or wanted.criterion:
        parts.append(_has_finding(scope, wanted, sql))
    return " AND ".join(parts)


def _assignee(actor: Actor, wanted: Filter, sql: Sql) -> list[str]:
    if not wanted.assignee:
        return []
    if wanted.assignee == "none":
        return ["d.assignee_id IS NULL"]
    if wanted.assignee == "me":
        return [f"d.assignee_id = {sql.put(actor.account_id, '::uuid')}"]
    try:
        return [f"d.assignee_id = {sql.put(UUID(wanted.assignee))}"]
    except ValueError:
        return ["FALSE"]


def _has_finding(scope: Scope, wanted: Filter, sql: Sql) -> str:
    parts = ["f.declaration_id = d.id", "f.state <> 'dismissed'", finding_in_scope(scope, sql)]
    for name in ("severity", "criterion"):
        if getattr(wanted, name):
            parts.append(f"f.{name} = {sql.put(getattr(wanted, name))}")
    return f"EXISTS (SELECT 1 FROM budget.finding f WHERE {' AND '.join(parts)})"


def _order(wanted: Filter) -> str:
    column = ORDERS.get(wanted.sort, ORDERS["imported"])
    direction = "ASC" if wanted.direction == "asc" else "DESC"
    return f"{column} {direction} NULLS LAST, d.id {direction}"


async def list_declarations(ctx: Ctx, actor: Actor, wanted: Filter, *, permission: str = READ) -> Listing:
    """One page of the declarations in the actor's scope for `permission`."""
    scope = ctx.permissions.scope(actor, permission)
    sql = Sql()
    where = conditions(ctx, actor, scope, wanted, sql)
    page, size = max(1, wanted.page), min(max(1, wanted.size), 200)
    counted = await ctx.db.fetch(f"SELECT count(*) AS total FROM budget.declaration d WHERE {where}", *sql.values)
    visible = finding_in_scope(scope, sql)
    limit, offset = sql.put(size), sql.put((page - 1) * size)
    rows = await ctx.db.fetch(
        f"""
        SELECT d.*, c.* FROM (
            SELECT {COLUMNS}, row_number() OVER (ORDER BY {_order(wanted)}) AS nth
            FROM budget.declaration d WHERE {where} ORDER BY {_order(wanted)} LIMIT {limit} OFFSET {offset}
        ) d
        CROSS JOIN LATERAL ({counts_of(visible)}) c ORDER BY nth
        """,
        *sql.values,
    )
    found = tuple(Row(**{key: value for key, value in row.items() if key != "nth"}) for row in rows)
    return Listing(rows=found, total=counted[0]["total"], page=page, size=size)


def counts_of(visible: str) -> str:
    """The findings of declaration `d`, counted: dismissed ones do not count."""
    severities = ", ".join(
        f"count(*) FILTER (WHERE f.severity = '{name}' AND f.state <> 'dismissed') AS {name}" for name in SEVERITIES
    )
    return (
        f"SELECT {severities}, count(*) FILTER (WHERE f.state = 'open') AS open"
        f" FROM budget.finding f WHERE f.declaration_id = d.id AND {visible}"
    )


class Choices(Struct, frozen=True):
    """What the filters offer: only values that occur in the reader's scope."""

    years: tuple[int, ...]
    units: tuple[str, ...]
    assignees: tuple[tuple[UUID, str], ...]


async def filter_choices(ctx: Ctx, actor: Actor) -> Choices:
    sql = Sql()
    where = in_scope(ctx.permissions.scope(actor, READ), sql)
    rows: list[dict[str, Any]] = await ctx.db.fetch(
        f"""
        SELECT array_agg(DISTINCT d.year ORDER BY d.year DESC) FILTER (WHERE d.year IS NOT NULL) AS years,
            array_agg(DISTINCT d.unit) FILTER (WHERE d.unit <> '') AS units,
            array_agg(DISTINCT d.assignee_id) FILTER (WHERE d.assignee_id IS NOT NULL) AS people
        FROM budget.declaration d WHERE {where}
        """,
        *sql.values,
    )
    row = rows[0]
    people = await ctx.identity.accounts(row["people"] or ())
    named = sorted(((key, account.name) for key, account in people.items()), key=lambda pair: pair[1])
    return Choices(tuple(row["years"] or ()), tuple(sorted(row["units"] or ())), tuple(named))
