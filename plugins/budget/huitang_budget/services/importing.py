"""Files in, declarations on record: one transaction per file, so that nothing is ever half imported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_budget.declarations.importing import (
    DEFAULT_LIMITS,
    Limits,
    UnreadableFile,
    content_fingerprint,
    read_declarations,
)
from huitang_budget.declarations.model import Declaration, Found, Review
from huitang_budget.events import DeclarationImported
from huitang_budget.services.access import ASSIGN, IMPORT, READ, Ctx, Sql, in_scope, ref
from huitang_budget.services.checking import run_rules, stored_findings, stored_gaps
from huitang_budget.services.comparing import Others, compact, label_of, load_others
from huitang_budget.services.history import record
from huitang_budget.tables import StoredDeclaration, StoredFinding, StoredNotComputed
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.i18n import Translator

_ = Translator("budget")


class Upload(Struct, frozen=True):
    """A file as it came in: its name and its bytes; `size` alone when it is too large to be read at all."""

    name: str
    data: bytes
    size: int = 0


class Imported(Struct, frozen=True, kw_only=True):
    """One form of a file. `new` is False when it was on record already; `problems` are what could not be read well."""

    id: UUID
    project: str
    unit: str
    form: int
    new: bool
    findings: int = 0
    problems: tuple[str, ...] = ()


class FileOutcome(Struct, frozen=True, kw_only=True):
    """What became of one file: its forms, or the `error` for which nothing of it was imported."""

    name: str
    forms: tuple[Imported, ...] = ()
    error: str = ""

    @property
    def new(self) -> int:
        return sum(form.new for form in self.forms)


class Prepared(Struct, frozen=True):
    """A form ready to be stored: read, reviewed, and with the unit that will own it."""

    id: UUID
    declaration: Declaration
    fingerprint: str
    organisation_id: UUID
    review: Review


def limits_of(ctx: Ctx) -> Limits:
    return msgspec.structs.replace(DEFAULT_LIMITS, file_bytes=ctx.settings.max_file_mb * 1024 * 1024)


async def import_files(
    ctx: Ctx, actor: Actor, uploads: Sequence[Upload], *, organisation_id: UUID | None = None, batch: str = ""
) -> list[FileOutcome]:
    """Import every file by itself; one that cannot be read does not stop the others.

    `organisation_id` owns what is imported; without it the unit named in the form, if that is one unit of the tree
    within the actor's reach, else the actor's own. Calls with the same `batch` are one import to the people who are
    told of it: once per unit. Raises Invalid for a unit out of reach or too many files.
    """
    if len(uploads) > ctx.settings.max_files:
        raise Invalid(_("At most {count} files can be imported at once.", count=ctx.settings.max_files))
    if organisation_id is not None and not _may_own(ctx, actor, organisation_id):
        message = _("You may not import declarations for this unit.")
        raise Invalid(message, fields={"organisation_id": message})
    together = f"{actor.account_id}:{batch}" if batch else str(new_id())
    return [await _import_file(ctx, actor, upload, organisation_id, together) for upload in uploads]


async def _import_file(ctx: Ctx, actor: Actor, upload: Upload, organisation_id: UUID | None, batch: str) -> FileOutcome:
    limit = ctx.settings.max_file_mb
    if max(upload.size, len(upload.data)) > limit * 1024 * 1024:
        return FileOutcome(
            name=upload.name,
            error=_(
                "{name}: the file is larger than {limit} MB and was not read. Split it, or shrink its pictures.",
                name=upload.name,
                limit=limit,
            ),
        )
    try:
        forms = await asyncio.to_thread(read_declarations, upload.name, upload.data, limits=limits_of(ctx))
        known, new = await _sort_out(ctx, actor, forms)
        owners = [await _owner(ctx, actor, form, organisation_id) for form in new]
        prepared, others = await _prepare(ctx, new, owners)
        stored = await _store(ctx, actor, upload, prepared, others, batch) if prepared else []
    except UnreadableFile as error:
        return FileOutcome(name=upload.name, error=error.message)
    except HuitangError as error:
        return FileOutcome(name=upload.name, error=error.message or type(error).__name__)
    except Exception:
        ctx.log.exception("import of %s failed", upload.name)
        return FileOutcome(
            name=upload.name, error=_("The file could not be imported because of a fault of the platform.")
        )
    return FileOutcome(name=upload.name, forms=tuple(sorted([*known, *stored], key=lambda form: form.form)))


def _may_own(ctx: Ctx, actor: Actor, organisation_id: UUID) -> bool:
    scope = ctx.permissions.scope(actor, IMPORT)
    return scope.everything or organisation_id in scope.organisations


async def _owner(ctx: Ctx, actor: Actor, form: Declaration, chosen: UUID | None) -> UUID:
    if chosen is not None:
        return chosen
    named = await ctx.identity.organisation_named(form.declaring_unit.value or "")
    if named is not None and _may_own(ctx, actor, named.id):
        return named.id
    if actor.organisation_id is None:
        unit = form.declaring_unit.value or _("(none)")
        raise Invalid(_("The declaring unit {unit} is not in the organisation tree; choose who owns it.", unit=unit))
    return actor.organisation_id


async def _sort_out(ctx: Ctx, actor: Actor, forms: Sequence[Declaration]) -> tuple[list[Imported], list[Declaration]]:
    """The forms that are on record already, as far as the actor may know of it, and those that are not."""
    prints = [content_fingerprint(form) for form in forms]
    sql = Sql(prints)
    scopes = [in_scope(ctx.permissions.scope(actor, name), sql) for name in (READ, IMPORT)]
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (fingerprint) fingerprint, id, project, unit FROM budget.declaration d"
        f" WHERE fingerprint = ANY($1::text[]) AND ({' OR '.join(scopes)}) ORDER BY fingerprint, id",
        *sql.values,
    )
    on_record = {row["fingerprint"]: row for row in rows}
    known: list[Imported] = []
    new: dict[str, Declaration] = {}
    for fingerprint, form in zip(prints, forms, strict=True):
        row = on_record.get(fingerprint)
        if row is not None:
            known.append(Imported(id=row["id"], project=row["project"], unit=row["unit"], form=form.form, new=False))
        else:
            new.setdefault(fingerprint, form)
    return known, list(new.values())


async def _prepare(ctx: Ctx, forms: Sequence[Declaration], owners: Sequence[UUID]) -> tuple[list[Prepared], Others]:
    """Review the forms against those on record and against each other."""
    if not forms:
        return [], Others()
    others = await load_others(ctx, forms)
    ids = [new_id() for _form in forms]
    labelled = _label(forms, {other.form.source for other in others.entries})
    reviews = await run_rules(ctx, labelled, others)
    prepared = [
        Prepared(key, form, content_fingerprint(form), owner, review)
        for key, form, owner, review in zip(ids, forms, owners, reviews, strict=True)
    ]
    own = others.with_new(zip(ids, owners, labelled, strict=True))
    return prepared, own


def _label(forms: Sequence[Declaration], taken: set[str]) -> list[Declaration]:
    """The forms under labels that nothing else has, so that a finding on one can name another."""
    labelled: list[Declaration] = []
    for form in forms:
        label = base = label_of(text(form.declaring_unit), text(form.project_name), form.year.value)
        number = 1
        while label in taken:
            number += 1
            label = f"{base}（{number}）"
        taken.add(label)
        labelled.append(msgspec.structs.replace(form, source=label))
    return labelled


def text(found: Found[str]) -> str:
    return found.value or found.text


async def _store(
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
            await record(ctx, write, actor, item.id, "declaration.imported", detail)
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
            data={"project": first.project, "unit": first.unit, "by": actor.name},
            subject=ref(first.id),
        )
