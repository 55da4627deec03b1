"""What somebody is writing for a report: their own until it is issued, since words can tell of matters from which a
colleague must stay away. Keeping a draft is nothing official and is not audited.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.reporting.content import Words
from huitang_petitions.services.reporting.spans import Period
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid

LONGEST = {"addressee": 100, "analysis": 20_000, "suggestions": 20_000, "adopted": 10_000, "other": 10_000}


async def draft_of(ctx: Ctx, actor: Actor, period: Period) -> Words:
    """The actor's words for the period, or empty ones."""
    rows = await ctx.db.fetch(_FIND, actor.account_id, str(period))
    if not rows:
        return Words()
    return msgspec.json.decode(ctx.personal.unseal("report_draft.words", rows[0]["id"], rows[0]["words"]), type=Words)


async def keep(ctx: Ctx, actor: Actor, period: Period, words: Words) -> None:
    """Keep the words. Raises Invalid at the field that is too long."""
    wrong = {
        name: _("At most {count} characters; there are {length}.", count=most, length=len(getattr(words, name)))
        for name, most in LONGEST.items()
        if len(getattr(words, name)) > most
    }
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    rows = await ctx.db.fetch(_FIND, actor.account_id, str(period))
    identifier: UUID = rows[0]["id"] if rows else new_id()
    sealed = ctx.personal.seal("report_draft.words", identifier, msgspec.json.encode(words).decode())
    await ctx.db.execute(_KEEP, identifier, actor.account_id, str(period), sealed, ctx.clock.now())


_FIND = "SELECT id, words FROM petitions.report_draft WHERE account_id = $1 AND period = $2"
_KEEP = """
INSERT INTO petitions.report_draft (id, account_id, period, words, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, period) DO UPDATE
SET id = excluded.id, words = excluded.words, updated_at = excluded.updated_at
"""
