"""The versions of the learnt model: one for all nodes, in the platform's file store, each with how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_petitions.judging.reading import read_toml, shipped
from huitang_petitions.services.access import Ctx
from huitang_petitions.tables import LearntSuggester
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

KEPT = 3
"""So many of the newest models are kept; of older ones only how good they were."""


class Right(Struct, frozen=True, kw_only=True):
    """How often a model was right about one question (`judging.measuring.Measured`): shares from 0 to 1.

    `set` is "synthetic", "handwritten", "held out": synthetic letters of matters that were not learnt, or "decided":
    matters people decided that the model had not learnt from.
    """

    set: str
    question: str
    letters: int
    first: float
    first_three: float
    sure: float
    right_when_sure: float | None


class Learnt(Struct, frozen=True, kw_only=True):
    """One version."""

    id: UUID
    version: int
    file_id: UUID | None
    decided: int
    measured: tuple[Right, ...]
    learnt_at: datetime

    def right(self, question: str) -> Right | None:
        """How often it was right about a question on the office's own matters; None until enough were decided."""
        return next((one for one in self.measured if (one.set, one.question) == ("decided", question)), None)


class _Figures(Struct, frozen=True, forbid_unknown_fields=True):
    """`figures.toml`."""

    figures: tuple[Right, ...]


@lru_cache(maxsize=1)
def shipped_figures() -> tuple[Right, ...]:
    """How often what comes with the plugin is right, measured when it was made."""
    return read_toml(shipped("figures.toml"), _Figures).figures


_SELECT = (
    "SELECT id, version, file_id, cardinality(decided) AS decided, measured::text AS measured, learnt_at"
    " FROM petitions.suggester ORDER BY version DESC LIMIT 1"
)


async def newest(ctx: Ctx) -> Learnt | None:
    """The version that holds; None while nothing was learnt yet."""
    rows = await ctx.db.fetch(_SELECT)
    if not rows:
        return None
    measured = msgspec.json.decode(rows[0]["measured"], type=tuple[Right, ...])
    return Learnt(**{**rows[0], "measured": measured})


async def decided_of(ctx: Ctx, learnt: Learnt | None) -> set[UUID]:
    """The matters a version was learnt from."""
    rows = await ctx.db.fetch("SELECT decided FROM petitions.suggester WHERE id = $1", learnt.id) if learnt else []
    return set(rows[0]["decided"]) if rows else set()


async def bytes_of(ctx: Ctx, learnt: Learnt) -> bytes:
    """The packed model. NotFound when its file is gone."""
    assert learnt.file_id is not None
    return await ctx.files.read(await ctx.files.get(learnt.file_id))


async def keep(ctx: Ctx, raw: bytes, decided: Sequence[UUID], measured: Sequence[Right]) -> int:
    """A new version that holds from now on, on every node; the number of it."""
    async with ctx.db.write(SYSTEM) as write:
        await ctx.db.execute("LOCK TABLE petitions.suggester IN SHARE ROW EXCLUSIVE MODE")
        (row,) = await ctx.db.fetch("SELECT coalesce(max(version), 0) + 1 AS version FROM petitions.suggester")
        version = int(row["version"])
        stored = await ctx.files.save(f"suggester-{version}.npz", raw, actor=SYSTEM)
        made = LearntSuggester(
            id=new_id(),
            version=version,
            file_id=stored.id,
            decided=list(decided),
            measured=msgspec.json.encode(measured).decode(),
            learnt_at=ctx.clock.now(),
        )
        await LearntSuggester.insert(made)
        old = await ctx.db.fetch(
            "SELECT file_id FROM petitions.suggester WHERE version <= $1 AND file_id IS NOT NULL", version - KEPT
        )
        for row in old:
            await ctx.files.delete(row["file_id"], actor=SYSTEM)
        await ctx.db.execute(
            "UPDATE petitions.suggester SET file_id = NULL, decided = '{}' WHERE version <= $1", version - KEPT
        )
        detail = {"version": version, "decided": len(decided)}
        await write.audit("petitions.suggester.learnt", Ref("petitions.suggester", made.id), detail=detail)
    return version
