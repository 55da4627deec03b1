"""Letters for the petitioners of joined matters: each gets one of their own, with their own number, days and limits.

They are made and given in the same act as the letter of the matter that is gone on with, for matters that its writer
may not see, too: nothing of those comes back to the writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access
from huitang_petitions.services.access import REVEAL, Ctx
from huitang_petitions.services.joined import GONE
from huitang_petitions.services.letters.facts import facts_of, named
from huitang_petitions.services.letters.kinds import Letter, template_of
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.i18n import use_locale

_OTHERS = """
SELECT m.* FROM petitions.matter m WHERE m.merged_into = $1 AND m.state <> $2 AND ($3 = '' OR EXISTS (
    SELECT FROM petitions.event e WHERE e.matter_id = m.id AND e.kind = $3)) ORDER BY m.id
"""


class Copy(Struct, frozen=True, kw_only=True):
    """The letter of a joined matter, for whoever may see that one."""

    matter_id: UUID
    number: str
    paper_id: UUID
    given_at: datetime | None


class Copies(Struct, frozen=True):
    """The letters made in one act beside the one that is listed: all of them, and those that may be opened."""

    made: list[UUID]
    seen: list[Copy]

    @property
    def count(self) -> int:
        return len(self.made)


async def others(ctx: Ctx, matter_id: UUID, letter: Letter, *, lock: bool = False) -> list[dict[str, Any]]:
    """The joined matters whose petitioners get a letter, too; `lock` inside a write."""
    if not letter.given:
        return []
    return await ctx.db.fetch(_OTHERS + (" FOR UPDATE" if lock else ""), matter_id, GONE, letter.after)


async def count_for(ctx: Ctx, actor: Actor, matter_id: UUID, letter: Letter) -> int:
    """How many those are for the actor: without the matters that nothing may tell them of."""
    sql = Sql([row["id"] for row in await others(ctx, matter_id, letter)])
    condition = await access.unhindered(ctx, actor, sql)
    rows = await ctx.db.fetch(
        f"SELECT count(*) AS count FROM petitions.matter m WHERE m.id = ANY($1) AND {condition}", *sql.values
    )
    return int(rows[0]["count"])


async def filled(
    ctx: Ctx, actor: Actor, row: Mapping[str, Any], kind: str, letter: Letter, main: Mapping[str, Any], *, clear: bool
) -> NewPaper:
    """The letter of a joined matter as PDF. `main` is what the letter of the other one says: the officer's words, who
    signs; where the words name that matter's subject, they name this one's."""
    values = {**await facts_of(ctx, row, letter), **{name: main[name] for name in ("organ", "article", "to")}}
    values["paragraphs"] = [line.replace(main["subject"], values["subject"]) for line in main["paragraphs"]]
    if clear and await access.reaching(ctx, [actor.account_id], row["id"], REVEAL):
        values["addressee"] = await named(ctx, actor, row, letter)
    with use_locale("zh-CN"):
        made = await ctx.documents.fill(template_of(kind, ".pdf"), values, at=ctx.clock.now())
    return NewPaper(f"{letter.name}-{row['number']}.pdf", made.content, "letter", kind)


async def made_with(ctx: Ctx, actor: Actor, matter_id: UUID) -> dict[UUID, Copies]:
    """By letter of a matter: those of joined matters that were made with it, as far as the actor may know of these."""
    sql = Sql(matter_id)
    seen = await access.visible(ctx, actor, access.READ, sql)
    known = await access.unhindered(ctx, actor, sql)
    rows = await ctx.db.fetch(
        f"SELECT this.id AS this, p.id AS paper_id, p.matter_id, p.given_at, m.number, {seen} AS seen"
        " FROM petitions.paper this JOIN petitions.paper p ON p.batch = this.batch"
        " JOIN petitions.matter m ON m.id = p.matter_id"
        f" WHERE this.matter_id = $1 AND m.merged_into = $1 AND {known} ORDER BY m.number",
        *sql.values,
    )
    found: dict[UUID, Copies] = {}
    for row in rows:
        made = found.setdefault(row.pop("this"), Copies([], []))
        made.made.append(row["paper_id"])
        if row.pop("seen"):
            made.seen.append(Copy(**row))
    return found
