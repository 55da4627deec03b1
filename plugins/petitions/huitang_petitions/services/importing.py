"""A register that was kept as a workbook: looked at first, every mistake in its row, and taken over as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from huitang_petitions.services import sheets
from huitang_petitions.services.access import REGISTER, Ctx
from huitang_petitions.services.registering import receiving_office, register_list
from huitang_petitions.services.submission import Intake, Person
from huitang_petitions.services.validating import check
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


class ImportRow(Struct, frozen=True):
    """One row: what it would register, and what is wrong with it."""

    row: int
    intake: Intake
    errors: tuple[str, ...] = ()


class Sheet(Struct, frozen=True):
    """A workbook that was looked at. `token` is what takes it over."""

    token: UUID
    rows: list[ImportRow]

    @property
    def wrong(self) -> int:
        """How many rows have mistakes."""
        return sum(bool(row.errors) for row in self.rows)


async def look_at(ctx: Ctx, actor: Actor, data: bytes) -> Sheet:
    """What a workbook would bring into the actor's office. Without mistakes it is kept, sealed, until it is taken over.

    Raises Invalid (field "file") for what is no such workbook.
    """
    office = await receiving_office(ctx, actor, Intake(channel="import"))
    rows = [_row(ctx, number, cells, office) for number, cells in sheets.read_rows(data)]
    if not rows:
        message = _("The sheet has no rows.")
        raise Invalid(message, fields={"file": message})
    token = UUID(bytes=secrets.token_bytes(16))
    sheet = Sheet(token, rows)
    if not sheet.wrong:
        content = ctx.personal.seal("draft.content", token, msgspec.json.encode(rows).decode())
        await ctx.db.execute(
            "INSERT INTO petitions.draft (id, token_hash, content, updated_at) VALUES ($1, $2, $3, $4)",
            *(token, _kept(token, actor), content, ctx.clock.now()),
        )
    return sheet


def _kept(token: UUID, actor: Actor) -> bytes:
    """Under what a workbook is found again: by whoever looked at it, and nobody else."""
    return b"import:" + token.bytes + (actor.account_id.bytes if actor.account_id else b"")


def _row(ctx: Ctx, number: int, cells: dict[str, Any], office: UUID) -> ImportRow:
    words = {name: sheets.text(value) for name, value in cells.items()}
    errors: list[str] = []
    received = None
    try:
        received = sheets.moment(cells.get("received", ""))
    except (ValueError, TypeError):
        errors.append(_("{value} is not a date. Write it like 2026-11-23.", value=words["received"]))
    people = words.get("people", "")
    if people and not (people.isascii() and people.isdigit() and len(people) <= 7):
        errors.append(_("“{value}” is not a number.", value=people))
        people = ""
    chosen: dict[str, Any] = {}
    tables = (("channel", sheets.CHANNELS), ("kind", sheets.KINDS), ("gender", sheets.GENDERS), ("publish", sheets.YES))
    for name, known in tables:
        value = words.get(name, "").casefold()
        if value and value not in known:
            errors.append(_("“{value}” is not known here.", value=words[name]))
        chosen[name] = known.get(value, "")
    named: dict[str, Any] = {name: words.get(name, "") for name in ("name", "phone", "id_number", "address")}
    person = Person(**named, gender=chosen["gender"])
    plain: dict[str, Any] = {
        name: words.get(name, "") for name in ("subject", "body", "place", "district", "earlier", "came_from")
    }
    plain["body"] = plain["body"] or plain["subject"]
    intake = Intake(
        **plain,
        channel=chosen["channel"] or "import",
        kind=chosen["kind"],
        publish=bool(chosen["publish"]),
        people=int(people or 0),
        persons=() if person.is_empty else (person,),
        anonymous=not named["name"],
        received_at=received,
        organisation_id=office,
    )
    return ImportRow(number, intake, (*errors, *_wrong(ctx, intake)))


def _wrong(ctx: Ctx, intake: Intake) -> Sequence[str]:
    """The mistakes of one row."""
    try:
        check(intake, ctx.clock.now(), None)
    except Invalid as error:
        return list(error.fields.values())
    return []


async def take_over(ctx: Ctx, actor: Actor, token: UUID) -> int:
    """Register every row of a workbook that was looked at, all or none. Returns how many; a second time registers
    nothing more. Raises NotFound when it was not this person who looked at it, or too long ago.
    """
    ctx.permissions.require(actor, REGISTER)
    rows = await ctx.db.fetch(
        "SELECT content FROM petitions.draft WHERE id = $1 AND token_hash = $2", token, _kept(token, actor)
    )
    if not rows:
        raise NotFound(_("This list was taken over already, or looked at too long ago. Choose the file again."))
    text = ctx.personal.unseal("draft.content", token, rows[0]["content"])
    sheet = msgspec.json.decode(text, type=list[ImportRow])
    async with ctx.db.write(actor) as write:
        await ctx.db.execute("DELETE FROM petitions.draft WHERE id = $1", token)
        await register_list(ctx, actor, [structs.replace(one.intake, key=f"import:{token}:{one.row}") for one in sheet])
        await write.audit("petitions.register.imported", Ref("petitions.import", token), detail={"rows": len(sheet)})
    return len(sheet)
