"""Publication of body, process and result (处理机构、过程、结果公开), as far as the law allows: putting up, looking at
again, publishing, taking back. What is public then is `published`'s."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing.ending import ENDED, ending_of
from huitang_petitions.services.closing.published import PUBLISHABLE, PublicMatter, public_of
from huitang_petitions.tables import Publication, PublicationDraft
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid

MOST_TEXT = 2000
_DAY = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b")
_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}")

_DRAFT = "SELECT summary, drafted_by FROM petitions.publication_draft WHERE matter_id = $1"


class Draft(Struct, frozen=True, kw_only=True):
    """Where the publication of a matter stands; `refused` says why it may not be published, "" when it may.

    `waiting` are words that wait for a second look, "" for none, written by `drafted_by`.
    """

    summary: str = ""
    version: int = 0
    is_published: bool = False
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    refused: str = ""
    waiting: str = ""
    drafted_by: UUID | None = None


async def draft_of(ctx: Ctx, matter: Mapping[str, Any]) -> Draft:
    """The publication of a matter the actor was let to."""
    rows = await ctx.db.fetch("SELECT * FROM petitions.publication WHERE matter_id = $1", matter["id"])
    refused = await _refusal(ctx, matter)
    drafts = await ctx.db.fetch(_DRAFT, matter["id"])
    waiting = {"waiting": drafts[0]["summary"], "drafted_by": drafts[0]["drafted_by"]} if drafts else {}
    if not rows:
        return Draft(refused=refused, **waiting)
    row = rows[0]
    return Draft(
        **waiting,
        summary=row["summary"],
        version=row["version"],
        is_published=row["withdrawn_at"] is None and not refused,
        published_at=row["published_at"],
        withdrawn_at=row["withdrawn_at"],
        refused=refused,
    )


async def preview(ctx: Ctx, actor: Actor, matter_id: UUID, summary: str) -> PublicMatter:
    """What everybody would read: the second look before it is published. Raises what `publish` raises."""
    row = await access.matter_for(ctx, actor, matter_id, access.DECIDE)
    await _check(ctx, row, summary)
    ending = await ending_of(ctx, matter_id)
    looked_at = {**row, "matter_id": matter_id, "round": ending.round, "published_at": None, "summary": summary}
    (found,) = await public_of(ctx, [looked_at])
    return found


async def propose(ctx: Ctx, actor: Actor, matter_id: UUID, summary: str, version: int) -> None:
    """Put words up for somebody else's look, in place of any that wait. Raises what `publish` raises."""
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.DECIDE, lock=True)
        await _check(ctx, row, summary)
        await _same(ctx, matter_id, version)
        await PublicationDraft.delete().where(PublicationDraft.matter_id == matter_id)
        draft = PublicationDraft(matter_id=matter_id, summary=summary.strip(), drafted_at=ctx.clock.now())
        draft.drafted_by = actor.account_id
        await PublicationDraft.insert(draft)
        await write.audit("petitions.publication.drafted", access.ref(matter_id), detail={"version": version})


async def publish(ctx: Ctx, actor: Actor, matter_id: UUID, summary: str, version: int) -> None:
    """Publish, or publish other words; `version` is the draft's that was looked at, 0 for none.

    Somebody else must have put up exactly these words, unless the settings let one person do both. Raises Invalid for
    words that are missing, too long or name somebody, Conflict for what may not be published, for want of a second
    person and for a version that is no longer the one that was looked at, and what `access.matter_for` raises.
    """
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.DECIDE, lock=True)
        await _check(ctx, row, summary)
        before = await _same(ctx, matter_id, version)
        await _second_look(ctx, actor, matter_id, summary.strip())
        now, words = ctx.clock.now(), summary.strip()
        if before:
            await Publication.update(
                {
                    Publication.summary: words,
                    Publication.published_at: now,
                    Publication.published_by: actor.account_id,
                    Publication.withdrawn_at: None,
                    Publication.withdrawn_by: None,
                    Publication.version: version + 1,
                }
            ).where(Publication.matter_id == matter_id)
        else:
            made = Publication(id=new_id(), matter_id=matter_id, summary=words, published_at=now)
            made.published_by = actor.account_id
            await Publication.insert(made)
        await write.audit("petitions.publication.published", access.ref(matter_id), detail={"version": version + 1})


