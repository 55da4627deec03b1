"""What residents began to write and have not sent yet: sealed, found by a token in their own browser.

A draft is nothing official: keeping one is no change of the register and is not audited; files that come with it are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.services import papers, photos
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.errors import NotFound

MOST_CHARACTERS = 60_000


class Draft(Struct):
    """The fields of the form by name, and the files that were stored with it."""

    fields: dict[str, str] = {}
    files: list[tuple[UUID, str]] = []


async def load(ctx: Ctx, token: str) -> Draft:
    """The draft of this browser, or an empty one."""
    kept = _hash(token)
    rows = await ctx.db.fetch("SELECT id, content FROM petitions.draft WHERE token_hash = $1", kept) if token else []
    if not rows:
        return Draft()
    return msgspec.json.decode(ctx.personal.unseal("draft.content", rows[0]["id"], rows[0]["content"]), type=Draft)


async def save(ctx: Ctx, token: str, draft: Draft) -> None:
    """Keep the draft for this browser; one that is far too long is left as it was."""
    text = msgspec.json.encode(draft).decode()
    if len(text) > MOST_CHARACTERS:
        return
    kept = _hash(token)
    identifier = UUID(bytes=kept[:16])
    await ctx.db.execute(
        "INSERT INTO petitions.draft (id, token_hash, content, updated_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (token_hash) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at",
        *(identifier, kept, ctx.personal.seal("draft.content", identifier, text), ctx.clock.now()),
    )


async def keep_files(ctx: Ctx, token: str, draft: Draft, new: Sequence[NewPaper]) -> None:
    """Store files with the draft: a browser forgets them when a form comes back with something to correct."""
    async with ctx.db.write(ANONYMOUS) as write:
        for paper in photos.without_traces(ctx, new, confidential=False):
            stored = await ctx.files.save(papers.neutral_name(paper.name), paper.content, actor=ANONYMOUS)
            draft.files.append((stored.id, papers.clean_name(paper.name)))
        await save(ctx, token, draft)
        subject = Ref("petitions.draft", UUID(bytes=_hash(token)[:16]))
        await write.audit("petitions.draft.filed", subject, detail={"papers": len(new)})


async def drop(ctx: Ctx, token: str) -> None:
    """Forget the draft; its files belong to the matter now."""
    await ctx.db.execute("DELETE FROM petitions.draft WHERE token_hash = $1", _hash(token))


async def sweep(ctx: Ctx) -> int:
    """Forget drafts that nobody touched for long, with their files. Returns how many."""
    before = ctx.clock.now() - timedelta(days=ctx.settings.draft_days)
    rows = await ctx.db.fetch("SELECT id, content FROM petitions.draft WHERE updated_at < $1 LIMIT 1000", before)
    if not rows:
        return 0
    async with ctx.db.write(SYSTEM) as write:
        for row in rows:
            text = ctx.personal.unseal("draft.content", row["id"], row["content"])
            for file_id, _name in files_in(text):
                await _forget(ctx, file_id)
        gone = [row["id"] for row in rows]
        await ctx.db.execute("DELETE FROM petitions.draft WHERE id = ANY($1::uuid[]) AND updated_at < $2", gone, before)
        await write.audit("petitions.draft.swept", Ref("petitions.draft", gone[0]), detail={"drafts": len(gone)})
    return len(rows)


def files_in(text: str) -> list[tuple[UUID, str]]:
    """The files of a draft; a workbook that was looked at and never taken over is kept as a list, and has none."""
    content = msgspec.json.decode(text)
    return msgspec.convert(content["files"], list[tuple[UUID, str]]) if isinstance(content, dict) else []


async def _forget(ctx: Ctx, file_id: UUID) -> None:
    used = await ctx.db.fetch("SELECT 1 FROM petitions.paper WHERE file_id = $1", file_id)
    if not used:
        try:
            await ctx.files.delete(file_id, actor=SYSTEM)
        except NotFound:
            return


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
