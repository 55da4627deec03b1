"""A resident's own letters, by the account that wrote them.

An account is whoever holds the phone, and numbers go to other people. Letters from before the account's holder is known
to be the same (`Resident.held_since`) show no more than that they are there, until their look-up code was typed once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import codes
from huitang_petitions.services.access import Ctx, ref
from huitang_sdk.contracts import Actor, Resident
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
OWN = """
SELECT m.id, m.number, m.state, m.subject, m.received_at, m.code_hash,
    $2::timestamptz IS NULL OR bool_or(t.created_at >= $2) OR EXISTS (
        SELECT FROM petitions.proven x WHERE x.resident_id = $1 AND x.matter_id = m.id AND x.proven_at >= $2
    ) AS is_open
FROM petitions.petitioner t
JOIN petitions.party p ON p.petitioner_id = t.id AND p.withdrawn_at IS NULL
JOIN petitions.matter m ON m.id = p.matter_id WHERE t.resident_id = $1
"""
PROVE = """
INSERT INTO petitions.proven (id, resident_id, matter_id, proven_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (resident_id, matter_id) DO UPDATE SET proven_at = excluded.proven_at
"""


class OwnLetter(Struct, frozen=True):
    """One letter in the resident's list, in the resident's own words; one that is not open has no subject."""

    id: UUID
    number: str
    state: str
    subject: str
    received_at: datetime
    is_open: bool = True


async def letters_of(ctx: Ctx, resident: Resident) -> list[OwnLetter]:
    """What the resident wrote while signed in, newest first."""
    rows = await ctx.db.fetch(
        f"{OWN} GROUP BY m.id ORDER BY m.received_at DESC LIMIT 200", resident.id, resident.held_since
    )
    return [
        OwnLetter(
            row["id"],
            row["number"],
            row["state"],
            ctx.personal.unseal("matter.subject", row["id"], row["subject"]) if row["is_open"] else "",
            row["received_at"],
            row["is_open"],
        )
        for row in rows
    ]


async def pass_to(ctx: Ctx, resident: Resident, matter_id: UUID) -> str:
    """A pass for one of the resident's letters. Raises NotFound for another's, Forbidden while its code is wanted."""
    rows = await ctx.db.fetch(f"{OWN} AND m.id = $3 GROUP BY m.id", resident.id, resident.held_since, matter_id)
    if not rows:
        raise NotFound(_("This is not one of your letters."))
    if not rows[0]["is_open"]:
        raise Forbidden(_("Type the look-up code of this letter first: it is older than your sign-in."))
    return codes.new_pass(ctx, matter_id, rows[0]["code_hash"])


async def prove(ctx: Ctx, actor: Actor, resident: Resident, code: str) -> None:
    """Open a letter of before with its code. Raises Invalid (field "code"), after the same work and in the same words
    for a code of nobody's letter and of another's."""
    kept = codes.hash_of(ctx, code)
    rows = await ctx.db.fetch(f"{OWN} AND m.code_hash = $3 GROUP BY m.id", resident.id, resident.held_since, kept)
    if not rows:
        unknown = _("None of the letters below has this code.")
        raise Invalid(unknown, fields={"code": unknown})
    if rows[0]["is_open"]:
        return
    async with ctx.db.write(actor) as write:
        await ctx.db.execute(PROVE, new_id(), resident.id, rows[0]["id"], ctx.clock.now())
        await write.audit("petitions.matter.proven", ref(rows[0]["id"]))
