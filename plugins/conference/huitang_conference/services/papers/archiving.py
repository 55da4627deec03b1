"""Making papers: filled, hashed, kept among the files, on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import EXPORT, Ctx, meeting_for, ref
from huitang_conference.services.papers.gathering import Gathered, gather
from huitang_conference.services.papers.templates import ENDINGS, PAPERS, Paper, Values
from huitang_sdk.contracts import Actor, Document, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator, use_locale

_ = Translator("conference")

INSERT = """
INSERT INTO conference.paper (id, meeting_id, kind, poll_id, ending, file_id, file_name, sha256, template_version,
  made_by, made_name, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
COLUMNS = "id, kind, poll_id, ending, file_id, file_name, sha256, template_version, made_name, made_at"


class KeptPaper(Struct, frozen=True, kw_only=True):
    """One paper in the archive: a Word or PDF file with its SHA-256."""

    id: UUID
    kind: str
    poll_id: UUID | None
    ending: str
    file_id: UUID
    file_name: str
    sha256: str
    template_version: int
    made_name: str
    made_at: datetime


async def papers_of(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[KeptPaper]:
    """What was archived of a meeting, newest first. Raises NotFound out of scope."""
    await meeting_for(ctx, actor, meeting_id, EXPORT)
    rows = await ctx.db.fetch(
        f"SELECT {COLUMNS} FROM conference.paper WHERE meeting_id = $1 ORDER BY made_at DESC, ending DESC", meeting_id
    )
    return [KeptPaper(**row) for row in rows]


async def paper_file(ctx: Ctx, actor: Actor, meeting_id: UUID, paper_id: UUID) -> StoredFile:
    """The file of an archived paper. Raises NotFound."""
    await meeting_for(ctx, actor, meeting_id, EXPORT)
    sql = "SELECT file_id FROM conference.paper WHERE id = $1 AND meeting_id = $2"
    rows = await ctx.db.fetch(sql, paper_id, meeting_id)
    if not rows:
        raise NotFound(_("There is no such paper."))
    return await ctx.files.get(rows[0]["file_id"])


async def show_paper(
    ctx: Ctx, actor: Actor, meeting_id: UUID, kind: str, poll_id: UUID | None = None, *, ending: str = ".pdf"
) -> tuple[str, Document]:
    """A paper to look at, with its file name; nothing is kept. Raises NotFound."""
    await meeting_for(ctx, actor, meeting_id, EXPORT)
    paper, found = _paper(kind), await gather(ctx, meeting_id)
    document = await ctx.documents.fill(paper.template(ending), values_of(paper, found, poll_id))
    return name_of(paper, found, poll_id, ending), document


async def keep_paper(
    ctx: Ctx, actor: Actor, meeting_id: UUID, kind: str, poll_id: UUID | None = None
) -> Sequence[KeptPaper]:
    """Make a paper as PDF and as Word from the same values, and archive both.

    Raises NotFound, and Conflict for a rehearsal, which leaves nothing in the record.
    """
    meeting = await meeting_for(ctx, actor, meeting_id, EXPORT)
    if meeting["rehearsal_of"] is not None:
        raise Conflict(_("Papers of a rehearsal can be looked at, but they are not archived."))
    paper, found, now = _paper(kind), await gather(ctx, meeting_id), ctx.clock.now()
    values = values_of(paper, found, poll_id)
    made = [(ending, await ctx.documents.fill(paper.template(ending), values, at=now)) for ending in ENDINGS]
    kept = []
    async with ctx.db.write(actor) as write:
        for ending, document in made:
            stored = await ctx.files.save(name_of(paper, found, poll_id, ending), document.content, actor=actor)
            row = KeptPaper(
                id=new_id(),
                kind=kind,
                poll_id=poll_id,
                ending=ending,
                file_id=stored.id,
                file_name=stored.name,
                sha256=document.sha256,
                template_version=document.template_version,
                made_name=actor.name,
                made_at=now,
            )
            await ctx.db.execute(
                INSERT, row.id, meeting_id, kind, poll_id, ending, row.file_id, row.file_name, row.sha256,
                row.template_version, actor.account_id, actor.name, now,
            )  # fmt: skip
            detail: dict[str, Any] = {"meeting_id": str(meeting_id), "kind": kind, "poll_id": poll_id and str(poll_id)}
            detail |= {"file": row.file_name, "sha256": row.sha256, "template_version": row.template_version}
            await write.audit("conference.paper.archived", ref("paper", row.id), detail=detail)
            kept.append(row)
    return kept


def values_of(paper: Paper, found: Gathered, poll_id: UUID | None) -> Values:
    """What the templates of a paper are filled with. Raises NotFound for a vote that has no such paper."""
    with use_locale("zh-CN"):
        if paper.of_meeting is not None:
            return paper.of_meeting(found)
        assert paper.of_poll is not None
        poll = found.poll(poll_id)
        if (poll["kind"] == "election") != (paper.kind == "election"):
            raise NotFound(_("There is no such paper."))
        return paper.of_poll(found, poll["id"])


def name_of(paper: Paper, found: Gathered, poll_id: UUID | None, ending: str) -> str:
    """表决结果单-关于批准….pdf"""
    about = found.heading if paper.of_meeting is not None else found.poll(poll_id)["title"]
    kept = "".join(" " if char in '\\/:*?"<>|' or not char.isprintable() else char for char in about)
    return f"{paper.name}-{' '.join(kept.split())[:80]}{ending}"


def _paper(kind: str) -> Paper:
    if kind not in PAPERS:
        raise NotFound(_("There is no such paper."))
    return PAPERS[kind]
