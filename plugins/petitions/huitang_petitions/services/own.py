"""A resident's own letters, by the account that wrote them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import codes
from huitang_petitions.services.access import Ctx
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
OWN = """
SELECT DISTINCT m.id, m.number, m.state, m.subject, m.received_at, m.code_hash FROM petitions.petitioner t
JOIN petitions.party p ON p.petitioner_id = t.id AND p.withdrawn_at IS NULL
JOIN petitions.matter m ON m.id = p.matter_id WHERE t.resident_id = $1
"""


class OwnLetter(Struct, frozen=True):
    """One letter in the resident's list, in the resident's own words."""

    id: UUID
    number: str
    state: str
    subject: str
    received_at: datetime


async def letters_of(ctx: Ctx, resident_id: UUID) -> list[OwnLetter]:
    """What the resident wrote while signed in, newest first."""
    rows = await ctx.db.fetch(f"{OWN} ORDER BY m.received_at DESC LIMIT 200", resident_id)
    return [
        OwnLetter(
            row["id"],
            row["number"],
            row["state"],
            ctx.personal.unseal("matter.subject", row["id"], row["subject"]),
            row["received_at"],
        )
        for row in rows
    ]


async def pass_to(ctx: Ctx, resident_id: UUID, matter_id: UUID) -> str:
    """A pass for one of the resident's letters. Raises NotFound for another's."""
    rows = await ctx.db.fetch(f"{OWN} AND m.id = $2", resident_id, matter_id)
    if not rows:
        raise NotFound(_("This is not one of your letters."))
    return codes.new_pass(ctx, matter_id, rows[0]["code_hash"])
