"""Files in, declarations on record: one transaction per file, so that nothing is ever half imported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
from huitang_budget.declarations.model import Declaration
from huitang_budget.services.access import IMPORT, READ, Ctx, in_scope
from huitang_budget.services.checking import run_rules
from huitang_budget.services.comparing import Others, label_of, load_others
from huitang_budget.services.storing import Imported, Prepared, Upload, store, text
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.i18n import Translator

_ = Translator("budget")


class FileOutcome(Struct, frozen=True, kw_only=True):
    """What became of one file: its forms, or the `error` for which nothing of it was imported."""

    name: str
    forms: tuple[Imported, ...] = ()
    error: str = ""

    @property
    def new(self) -> int:
        return sum(form.new for form in self.forms)


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
        if upload.read is not None:
            upload = msgspec.structs.replace(upload, data=await upload.read(), read=None)
        forms = await asyncio.to_thread(read_declarations, upload.name, upload.data, limits=limits_of(ctx))
        known, new = await _sort_out(ctx, actor, forms)
        owners = [await _owner(ctx, actor, form, organisation_id) for form in new]
        prepared, others = await _prepare(ctx, new, owners)
        stored = await store(ctx, actor, upload, prepared, others, batch) if prepared else []
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
