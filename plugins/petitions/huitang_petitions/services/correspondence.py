"""What the office and the petitioner write to each other about a matter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import HANDLE, Ctx, matter_for, ref
from huitang_petitions.services.validating import BODY
from huitang_sdk.contracts import Actor, Recipient
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
WROTE = "petitions.message"


class MessageRow(Struct, frozen=True):
    """One message, in clear."""

    id: UUID
    side: str
    text: str
    written_at: datetime
    written_by: UUID | None


async def messages_of(ctx: Ctx, matter_id: UUID) -> list[MessageRow]:
    """Everything that was written, oldest first. Who may see the matter is for the caller to have asked."""
    rows = await ctx.db.fetch("SELECT * FROM petitions.message WHERE matter_id = $1 ORDER BY written_at, id", matter_id)
    return [
        MessageRow(
            row["id"],
            row["side"],
            ctx.personal.unseal("message.text", row["id"], row["text"]),
            row["written_at"],
            row["written_by"],
        )
        for row in rows
    ]


def checked_text(text: str) -> str:
    """The text of a message. Raises Invalid (field "text")."""
    plain = text.replace("\0", "").strip()
    if not plain:
        raise Invalid(_("Write something first."), fields={"text": _("Write something first.")})
    if len(plain) > BODY:
        message = _("At most {count} characters.", count=BODY)
        raise Invalid(message, fields={"text": message})
    return plain


async def put(
    ctx: Ctx,
    matter_id: UUID,
    side: str,
    text: str,
    written_by: UUID | None,
    *,
    key: UUID | None = None,
    taken: bool = True,
) -> UUID:
    """Keep a message, inside the open write, under the id `key` if it has one already. Not `taken` says only that
    something came which cannot be read here: it is no answer."""
    message_id = key or new_id()
    await ctx.db.execute(
        "INSERT INTO petitions.message (id, matter_id, side, text, written_at, written_by, taken)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(message_id, matter_id, side, ctx.personal.seal("message.text", message_id, text)),
        *(ctx.clock.now(), written_by, taken),
    )
    return message_id


async def is_there(ctx: Ctx, message_id: UUID) -> bool:
    """Whether a message with this id was kept."""
    return bool(await ctx.db.fetch("SELECT 1 FROM petitions.message WHERE id = $1", message_id))


async def write_to_petitioner(ctx: Ctx, actor: Actor, matter_id: UUID, text: str) -> UUID:
    """The office asks or tells something; whoever left a phone is told that there is something to read.

    Raises Invalid for an empty text, and what `access.matter_for` raises.
    """
    plain = checked_text(text)
    async with ctx.db.write(actor) as write:
        matter = await matter_for(ctx, actor, matter_id, HANDLE, lock=True)
        message_id = await put(ctx, matter_id, "office", plain, actor.account_id)
        recipient = await recipient_of(ctx, matter_id)
        if recipient and not matter["whistle"]:
            data = {"number": matter["number"]}
            await ctx.messages.send(WROTE, recipient, key=str(message_id), data=data, subject=ref(matter_id))
        await write.audit("petitions.message.written", ref(matter_id), detail={"side": "office"})
    return message_id


async def recipient_of(ctx: Ctx, matter_id: UUID) -> Recipient | None:
    """Who is told what happens to a matter: the first of its people who can be reached."""
    rows = await ctx.db.fetch(
        "SELECT t.id, t.phone, t.open_id FROM petitions.party p JOIN petitions.petitioner t ON t.id = p.petitioner_id"
        " WHERE p.matter_id = $1 AND p.withdrawn_at IS NULL ORDER BY p.position LIMIT 20",
        matter_id,
    )
    for row in rows:
        phone = ctx.personal.unseal("petitioner.phone", row["id"], row["phone"])
        open_id = ctx.personal.unseal("petitioner.open_id", row["id"], row["open_id"])
        if phone or open_id:
            return Recipient(phone=phone, open_id=open_id)
    return None


async def can_be_reached(ctx: Ctx, matter_id: UUID) -> bool:
    """Whether anybody of a matter left a telephone, an address or a WeChat account."""
    rows = await ctx.db.fetch(
        "SELECT t.id, t.phone, t.address, t.open_id FROM petitions.party p"
        " JOIN petitions.petitioner t ON t.id = p.petitioner_id WHERE p.matter_id = $1 AND p.withdrawn_at IS NULL",
        matter_id,
    )
    columns = ("phone", "address", "open_id")
    return any(ctx.personal.unseal(f"petitioner.{name}", row["id"], row[name]) for row in rows for name in columns)
