"""Badges: the QR code of an attendee of one meeting, and finding out at the door who has come.

A code proves itself: it names the attendee and carries a keyed hash under a key outside the database, so nothing is
stored and a code cannot be made up. Cards are found by their hash.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import segno

from huitang_conference.services import roster
from huitang_conference.services.access import DOOR, Ctx, meeting_for
from huitang_conference.services.members import card_hash
from huitang_conference.services.roster import Attendee
from huitang_sdk.contracts import Actor

PREFIX = "HT1."
MAC_BYTES = 12
MOST_FOUND = 12


def badge_text(ctx: Ctx, meeting_id: UUID, attendee_id: UUID) -> str:
    """What the QR code of an attendee says."""
    return PREFIX + urlsafe_b64encode(attendee_id.bytes + _mac(ctx, meeting_id, attendee_id)).decode().rstrip("=")


def badge_svg(text: str) -> str:
    """The QR code as SVG that scales with its box."""
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(omitsize=True, border=2, svgclass="cf-qr", lineclass=None))


def read_badge(ctx: Ctx, meeting_id: UUID, text: str) -> UUID | None:
    """Whose code this is, if it is one of this meeting."""
    if not text.startswith(PREFIX):
        return None
    body = text[len(PREFIX) :]
    try:
        raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        attendee_id = UUID(bytes=raw[:16])
    except ValueError:
        return None
    return attendee_id if hmac.compare_digest(raw[16:], _mac(ctx, meeting_id, attendee_id)) else None


def _mac(ctx: Ctx, meeting_id: UUID, attendee_id: UUID) -> bytes:
    key = ctx.keys.derive("badge")
    return hmac.new(key, meeting_id.bytes + attendee_id.bytes, hashlib.sha256).digest()[:MAC_BYTES]


async def who_came(ctx: Ctx, actor: Actor, meeting_id: UUID, text: str) -> tuple[list[Attendee], str]:
    """Who a scanned code, a card or a typed name stands for, and how that was found out: "qr", "card" or "name".

    Codes and cards give one person or nobody; a part of a name may give several.
    """
    await meeting_for(ctx, actor, meeting_id, DOOR)
    text = text.strip()
    if not text:
        return [], "name"
    everybody = await roster.attendees(ctx, meeting_id)
    scanned = read_badge(ctx, meeting_id, text)
    if scanned is not None or text.startswith(PREFIX):
        return [attendee for attendee in everybody if attendee.id == scanned], "qr"
    carded = await ctx.db.fetch(
        "SELECT id FROM conference.attendee WHERE meeting_id = $1 AND badge_sha256 = $2", meeting_id, card_hash(text)
    )
    if carded:
        return [attendee for attendee in everybody if attendee.id == carded[0]["id"]], "card"
    return [attendee for attendee in everybody if text in attendee.name][:MOST_FOUND], "name"
