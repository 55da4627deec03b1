"""Putting the forms of one file on record: one transaction with its audit, its events and its notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_budget.declarations.model import Declaration, Found, Review
from huitang_budget.events import DeclarationImported
from huitang_budget.services.access import ASSIGN, Ctx, ref
from huitang_budget.services.checking import stored_findings, stored_gaps
from huitang_budget.services.comparing import Others, compact
from huitang_budget.services.wording import named
from huitang_budget.tables import StoredDeclaration, StoredFinding, StoredNotComputed
from huitang_sdk.contracts import Actor


class Upload(Struct, frozen=True):
    """A file as it came in: its name and its bytes, or how many and how to `read` them when its turn comes."""

    name: str
    data: bytes = b""
    size: int = 0
    read: Callable[[], Awaitable[bytes]] | None = None


class Imported(Struct, frozen=True, kw_only=True):
    """One form of a file. `new` is False when it was on record already; `problems` are what could not be read well."""

    id: UUID
    project: str
    unit: str
    form: int
    new: bool
    findings: int = 0
    problems: tuple[str, ...] = ()


class Prepared(Struct, frozen=True):
    """A form ready to be stored: read, reviewed, and with the unit that will own it."""

    id: UUID
    declaration: Declaration
    fingerprint: str
    organisation_id: UUID
    review: Review


def text(found: Found[str]) -> str:
    return found.value or found.text


async def store(
    ctx: Ctx, actor: Actor, upload: Upload, prepared: Sequence[Prepared], others: Others, batch: str
) -> list[Imported]:
    """All forms of one file in one transaction, with the file itself."""
    outcome: list[Imported] = []
    async with ctx.db.write(actor) as write:
        twins = await _lock_twins(ctx, prepared)
        outcome += [_already(item, twins[item.id]) for item in prepared if item.id in twins]
        fresh = [item for item in prepared if item.id not in twins]
        if not fresh:
            # Somebody else imported the same a moment ago: that is a fact worth a record, and the only one here.
            await write.audit("budget.declaration.import_repeated", ref(outcome[0].id), detail={"file": upload.name})
            return outcome
        saved = await ctx.files.save(upload.name, upload.data, actor=actor)
        rows = [_declaration_row(ctx, actor, upload.name, saved.id, item) for item in fresh]
        await StoredDeclaration.insert(*rows)
        for row, item in zip(rows, fresh, strict=True):
            findings = stored_findings(item.id, item.review, others)
            if findings:
                await StoredFinding.insert(*findings)
            if gaps := stored_gaps(item.id, item.review):
                await StoredNotComputed.insert(*gaps)
            detail = _audit_detail(upload.name, row, item, len(findings))
            await ctx.workflow.start(write, actor, ref(item.id), item.organisation_id, fact="imported", detail=detail)
            await write.emit(DeclarationImported(declaration_id=item.id))
            outcome.append(_imported(row, item, len(findings)))
        await _tell(ctx, actor, batch, rows)
    return outcome


async def _lock_twins(ctx: Ctx, prepared: Sequence[Prepared]) -> dict[UUID, UUID]:
    """Forms that were put on record since they were looked for; two imports of one form wait for each other here."""
    twins: dict[UUID, UUID] = {}
    for item in sorted(prepared, key=lambda item: item.fingerprint):
        await ctx.db.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"budget:{item.fingerprint}")
        rows = await ctx.db.fetch(
            "SELECT id FROM budget.declaration WHERE organisation_id = $1 AND fingerprint = $2",
            item.organisation_id,
            item.fingerprint,
        )
        if rows:
            twins[item.id] = rows[0]["id"]
    return twins


def _already(item: Prepared, twin: UUID) -> Imported:
    form = item.declaration
    return Imported(id=twin, project=text(form.project_name), unit=text(form.declaring_unit), form=form.form, new=False)


def _declaration_row(ctx: Ctx, actor: Actor, name: str, file_id: UUID, item: Prepared) -> StoredDeclaration:
    form, now = item.declaration, ctx.clock.now()
    return StoredDeclaration(
        id=item.id,
        organisation_id=item.organisation_id,
        unit=text(form.declaring_unit),
        project=text(form.project_name),
        year=form.year.value,
        total_fen=form.total_fen.value,
        current_year_fen=form.current_year_fen.value,
        previous_year_fen=form.previous_year_fen.value,
        previous_executed_fen=form.previous_executed_fen.value,
        file_id=file_id,
        file_name=name,
        form=form.form,
        fingerprint=item.fingerprint,
        content=msgspec.json.encode(form).decode(),
        compared=compact(form),
        checked_on=ctx.clock.today(),
        imported_at=now,
        imported_by=actor.account_id,
        updated_at=now,
    )


def _audit_detail(name: str, row: StoredDeclaration, item: Prepared, findings: int) -> dict[str, Any]:
    after = {"project": row.project, "unit": row.unit, "year": row.year, "current_year_fen": row.current_year_fen}
    return {
        "before": None,
        "after": after,
        "file": name,
        "form": row.form,
        "organisation_id": str(item.organisation_id),
        "findings": findings,
        "fingerprint": item.fingerprint,
    }


def _imported(row: StoredDeclaration, item: Prepared, findings: int) -> Imported:
    problems = tuple(problem.message for problem in item.declaration.problems)
    return Imported(
        id=row.id, project=row.project, unit=row.unit, form=row.form, new=True, findings=findings, problems=problems
    )


async def _tell(ctx: Ctx, actor: Actor, batch: str, rows: Sequence[StoredDeclaration]) -> None:
    """Tell those who hand out reviews that there is something to hand out: once per import and unit."""
    units: dict[UUID, list[StoredDeclaration]] = {}
    for row in rows:
        units.setdefault(row.organisation_id, []).append(row)
    for organisation_id, forms in units.items():
        people = await ctx.permissions.holders(ASSIGN, organisation_id)
        first = forms[0]
        await ctx.notifications.send(
            "budget.imported",
            [person for person in people if person != actor.account_id],
            key=f"{batch}:{organisation_id}",
            url="/budget/declarations?status=imported",
            data={"project": first.project, "unit": first.unit, "by": named(actor)},
            subject=ref(first.id),
        )
