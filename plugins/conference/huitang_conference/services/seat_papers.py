"""Agenda and documents as the seats read them: what this attendee may read, for as long as it may be read.

A document is never handed out as a file here: the seat gets pictures of its pages or its words, and nothing once it is
withdrawn.
"""

from __future__ import annotations

import asyncio
import struct
import threading
import zlib
from functools import lru_cache
from typing import Any
from uuid import UUID

import pypdfium2
from msgspec import Struct

from huitang_conference.services.access import Ctx, attendee_for
from huitang_conference.services.screens import AgendaLine, agenda_lines, on_agenda
from huitang_sdk.contracts import Actor, StoredFile
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")

AUDIENCES = {"member": ["members", "attendees"], "observer": ["attendees"], "staff": ["members", "attendees", "staff"]}
"""Which documents an attendee may read, by role."""
PDF = "application/pdf"
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
WIDTH = 1400
"""Pixels of a page's width: sharp on a tablet, a hundred kilobytes or so."""
_PDFIUM = threading.Lock()
"""PDFium works in one thread at a time."""


class Paper(Struct, frozen=True):
    """A document on the list."""

    id: UUID
    item_id: UUID | None
    title: str


class AgendaAtSeat(Struct, frozen=True):
    """The agenda with its documents; `general` belong to no item."""

    items: list[tuple[AgendaLine, list[Paper]]]
    general: list[Paper]


class OpenPaper(Struct, frozen=True, kw_only=True):
    """A document that is being read: `pages` of a PDF, one picture; its words where it has any."""

    id: UUID
    title: str
    pages: int = 0
    is_picture: bool = False
    text: str = ""


async def agenda_at_seat(ctx: Ctx, actor: Actor, meeting_id: UUID) -> AgendaAtSeat:
    """The agenda of the meeting the actor sits in. Raises NotFound for anybody else."""
    attendee = await attendee_for(ctx, actor, meeting_id)
    meeting = (await ctx.db.fetch("SELECT item_id FROM conference.meeting WHERE id = $1", meeting_id))[0]
    rows = await ctx.db.fetch(
        "SELECT id, item_id, title FROM conference.document WHERE meeting_id = $1 AND NOT is_withdrawn"
        " AND audience = ANY($2::text[]) ORDER BY position, title",
        *(meeting_id, AUDIENCES[attendee["role"]]),
    )
    papers = [Paper(**row) for row in rows]
    lines = on_agenda(await agenda_lines(ctx, meeting_id, meeting["item_id"]))
    return AgendaAtSeat(
        [(line, [paper for paper in papers if paper.item_id == line.id]) for line in lines],
        [paper for paper in papers if paper.item_id is None],
    )


async def open_paper(ctx: Ctx, actor: Actor, meeting_id: UUID, document_id: UUID) -> OpenPaper:
    """Read one document. Raises NotFound when it is not for this attendee, or was withdrawn."""
    row, stored = await _document(ctx, actor, meeting_id, document_id)
    title = row["title"]
    if stored.media_type == PDF:
        content = await ctx.files.read(stored)
        pages = await asyncio.to_thread(_count, content)
        return OpenPaper(id=document_id, title=title, pages=pages, text=await ctx.files.text(stored))
    if stored.media_type in PICTURES:
        return OpenPaper(id=document_id, title=title, is_picture=True)
    return OpenPaper(id=document_id, title=title, text=await ctx.files.text(stored))


async def page_of_paper(ctx: Ctx, actor: Actor, meeting_id: UUID, document_id: UUID, number: int) -> tuple[bytes, str]:
    """One page as a picture and its media type, from 1; a picture has one page. Raises NotFound."""
    _row, stored = await _document(ctx, actor, meeting_id, document_id)
    content = await ctx.files.read(stored)
    if stored.media_type in PICTURES and number == 1:
        return content, stored.media_type
    if stored.media_type != PDF:
        raise NotFound
    return await asyncio.to_thread(_picture, content, number), "image/png"


async def _document(ctx: Ctx, actor: Actor, meeting_id: UUID, document_id: UUID) -> tuple[dict[str, Any], StoredFile]:
    attendee = await attendee_for(ctx, actor, meeting_id)
    rows = await ctx.db.fetch(
        "SELECT * FROM conference.document WHERE id = $1 AND meeting_id = $2 AND NOT is_withdrawn"
        " AND audience = ANY($3::text[])",
        *(document_id, meeting_id, AUDIENCES[attendee["role"]]),
    )
    if not rows:
        raise NotFound(_("This document was withdrawn, or it is not for this seat."))
    return rows[0], await ctx.files.get(rows[0]["file_id"])


def _count(content: bytes) -> int:
    with _PDFIUM:
        document = pypdfium2.PdfDocument(content)
        try:
            return len(document)
        finally:
            document.close()


# A whole row of seats opens the same page in the same minute.
@lru_cache(maxsize=64)
def _picture(content: bytes, number: int) -> bytes:
    with _PDFIUM:
        document = pypdfium2.PdfDocument(content)
        try:
            if not 1 <= number <= len(document):
                raise NotFound
            page = document[number - 1]
            bitmap = page.render(scale=WIDTH / page.get_width(), grayscale=False, rev_byteorder=True)
            return _png(bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels, bytes(bitmap.buffer))
        finally:
            document.close()


def _png(width: int, height: int, stride: int, channels: int, pixels: bytes) -> bytes:
    """The pixels as a PNG: rows without a filter, one compressed block."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[line * stride : line * stride + width * channels] for line in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
