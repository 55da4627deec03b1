"""A decision that is told in writing says something: a letter, a paper that was filed for the petitioner, or words.

Source: 信访工作条例 arts. 34 to 36 (书面答复信访人). The step alone would keep the limit, and nobody have an
answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access, correspondence, joined
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.joined import GONE
from huitang_petitions.services.validating import BODY
from huitang_sdk.contracts import Actor, Write


class Answer(Struct, frozen=True):
    """`letter` is the kind that says it, `since` the events after which it was made for this round."""

    letter: str
    since: Sequence[str]


ANSWERS: Mapping[str, Answer] = {
    "answer": Answer("answer", ["accepted", "reopened"]),
    "refuse": Answer("refusal", ["received", "reopened"]),
    "decide_review": Answer("review", ["review_requested"]),
    "decide_recheck": Answer("recheck", ["recheck_requested"]),
}
"""The steps that answer the petitioner."""
_WRITTEN = """
SELECT 1 FROM petitions.paper p WHERE p.matter_id = $1 AND p.side = 'office'
    AND (p.letter = $2 OR (p.letter = '' AND p.shown)) AND p.added_at >= COALESCE((
        SELECT max(e.recorded_at) FROM petitions.event e WHERE e.matter_id = $1 AND e.kind = ANY($3)), '-infinity')
LIMIT 1
"""


async def missing(ctx: Ctx, matter_id: UUID, step: str, words: str, note: str) -> dict[str, str]:
    """What a step still needs so that the petitioner learns what was decided: field and reason."""
    answer = ANSWERS.get(step)
    if answer is None:
        return {"words": _("This step takes no words to the petitioner.")} if words else {}
    if len(words) > BODY:
        return {"words": _("At most {count} characters.", count=BODY)}
    if words:
        return {}
    if not await ctx.db.fetch(_WRITTEN, matter_id, answer.letter, answer.since):
        if step == "refuse":
            return {"words": _("Write to the petitioner why, or file the signed notice for the petitioner to see.")}
        return {"words": _("Write the answer here, make the letter, or file the signed one for the petitioner to see.")}
    return {"note": _("Say why.")} if step == "refuse" and not note else {}


async def say(ctx: Ctx, write: Write, actor: Actor, matter_id: UUID, words: str) -> None:
    """The words as a message that is read with the code, to those whose matters are joined, too. Whoever can be reached
    is told of the step itself."""
    others = [one["id"] for one in await joined.joined_to(ctx, matter_id) if one["state"] != GONE]
    for one in (matter_id, *others) if words else ():
        await correspondence.put(ctx, one, "office", words, actor.account_id)
        await write.audit("petitions.message.written", access.ref(one), detail={"side": "office"})
