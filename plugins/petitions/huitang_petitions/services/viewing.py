"""One matter as staff see it: the matter in clear to whoever may read it, the people behind it masked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import codes, correspondence, papers, wording
from huitang_petitions.services.access import READ, REGISTER, REVEAL, Ctx, matter_for, ref
from huitang_sdk.contracts import Actor, SentMessage
from huitang_sdk.contracts.personal import Sealed
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.personal import PersonalKind, masked

_ = Translator("petitions")
PERSONAL: tuple[tuple[str, PersonalKind], ...] = (
    ("name", "name"),
    ("phone", "phone"),
    ("id_number", "id"),
    ("address", "address"),
)
MOST_PARTIES = 200


class PartyRow(Struct, frozen=True, kw_only=True):
    """One of those who bring the matter; masked unless revealed."""

    id: UUID
    petitioner_id: UUID
    role: str
    name: str
    phone: str
    id_number: str
    address: str
    gender: str
    withdrawn_at: datetime | None


class EventRow(Struct, frozen=True, kw_only=True):
    """Something that happened, in words."""

    kind: str
    title: str
    at: datetime
    who: str
    detail: dict[str, Any]
    shown: bool


class MatterView(Struct, frozen=True, kw_only=True):
    """A matter with everything its page shows."""

    id: UUID
    number: str
    old_number: str
    organisation_id: UUID
    channel: str
    kind: str
    state: str
    subject: str
    body: str
    place: str
    district: str
    category: str
    people: int
    anonymous: bool
    whistle: bool
    publish: bool
    urgent: bool
    earlier: str
    came_from: str
    handler_id: UUID | None
    due: date | None
    due_limit: str
    mark: str
    received_at: datetime
    registered_at: datetime | None
    version: int
    registered_by: str
    office: str
    handler: str
    parties: list[PartyRow]
    parties_total: int
    papers: list[papers.PaperRow]
    messages: list[correspondence.MessageRow]
    events: list[EventRow]
    sent: Sequence[SentMessage]


async def view_matter(
    ctx: Ctx, actor: Actor, matter_id: UUID, revealed: dict[UUID, dict[str, str]] | None = None
) -> MatterView:
    """The matter for its page. Raises NotFound for one that is not the actor's to see."""
    row = await matter_for(ctx, actor, matter_id, READ)
    events = await ctx.db.fetch(
        "SELECT * FROM petitions.event WHERE matter_id = $1 ORDER BY at DESC, recorded_at DESC", matter_id
    )
    names = await ctx.identity.accounts({event["actor_id"] for event in events if event["actor_id"]})
    registrar = await ctx.identity.account(row["registered_by"]) if row["registered_by"] else None
    units = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    parties, total = await _parties(ctx, matter_id, revealed or {})
    unsealed: dict[str, Any] = {
        column: ctx.personal.unseal(f"matter.{column}", matter_id, row[column])
        for column in ("subject", "body", "place")
    }
    unsealed["earlier"] = row["earlier_plain"] or ctx.personal.unseal("matter.earlier", matter_id, row["earlier"])
    copied = [name for name in MatterView.__struct_fields__ if name in row and name not in (*unsealed, "registered_by")]
    return MatterView(
        **{name: row[name] for name in copied},
        **unsealed,
        registered_by=registrar.name if registrar else "",
        office=units.get(row["organisation_id"], ""),
        handler=units.get(row["handler_id"], "") if row["handler_id"] else "",
        parties=parties,
        parties_total=total,
        papers=await papers.papers_of(ctx, matter_id),
        messages=await correspondence.messages_of(ctx, matter_id),
        events=[
            EventRow(
                kind=event["kind"],
                title=wording.title_of(event["kind"]),
                at=event["at"],
                who=names[event["actor_id"]].name if event["actor_id"] in names else "",
                detail=wording.detail_of(event["detail"]),
                shown=event["shown"],
            )
            for event in events
        ],
        sent=await ctx.messages.about(ref(matter_id)),
    )


async def _parties(ctx: Ctx, matter_id: UUID, revealed: dict[UUID, dict[str, str]]) -> tuple[list[PartyRow], int]:
    rows = await ctx.db.fetch(
        "SELECT p.id AS party_id, p.role, p.withdrawn_at, t.*, count(*) OVER () AS total FROM petitions.party p"
        " JOIN petitions.petitioner t ON t.id = p.petitioner_id WHERE p.matter_id = $1"
        f" ORDER BY p.position LIMIT {MOST_PARTIES}",
        matter_id,
    )
    found: list[PartyRow] = []
    for row in rows:
        shown = revealed.get(row["id"]) or {
            column: masked(kind, ctx.personal.unseal(f"petitioner.{column}", row["id"], row[column]))
            for column, kind in PERSONAL
        }
        found.append(
            PartyRow(
                id=row["party_id"],
                petitioner_id=row["id"],
                role=row["role"],
                gender=row["gender"],
                withdrawn_at=row["withdrawn_at"],
                **shown,
            )
        )
    return found, rows[0]["total"] if rows else 0


async def reveal(ctx: Ctx, actor: Actor, matter_id: UUID, petitioner_id: UUID | None, reason: str) -> MatterView:
    """The page with the people (or one of them) in clear. Who saw whom and why goes on record.

    Raises Forbidden without the permission, Invalid (field "reason") without a reason, NotFound.
    """
    await matter_for(ctx, actor, matter_id, REVEAL)
    rows = await ctx.db.fetch(
        "SELECT t.* FROM petitions.party p JOIN petitions.petitioner t ON t.id = p.petitioner_id"
        " WHERE p.matter_id = $1 AND ($2::uuid IS NULL OR t.id = $2)"
        f" ORDER BY p.position LIMIT {MOST_PARTIES}",
        *(matter_id, petitioner_id),
    )
    if not rows:
        raise NotFound(_("Nobody is named in this matter."))
    sealed = [Sealed(f"petitioner.{column}", row["id"], row[column]) for row in rows for column, _kind in PERSONAL]
    clear = await ctx.personal.reveal(actor, REVEAL, ref(matter_id), sealed, reason=reason.strip())
    revealed: dict[UUID, dict[str, str]] = {}
    for value, text in zip(sealed, clear, strict=True):
        revealed.setdefault(value.row, {})[value.column.partition(".")[2]] = text
    return await view_matter(ctx, actor, matter_id, revealed)


async def new_code(ctx: Ctx, actor: Actor, matter_id: UUID, reason: str) -> tuple[str, str]:
    """Give the matter another look-up code, (number, code): the old one opens nothing any more.

    For whoever lost the paper and stands at the desk. Raises Invalid (field "reason") without a reason, Conflict for a
    whistle-blower's report, whose owner nobody can know, and what `access.matter_for` raises.
    """
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    code = codes.code_of(ctx, secrets.token_hex(16))
    async with ctx.db.write(actor) as write:
        matter = await matter_for(ctx, actor, matter_id, REGISTER, lock=True)
        if matter["whistle"]:
            raise Conflict(_("Nobody can know whose report this is, so its code stays as it is."))
        now = ctx.clock.now()
        await ctx.db.execute(
            "INSERT INTO petitions.spent_code (id, code_hash, matter_id, replaced_at) VALUES ($1, $2, $3, $4)",
            *(new_id(), matter["code_hash"], matter_id, now),
        )
        await ctx.db.execute(
            "UPDATE petitions.matter SET code_hash = $2, updated_at = $3, version = version + 1 WHERE id = $1",
            *(matter_id, codes.hash_of(ctx, code), now),
        )
        await write.audit("petitions.matter.code_replaced", ref(matter_id), reason=reason.strip())
    return matter["number"], code
