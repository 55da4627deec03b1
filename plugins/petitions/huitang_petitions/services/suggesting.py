"""Suggestions for the register: the suggester of this office, learnt anew each night from what people have decided.

What is kept is a model of hashed features in the plugin's folder: no word of any letter, and no matter of a
whistle-blower among those learnt from.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from huitang_petitions.services.access import Ctx
from huitang_sdk.cases import Text

if TYPE_CHECKING:
    from huitang_petitions.judging.letters import Example
    from huitang_petitions.judging.suggesting import Confirmed, Suggester, Suggestion

MOST = 5000
"""So many of the newest decided matters are learnt from."""
_kept: dict[Path, tuple[float, Suggester]] = {}
_learning = asyncio.Lock()


async def suggest_for(ctx: Ctx, subject: str, text: str) -> Suggestion:
    """Whose matter it is, what it is about, who should handle it: ranked, with reasons. A person confirms.

    The first call of a process reads the model, or learns it (some ten seconds, on a thread) where there is none yet.
    The ids of handlers are those of the table or, where matters were confirmed, of organisations.
    """
    known = await suggester(ctx)
    return await asyncio.to_thread(known.suggest, subject, text)


async def suggester(ctx: Ctx) -> Suggester:
    """The suggester as last learnt."""
    path = ctx.folder / "suggester.npz"
    async with _learning:
        stamp = await asyncio.to_thread(_stamp, path)
        kept = _kept.get(path)
        if kept is None or kept[0] != stamp:
            kept = (stamp, await _made(ctx, path))
            _kept[path] = kept
    return kept[1]


def _stamp(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


async def _made(ctx: Ctx, path: Path) -> Suggester:
    from huitang_petitions.judging.handlers import Handler
    from huitang_petitions.judging.office import office_of
    from huitang_petitions.judging.store import read_or_learn
    from huitang_petitions.judging.suggesting import Suggester

    office = office_of()
    model = await asyncio.to_thread(read_or_learn, path, office.tree, ctx.folder)
    confirmed = await confirmed_counts(ctx)
    names = {str(node.id): node.name for node in await ctx.identity.organisations()}
    units = {one.handler: Handler(title=Text(names[one.handler], names[one.handler]), remits=()) for one in confirmed}
    handlers = structs.replace(office.handlers, handlers={**office.handlers.handlers, **units})
    return Suggester(model, office.tree, office.remits, handlers, confirmed)


async def confirmed_counts(ctx: Ctx) -> list[Confirmed]:
    """Who handled how many matters of each remit and category, of those that people have decided."""
    from huitang_petitions.judging.suggesting import Confirmed

    known = {node.id for node in await ctx.identity.organisations()}
    rows = await ctx.db.fetch(
        """
        SELECT remit, category, handler_id, count(*) AS count FROM petitions.matter
        WHERE remit <> '' AND category <> '' AND handler_id IS NOT NULL AND NOT whistle GROUP BY 1, 2, 3
        """
    )
    return [
        Confirmed(row["remit"], row["category"], str(row["handler_id"]), row["count"])
        for row in rows
        if row["handler_id"] in known
    ]


async def learn_anew(ctx: Ctx) -> int:
    """Learn from the letters the plugin brings and from the office's decided matters; how many those were."""
    from huitang_petitions.judging.learning import learn
    from huitang_petitions.judging.model import packed
    from huitang_petitions.judging.office import office_of
    from huitang_petitions.judging.store import keep

    examples = await _decided(ctx)
    tree = office_of().tree
    raw = await asyncio.to_thread(lambda: packed(learn(tree, examples)))
    await asyncio.to_thread(keep, ctx.folder / "suggester.npz", raw)
    return len(examples)


async def _decided(ctx: Ctx) -> list[Example]:
    from huitang_petitions.judging.letters import Example

    rows = await ctx.db.fetch(
        """
        SELECT id, subject, body, remit, category FROM petitions.matter
        WHERE remit <> '' AND category <> '' AND NOT whistle AND body <> ''
        ORDER BY received_at DESC LIMIT $1
        """,
        MOST,
    )

    def opened(name: str, row_id: object, sealed: bytes) -> str:
        return ctx.personal.unseal(f"matter.{name}", row_id, sealed) if sealed else ""  # type: ignore[arg-type]

    return [
        Example(
            subject=opened("subject", row["id"], row["subject"]),
            text=opened("body", row["id"], row["body"]),
            remit=row["remit"],
            category=row["category"],
        )
        for row in rows
    ]
