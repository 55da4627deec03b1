"""One declaration with all that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_budget.declarations.model import Declaration, NotComputed
from huitang_budget.services.access import READ, Ctx, finding_in_scope, in_scope, row_in_scope
from huitang_sdk.contracts import Actor, Scope
from huitang_sdk.db import Sql


class FindingView(Struct, frozen=True, kw_only=True):
    """A finding as its reader sees it. `place` says in words where the quote stands."""

    id: UUID
    position: int
    rule: str
    criterion: str
    severity: str
    field: str
    quote: str
    message: str
    place: str
    related_ids: list[UUID]
    state: str
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    version: int


class Mention(Struct, frozen=True, kw_only=True):
    """A finding on another declaration that names this one."""

    declaration_id: UUID
    project: str
    unit: str
    message: str
    severity: str


class Detail(Struct, frozen=True, kw_only=True):
    """A declaration, its review and its work. `hidden` are findings that the reader may not see, for filtering only."""

    id: UUID
    organisation_id: UUID
    status: str
    conclusion: str
    opinion: str
    assignee_id: UUID | None
    due: date | None
    file_id: UUID
    file_name: str
    version: int
    checked_on: date
    imported_at: datetime
    imported_by: UUID | None
    reviewed_at: datetime | None
    reviewed_by: UUID | None
    form: Declaration
    findings: tuple[FindingView, ...]
    not_computed: tuple[NotComputed, ...]
    hidden: tuple[UUID, ...] = ()

    @property
    def open_findings(self) -> int:
        return sum(finding.state == "open" for finding in self.findings)


FIELDS = """d.id, d.organisation_id, d.status, d.conclusion, d.opinion, d.assignee_id, d.due, d.file_id, d.file_name,
d.version, d.checked_on, d.imported_at, d.imported_by, d.reviewed_at, d.reviewed_by, d.content"""


async def get_declaration(ctx: Ctx, actor: Actor, declaration_id: UUID, *, permission: str = READ) -> Detail:
    """The whole declaration. Raises NotFound out of scope, Forbidden when `permission` needs more than reading."""
    row = await row_in_scope(ctx, actor, declaration_id, permission, FIELDS)
    scope = ctx.permissions.scope(actor, READ)
    findings, hidden = await _findings(ctx, scope, declaration_id)
    gaps = await ctx.db.fetch(
        "SELECT rule, reason FROM budget.not_computed WHERE declaration_id = $1 ORDER BY id", declaration_id
    )
    form = msgspec.json.decode(row.pop("content"), type=Declaration)
    return Detail(
        **row, form=form, findings=findings, not_computed=tuple(NotComputed(**gap) for gap in gaps), hidden=hidden
    )


async def _findings(ctx: Ctx, scope: Scope, declaration_id: UUID) -> tuple[tuple[FindingView, ...], tuple[UUID, ...]]:
    sql = Sql(declaration_id)
    rows = await ctx.db.fetch(
        f"""
        SELECT f.id, f.position, f.rule, f.criterion, f.severity, f.field, f.quote, f.message, f.place, f.related_ids,
            f.state, f.reason, f.decided_by, f.decided_at, f.version, {finding_in_scope(scope, sql)} AS visible
        FROM budget.finding f WHERE f.declaration_id = $1
        ORDER BY array_position(ARRAY['high','medium','low','info'], f.severity), f.position
        """,
        *sql.values,
    )
    hidden = tuple(row["id"] for row in rows if not row["visible"])
    shown = [{key: value for key, value in row.items() if key != "visible"} for row in rows if row["visible"]]
    return tuple(FindingView(**row) for row in shown), hidden


async def mentions_of(ctx: Ctx, actor: Actor, declaration_id: UUID) -> list[Mention]:
    """Findings on other declarations that compare with this one, as far as the actor may read both."""
    scope = ctx.permissions.scope(actor, READ)
    sql = Sql(declaration_id)
    rows = await ctx.db.fetch(
        f"""
        SELECT f.declaration_id, d.project, d.unit, f.message, f.severity
        FROM budget.finding f JOIN budget.declaration d ON d.id = f.declaration_id
        WHERE f.related_ids @> ARRAY[$1]::uuid[] AND f.state <> 'dismissed'
            AND {in_scope(scope, sql)} AND {finding_in_scope(scope, sql)}
        ORDER BY d.project, f.position LIMIT 50
        """,
        *sql.values,
    )
    return [Mention(**row) for row in rows]


async def names_of(ctx: Ctx, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    """The names of accounts, for pages; accounts that are gone are left out."""
    accounts = await ctx.identity.accounts({key for key in ids if key is not None})
    return {key: account.name for key, account in accounts.items()}
