"""The rules the office judges by, as they hold now: tree, remits and handlers, shipped or of the office's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

from huitang_petitions.judging.handlers import default_handlers, parse_handlers
from huitang_petitions.judging.office import Office
from huitang_petitions.judging.remits import default_remits, parse_remits
from huitang_petitions.judging.tree import default_tree, parse_tree
from huitang_petitions.services.access import Ctx
from huitang_sdk.cases import CaseError

RULES = ("categories", "remits", "handlers")
Stamp = tuple[UUID, ...]
R = TypeVar("R")
_read: dict[Stamp, Office] = {}


async def stamp_of(ctx: Ctx) -> Stamp:
    """Which versions of the office's own rules hold; the same stamp, the same rules."""
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (kind) id FROM petitions.office_data WHERE kind = ANY($1) ORDER BY kind, version DESC",
        list(RULES),
    )
    return tuple(row["id"] for row in rows)


async def office(ctx: Ctx) -> Office:
    """The rules that hold now; read once for each set of versions."""
    stamp = await stamp_of(ctx)
    if stamp not in _read:
        rows = await ctx.db.fetch("SELECT kind, content FROM petitions.office_data WHERE id = ANY($1)", list(stamp))
        try:
            found = office_from({row["kind"]: row["content"] for row in rows})
        except CaseError as error:
            # They were checked when they were given; a later release may ask for more.
            ctx.log.error("the office's own rules cannot be used, those that are shipped hold: %s", error)
            found = office_from({})
        if len(_read) > 8:
            _read.clear()
        _read[stamp] = found
    return _read[stamp]


def office_from(contents: dict[str, str]) -> Office:
    """The rules of these texts, "" or none for what is shipped. CaseError, also for texts that do not fit together.

    The shipped remits and handlers are not held against another tree: what they do not know they do not suggest.
    """
    tree = _or_shipped(contents.get("categories", ""), parse_tree, default_tree)
    remits = _or_shipped(contents.get("remits", ""), partial(parse_remits, tree=tree), default_remits)
    handlers = contents.get("handlers", "")
    return Office(tree, remits, parse_handlers(handlers, remits, tree) if handlers else default_handlers())


def _or_shipped(text: str, parse: Callable[[str], R], default: Callable[[], R]) -> R:
    return parse(text) if text else default()


async def check(ctx: Ctx, kind: str, content: str) -> None:
    """CaseError for a new file that is wrong, or does not fit the office's other files."""
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (kind) kind, content FROM petitions.office_data WHERE kind = ANY($1)"
        " ORDER BY kind, version DESC",
        list(RULES),
    )
    office_from({**{row["kind"]: row["content"] for row in rows}, kind: content})
