"""Files of a matter: stored under neutral names, so that neither the file store nor a log tells what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from huitang_petitions.services.access import Ctx
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.contracts import Actor, StoredFile
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
LONGEST_NAME = 200

PUT = """
INSERT INTO petitions.paper (id, matter_id, file_id, name, side, kind, shown, added_at, added_by, letter, batch)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


class PaperRow(Struct, frozen=True):
    """A paper as it is listed; `name` is the sender's own name for it."""

    id: UUID
    name: str
    side: str
    kind: str
    shown: bool
    added_at: datetime
    media_type: str
    size: int
    letter: str
    given_at: datetime | None


async def keep(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    papers: Sequence[NewPaper],
    *,
    kept: Sequence[tuple[UUID, str]] = (),
    side: str = "petitioner",
    shown: bool = True,
) -> int:
    """Store files of a matter inside the open write; `kept` were stored before, with a draft. Returns how many."""
    for paper in papers:
        stored = await ctx.files.save(neutral_name(paper.name), paper.content, actor=actor)
        await _put(ctx, actor, matter_id, stored.id, paper, side, shown)
    for file_id, name in kept:
        await _put(ctx, actor, matter_id, file_id, NewPaper(name, b""), side, shown)
    return len(papers) + len(kept)


async def _put(ctx: Ctx, actor: Actor, matter_id: UUID, file_id: UUID, paper: NewPaper, side: str, shown: bool) -> None:
    paper_id = new_id()
    sealed = ctx.personal.seal("paper.name", paper_id, clean_name(paper.name))
    values = (paper_id, matter_id, file_id, sealed, side, paper.kind, shown, ctx.clock.now(), actor.account_id)
    await ctx.db.execute(PUT, *values, paper.letter, paper.batch)


def neutral_name(name: str) -> str:
    """What the file store is told: "paper.pdf"; the ending decides how the file is read."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return f"paper{ending}" if ending.isascii() and 1 < len(ending) <= 8 and ending[1:].isalnum() else "paper"


def clean_name(name: str) -> str:
    """The sender's name for the file, without folders."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME].strip() or "—"


async def papers_of(ctx: Ctx, matter_id: UUID, *, shown_only: bool = False) -> list[PaperRow]:
    """The papers of a matter, oldest first. Who may see the matter is for the caller to have asked."""
    rows = await ctx.db.fetch(
        "SELECT * FROM petitions.paper WHERE matter_id = $1 AND (NOT $2 OR shown) ORDER BY added_at, id",
        matter_id,
        shown_only,
    )
    found: list[PaperRow] = []
    for row in rows:
        stored = await ctx.files.get(row["file_id"])
        found.append(_row(ctx, row, stored))
    return found


def _row(ctx: Ctx, row: dict[str, Any], stored: StoredFile) -> PaperRow:
    return PaperRow(
        id=row["id"],
        name=ctx.personal.unseal("paper.name", row["id"], row["name"]),
        side=row["side"],
        kind=row["kind"],
        shown=row["shown"],
        added_at=row["added_at"],
        media_type=stored.media_type,
        size=stored.size,
        letter=row["letter"],
        given_at=row["given_at"],
    )


async def paper_of(
    ctx: Ctx, matter_id: UUID, paper_id: UUID, *, shown_only: bool = False
) -> tuple[PaperRow, StoredFile]:
    """One paper and its file. Raises NotFound; who may see the matter is for the caller to have asked."""
    rows = await ctx.db.fetch(
        "SELECT * FROM petitions.paper WHERE id = $1 AND matter_id = $2 AND (NOT $3 OR shown)",
        *(paper_id, matter_id, shown_only),
    )
    if not rows:
        raise NotFound(_("There is no such paper."))
    stored = await ctx.files.get(rows[0]["file_id"])
    return _row(ctx, rows[0], stored), stored


def named(stored: StoredFile, paper: PaperRow) -> StoredFile:
    """The file under the sender's own name, for whoever may have it."""
    return structs.replace(stored, name=paper.name)
