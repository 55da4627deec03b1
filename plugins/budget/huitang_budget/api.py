"""JSON under /api/budget/: the same services and the same scope as the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from huitang_budget.declarations.model import Declaration, NotComputed
from huitang_budget.services.access import READ, Ctx
from huitang_budget.services.detail import Detail, FindingView, get_declaration
from huitang_budget.services.listing import Filter, Listing, list_declarations
from huitang_sdk.contracts import Actor
from huitang_sdk.http import requires


class DeclarationOut(Struct, frozen=True, kw_only=True):
    """One declaration: its form as it was read, the findings on it and the state of its review."""

    id: UUID
    organisation_id: UUID
    status: str
    conclusion: str
    opinion: str
    assignee_id: UUID | None
    due: date | None
    file_name: str
    version: int
    checked_on: date
    imported_at: datetime
    form: Declaration
    findings: tuple[FindingView, ...]
    not_computed: tuple[NotComputed, ...]


@get("/declarations", guards=[requires(READ)])
async def list_api(
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    year: FromQuery[int | None] = None,
    unit: FromQuery[str] = "",
    status: FromQuery[str] = "",
    severity: FromQuery[str] = "",
    criterion: FromQuery[str] = "",
    assignee: FromQuery[str] = "",
    sort: FromQuery[str] = "imported",
    direction: FromQuery[Literal["asc", "desc"]] = "desc",
    page: FromQuery[int] = 1,
    size: FromQuery[int] = 25,
) -> Listing:
    """A page of the declarations the reader may see; `sort` is one of `listing.ORDERS`."""
    wanted = Filter(
        text=q,
        year=year,
        unit=unit,
        status=status,
        severity=severity,
        criterion=criterion,
        assignee=assignee,
        sort=sort,
        direction=direction,
        page=page,
        size=size,
    )
    return await list_declarations(ctx, actor, wanted)


@get("/declarations/{declaration_id:uuid}", guards=[requires(READ)])
async def get_api(
    declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> DeclarationOut:
    return _out(await get_declaration(ctx, actor, declaration_id))


def _out(detail: Detail) -> DeclarationOut:
    names = DeclarationOut.__struct_fields__
    return DeclarationOut(**{name: getattr(detail, name) for name in names})


API = (list_api, get_api)
