"""A register that was kept as a workbook: looked at first, every mistake in its row, and taken over as a whole."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from huitang_petitions.services import rows, sheets
from huitang_petitions.services.access import REGISTER, Ctx
from huitang_petitions.services.import_template import legend_names
from huitang_petitions.services.past import Past, put
from huitang_petitions.services.registering import receiving_office, register_list
from huitang_petitions.services.submission import Intake
from huitang_petitions.workflow import FINAL
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


class ImportRow(Struct, frozen=True):
    """One row: what it would register, and what is wrong with it."""

    row: int
    intake: Intake
    past: Past
    errors: tuple[str, ...] = ()
    late: bool = False


class Sheet(Struct, frozen=True):
    """A workbook that was looked at. `token` is what takes it over; `unread` are the titles that nobody reads,
    `beside` the other sheets that are left out."""

    token: UUID
    rows: list[ImportRow]
    name: str = ""
    unread: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def wrong(self) -> int:
        """How many rows have mistakes."""
        return sum(bool(row.errors) for row in self.rows)

    @property
    def late(self) -> int:
        """How many would be late from the first day."""
        return sum(row.late for row in self.rows)


class NewCode(Struct, frozen=True):
    """The look-up code of a matter that is still open."""

    number: str
    old_number: str
    subject: str
    code: str


class Taken(Struct, frozen=True):
    """What was taken over; the codes of what is still open are told this once."""

    count: int
    codes: list[NewCode]


async def look_at(ctx: Ctx, actor: Actor, data: bytes) -> Sheet:
    """What a workbook would bring into the actor's office. Without mistakes it is kept, sealed, until it is taken over.

    Raises Invalid (field "file") for what is no such workbook.
    """
    office = await receiving_office(ctx, actor, Intake(channel="import"))
    found = await asyncio.to_thread(sheets.read_rows, data)
    given = await rows.known(ctx, office)
    read = [_row(number, cells, given, found.titles) for number, cells in found.rows]
    if not read:
        message = _("The sheet has no rows.")
        raise Invalid(message, fields={"file": message})
    token = UUID(bytes=secrets.token_bytes(16))
    beside = tuple(name for name in found.beside if name not in legend_names())
    sheet = Sheet(token, read, found.name, found.unread, beside)
    if not sheet.wrong:
        content = ctx.personal.seal("draft.content", token, msgspec.json.encode(read).decode())
        await ctx.db.execute(
            "INSERT INTO petitions.draft (id, token_hash, content, updated_at) VALUES ($1, $2, $3, $4)",
            *(token, _kept(token, actor), content, ctx.clock.now()),
        )
    return sheet


def _kept(token: UUID, actor: Actor) -> bytes:
    """Under what a workbook is found again: by whoever looked at it, and nobody else."""
    return b"import:" + token.bytes + (actor.account_id.bytes if actor.account_id else b"")


def _row(number: int, cells: dict[str, Any], given: rows.Known, titles: Mapping[str, str]) -> ImportRow:
    intake, past, wrong = rows.read(cells, given)
    errors = [
        _("{column}: {error}", column=titles.get(name) or sheets.HEADS.get(name, (name,))[0], error=message)
        for name, message in wrong.items()
    ]
    return ImportRow(number, intake, past, tuple(errors), not errors and rows.is_late(given, intake, past))


async def take_over(ctx: Ctx, actor: Actor, token: UUID) -> Taken:
    """Register every row of a workbook that was looked at, all or none. A second time registers
    nothing more. Raises NotFound when it was not this person who looked at it, or too long ago.
    """
    ctx.permissions.require(actor, REGISTER)
    async with ctx.db.write(actor) as write:
        sheet = await _looked_at(ctx, actor, token)
        intakes = [structs.replace(one.intake, key=f"import:{token}:{one.row}") for one in sheet]
        done = await register_list(ctx, actor, intakes)
        await put(
            *(ctx, write, actor),
            [(new.id, one.intake, one.past) for new, one in zip(done, sheet, strict=True) if not new.repeated],
        )
        codes = [
            NewCode(new.number, one.past.old_number, one.intake.subject, new.code)
            for new, one in zip(done, sheet, strict=True)
            # Whose report in confidence it is nobody can know, so nobody is to hold its code either.
            if one.past.state not in FINAL and not one.intake.whistle
        ]
        await write.audit(
            "petitions.register.imported",
            Ref("petitions.import", token),
            detail={"rows": len(sheet), "codes": len(codes)},
        )
    return Taken(len(sheet), codes)


async def _looked_at(ctx: Ctx, actor: Actor, token: UUID) -> list[ImportRow]:
    """The rows, taken out inside the write: of two who press at once the second waits here, and finds nothing."""
    kept = await ctx.db.fetch(
        "DELETE FROM petitions.draft WHERE id = $1 AND token_hash = $2 RETURNING content", token, _kept(token, actor)
    )
    if not kept:
        raise NotFound(_("This list was taken over already, or looked at too long ago. Choose the file again."))
    text = ctx.personal.unseal("draft.content", token, kept[0]["content"])
    return msgspec.json.decode(text, type=list[ImportRow])
