"""Documents of a meeting: attached to it or to one of its items, read at the seats by their audience, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import (
    CHAIR,
    MANAGE,
    OPERATE,
    READ,
    SEAT,
    Ctx,
    in_scope,
    meeting_to_change,
    ref,
)
from huitang_conference.services.agenda import item_in
from huitang_conference.services.meetings import changed
from huitang_sdk.contracts import Actor, StoredFile
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
AUDIENCES = ("members", "attendees", "staff")
"""Members of the body only, everybody who attends, or only the staff who prepare the meeting."""
MAX_TITLE = 200


class Document(Struct, frozen=True, kw_only=True):
    """One document as a reader of the meeting sees it."""

    id: UUID
    item_id: UUID | None
    title: str
    audience: str
    is_withdrawn: bool
    withdraw_after: bool
    file_id: UUID
    position: int


READABLE = """
SELECT d.id, d.item_id, d.title, d.audience, d.is_withdrawn, d.withdraw_after, d.file_id, d.position, d.meeting_id
FROM conference.document d JOIN conference.meeting m ON m.id = d.meeting_id
WHERE {which} AND ({staff} OR ({readable} AND NOT d.is_withdrawn AND EXISTS (
    SELECT 1 FROM conference.attendee a LEFT JOIN conference.seat s ON s.attendee_id = a.id
    WHERE a.meeting_id = m.id AND {me}
        AND (d.audience = 'attendees' OR (d.audience = 'members' AND a.role = 'member')))))
ORDER BY d.position, d.title, d.id
"""


def _readable(ctx: Ctx, actor: Actor, sql: Sql, which: str) -> str:
    """The query of the documents an actor may read: staff all of them, attendees those meant for them."""
    held = [permission for permission in (MANAGE, CHAIR, OPERATE) if ctx.permissions.may(actor, permission)]
    staff = " OR ".join(in_scope(ctx, actor, permission, sql) for permission in held) or "FALSE"
    permission = SEAT if actor.device_id else READ
    readable = in_scope(ctx, actor, permission, sql) if ctx.permissions.may(actor, permission) else "FALSE"
    if actor.device_id:
        me = f"s.label = {sql.put(actor.place)} AND m.state <> 'draft'"
    else:
        me = f"a.account_id = {sql.put(actor.account_id, '::uuid')} AND m.state <> 'draft'"
    return READABLE.format(which=which, staff=f"({staff})", readable=readable, me=me)


async def documents(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[Document]:
    """The documents of a meeting that this actor may read, in order."""
    sql = Sql(meeting_id)
    rows = await ctx.db.fetch(_readable(ctx, actor, sql, "d.meeting_id = $1"), *sql.values)
    return [Document(**{name: row[name] for name in Document.__struct_fields__}) for row in rows]


async def read_document(ctx: Ctx, actor: Actor, document_id: UUID) -> tuple[Document, StoredFile]:
    """One document with its file. NotFound for whoever it is not meant for, and once it is withdrawn."""
    sql = Sql(document_id)
    rows = await ctx.db.fetch(_readable(ctx, actor, sql, "d.id = $1"), *sql.values)
    if not rows:
        raise NotFound(_("There is no such document, it is not meant for you, or it was taken back after the meeting."))
    row = rows[0]
    document = Document(**{name: row[name] for name in Document.__struct_fields__})
    return document, await ctx.files.get(document.file_id)


async def attach(
    ctx: Ctx,
    actor: Actor,
    meeting_id: UUID,
    name: str,
    content: AsyncIterable[bytes] | bytes,
    *,
    item_id: UUID | None = None,
    title: str = "",
    audience: str = "members",
    withdraw_after: bool = False,
) -> UUID:
    """Attach a file to the meeting or to one of its items. Without a title it is called like its file."""
    title = title.strip() or name.rpartition(".")[0] or name
    _check(title, audience)
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        if item_id is not None:
            await item_in(ctx, meeting_id, item_id)
        stored = await ctx.files.save(name, content, actor=actor)
        document_id = new_id()
        await ctx.db.execute(
            """
            INSERT INTO conference.document (id, meeting_id, item_id, file_id, title, audience, withdraw_after,
                position)
            VALUES ($1, $2, $3, $4, $5, $6, $7,
                (SELECT coalesce(max(position), 0) + 1 FROM conference.document WHERE meeting_id = $2))
            """,
            *(document_id, meeting_id, item_id, stored.id, title, audience, withdraw_after),
        )
        detail = {"document_id": document_id, "title": title, "audience": audience, "sha256": stored.sha256}
        await write.audit("conference.document.attached", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "documents.changed")
    return document_id


async def change(ctx: Ctx, actor: Actor, document_id: UUID, *, title: str, audience: str, withdraw_after: bool) -> None:
    """Change what a document is called, whom it is for, and whether it is taken back when the meeting closes."""
    _check(title, audience)
    async with ctx.db.write(actor) as write:
        row = await _to_change(ctx, actor, document_id)
        await ctx.db.execute(
            "UPDATE conference.document SET title = $2, audience = $3, withdraw_after = $4 WHERE id = $1",
            *(document_id, title.strip(), audience, withdraw_after),
        )
        detail = {"document_id": document_id, "before": row["audience"], "after": audience, "title": title.strip()}
        await write.audit("conference.document.changed", ref("meeting", row["meeting_id"]), detail=detail)
        await changed(ctx, write, row["meeting_id"], "documents.changed")


async def withdraw(ctx: Ctx, actor: Actor, document_id: UUID, *, is_withdrawn: bool = True) -> None:
    """Take a document back from its readers, or give it out again."""
    async with ctx.db.write(actor) as write:
        row = await _to_change(ctx, actor, document_id)
        await ctx.db.execute(
            "UPDATE conference.document SET is_withdrawn = $2 WHERE id = $1", document_id, is_withdrawn
        )
        action = "conference.document.withdrawn" if is_withdrawn else "conference.document.given_out"
        detail = {"document_id": document_id, "title": row["title"]}
        await write.audit(action, ref("meeting", row["meeting_id"]), detail=detail)
        await changed(ctx, write, row["meeting_id"], "documents.changed")


async def remove(ctx: Ctx, actor: Actor, document_id: UUID) -> None:
    """Delete a document with its file, unless another meeting (a rehearsal) uses the file too."""
    async with ctx.db.write(actor) as write:
        row = await _to_change(ctx, actor, document_id)
        await ctx.db.execute("DELETE FROM conference.document WHERE id = $1", document_id)
        if not await ctx.db.fetch("SELECT 1 FROM conference.document WHERE file_id = $1", row["file_id"]):
            await ctx.files.delete(row["file_id"], actor=actor)
        detail = {"document_id": document_id, "title": row["title"]}
        await write.audit("conference.document.removed", ref("meeting", row["meeting_id"]), detail=detail)
        await changed(ctx, write, row["meeting_id"], "documents.changed")


def _check(title: str, audience: str) -> None:
    fields: dict[str, str] = {}
    if not title.strip():
        fields["title"] = _("Give the document a title.")
    elif len(title) > MAX_TITLE:
        fields["title"] = _("The title is longer than {count} characters.", count=MAX_TITLE)
    if audience not in AUDIENCES:
        fields["audience"] = _("Choose whom the document is for.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


async def _to_change(ctx: Ctx, actor: Actor, document_id: UUID) -> dict[str, Any]:
    rows = await ctx.db.fetch("SELECT * FROM conference.document WHERE id = $1", document_id)
    if not rows:
        raise NotFound(_("There is no such document."))
    await meeting_to_change(ctx, actor, rows[0]["meeting_id"], MANAGE)
    return rows[0]