async def _same(ctx: Ctx, matter_id: UUID, version: int) -> bool:
    """Whether there was a publication before; Conflict when it is not of this version."""
    before = await ctx.db.fetch("SELECT version FROM petitions.publication WHERE matter_id = $1", matter_id)
    if (before[0]["version"] if before else 0) != version:
        raise Conflict(_("Somebody changed this in the meantime. Look at it again."))
    return bool(before)


async def _second_look(ctx: Ctx, actor: Actor, matter_id: UUID, words: str) -> None:
    """Take the draft off the list. Conflict when the actor wrote the words, or nobody put up just these."""
    drafts = await ctx.db.fetch(_DRAFT, matter_id)
    if not ctx.settings.publish_alone:
        if not drafts or drafts[0]["summary"] != words:
            raise Conflict(_("These words were not put up for a second look. Put them up; somebody else publishes."))
        if actor.account_id is None or drafts[0]["drafted_by"] == actor.account_id:
            raise Conflict(_("You wrote these words: somebody else has to look at them and publish."))
    await PublicationDraft.delete().where(PublicationDraft.matter_id == matter_id)


async def withdraw(ctx: Ctx, actor: Actor, matter_id: UUID) -> None:
    """Take it off the public page. Raises Conflict when it is not there."""
    async with ctx.db.write(actor) as write:
        await access.matter_for(ctx, actor, matter_id, access.DECIDE, lock=True)
        rows = await ctx.db.fetch(
            "UPDATE petitions.publication SET withdrawn_at = $2, withdrawn_by = $3, version = version + 1"
            " WHERE matter_id = $1 AND withdrawn_at IS NULL RETURNING id",
            *(matter_id, ctx.clock.now(), actor.account_id),
        )
        if not rows:
            raise Conflict(_("This is not published."))
        await write.audit("petitions.publication.withdrawn", access.ref(matter_id))


async def _refusal(ctx: Ctx, matter: Mapping[str, Any]) -> str:
    """Why a matter may not be published; "" when it may."""
    if not matter["publish"]:
        return _("The petitioner did not agree to publication.")
    if matter["whistle"] or matter["kind"] == "accusation":
        return _("Reports and accusations are never published.")
    if not matter["kind"]:
        return _("Say first of which kind it is: accusations are never published.")
    if matter["merged_into"] or matter["state"] not in ENDED:
        return _("It can be published once it was answered.")
    if not await ctx.db.fetch(f"SELECT m.id FROM petitions.matter m WHERE m.id = $1 AND {PUBLISHABLE}", matter["id"]):
        return _("Somebody is complained of in this matter: it stays out of the public eye (art. 30).")
    return ""


async def _check(ctx: Ctx, matter: Mapping[str, Any], summary: str) -> None:
    if refused := await _refusal(ctx, matter):
        raise Conflict(refused)
    wrong = ""
    if not summary.strip():
        wrong = _("Write what everybody may read.")
    elif len(summary) > MOST_TEXT:
        wrong = _("Write at most {count} characters.", count=MOST_TEXT)
    elif await _names_somebody(ctx, matter["id"], summary):
        wrong = _("The text holds a name, a telephone, an address or a number of a person. Take it out.")
    if wrong:
        raise Invalid(wrong, fields={"summary": wrong})


async def _names_somebody(ctx: Ctx, matter_id: UUID, text: str) -> bool:
    """Whether a text holds what the register knows of the people of the matter, or any long number."""
    if _NUMBER.search(_DAY.sub("", text)):
        return True
    plain = "".join(text.split())
    sql = (
        "SELECT t.id, t.name, t.phone, t.id_number, t.address FROM petitions.petitioner t"
        " JOIN petitions.party p ON p.petitioner_id = t.id WHERE p.matter_id = $1"
    )
    for row in await ctx.db.fetch(sql, matter_id):
        for column in ("name", "phone", "id_number", "address"):
            known = "".join(ctx.personal.unseal(f"petitioner.{column}", row["id"], row[column] or None).split())
            if len(known) > 1 and known in plain:
                return True
    return False
