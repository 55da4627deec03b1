"""Which rows: the actor's scope as SQL, for queries that Piccolo cannot say, and single rows within it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_budget.settings import BudgetSettings
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref, Scope
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("budget")
Ctx = PluginContext[BudgetSettings]

READ = "budget.declaration.read"
IMPORT = "budget.declaration.import"
REVIEW = "budget.declaration.review"
ASSIGN = "budget.declaration.assign"
EXPORT = "budget.declaration.export"
TEMPLATE = "budget.template.manage"


def ref(declaration_id: UUID) -> Ref:
    return Ref("budget.declaration", declaration_id)


def in_scope(scope: Scope, sql: Sql, alias: str = "d") -> str:
    """The condition that a declaration row is in scope; its owner is the reviewer it is assigned to."""
    return scope.where_sql(
        sql, organisation=f"{alias}.organisation_id", key=f"{alias}.id", owner=f"{alias}.assignee_id"
    )


def finding_in_scope(scope: Scope, sql: Sql, alias: str = "f") -> str:
    """The condition that a finding may be seen with its declaration.

    A comparison tells of other declarations, so it is for those only who may read every one of them.
    """
    if scope.everything and not scope.denied:
        return "TRUE"
    other = in_scope(scope, sql, "o")
    related = (
        f"NOT EXISTS (SELECT 1 FROM unnest({alias}.related_ids) r (id)"
        f" LEFT JOIN budget.declaration o ON o.id = r.id WHERE o.id IS NULL OR NOT {other})"
    )
    if scope.everything:
        return related
    units = sql.put(list(scope.organisations), "::uuid[]")
    return f"({related} AND {alias}.compared_units <@ {units})"


async def row_in_scope(
    ctx: Ctx, actor: Actor, declaration_id: UUID, permission: str, fields: str = "*"
) -> dict[str, Any]:
    """One declaration row for an act that needs `permission`.

    Raises NotFound when the actor may not even read it, Forbidden when reading is all that is allowed.
    """
    sql = Sql(declaration_id)
    readable = in_scope(ctx.permissions.scope(actor, READ), sql)
    usable = in_scope(ctx.permissions.scope(actor, permission), sql) if permission != READ else readable
    rows = await ctx.db.fetch(
        f"SELECT {fields}, {usable} AS usable FROM budget.declaration d WHERE d.id = $1 AND ({readable} OR {usable})",
        *sql.values,
    )
    if not rows:
        raise NotFound(_("There is no such declaration, or it is not yours to see."))
    row = rows[0]
    if not row.pop("usable"):
        raise Forbidden(_("You may read this declaration, but not do this with it."), permission=permission)
    return row


def check_version(row: dict[str, Any], version: int | None) -> None:
    """Refuse an act that was begun on an older state of the row; None asks for no check."""
    if version is not None and version != row["version"]:
        raise stale()


def stale() -> Conflict:
    return Conflict(
        _("Somebody changed this in the meantime. Nothing was saved; look at the new state and decide again.")
    )


async def change_row(ctx: Ctx, declaration_id: UUID, version: int, changes: str = "", *values: Any) -> None:
    """Change the row if it is still at `version`; Conflict if not. `changes` uses $3 and on.

    After the step of the workflow, never before it: everybody takes the process first and the row second.
    """
    now = f"${len(values) + 3}"
    rows = await ctx.db.fetch(
        f"UPDATE budget.declaration SET {changes + ', ' if changes else ''}version = version + 1, updated_at = {now}"
        " WHERE id = $1 AND version = $2 RETURNING version",
        *(declaration_id, version, *values, ctx.clock.now()),
    )
    if not rows:
        raise stale()
