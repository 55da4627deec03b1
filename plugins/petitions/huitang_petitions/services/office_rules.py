"""The rules the office judges by, as they hold now: tree, remits and handlers, shipped or of the office's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from huitang_petitions.judging.handlers import parse_handlers, shipped_for
from huitang_petitions.judging.office import Office
from huitang_petitions.judging.remits import Remit, Remits, default_remits, parse_remits
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


def office_from(contents: Mapping[str, str]) -> Office:
    """The rules of these texts, "" or none for what is shipped. CaseError, also for texts that do not fit together.

    The shipped remits and handlers are not held against another tree: what they do not know they do not suggest.
    """
    tree = _or_shipped(contents.get("categories", ""), parse_tree, default_tree)
    remits = _or_shipped(contents.get("remits", ""), partial(parse_remits, tree=tree), default_remits)
    handlers = contents.get("handlers", "")
    return Office(tree, remits, parse_handlers(handlers, remits, tree) if handlers else shipped_for(remits))


def _or_shipped(text: str, parse: Callable[[str], R], default: Callable[[], R]) -> R:
    return parse(text) if text else default()


async def own_files(ctx: Ctx) -> dict[str, str]:
    """The office's own files by kind, as they were given last; those it has none of are left out."""
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (kind) kind, content FROM petitions.office_data WHERE kind = ANY($1)"
        " ORDER BY kind, version DESC",
        list(RULES),
    )
    return {row["kind"]: row["content"] for row in rows if row["content"]}


class Broken(Struct, frozen=True):
    """The file that cannot be used, and why: then none of the office's own holds, they have to fit together."""

    kind: str
    error: CaseError


def broken(contents: Mapping[str, str]) -> Broken | None:
    """The first of these files that is wrong by itself, or does not fit those before it."""
    for place, kind in enumerate(RULES, start=1):
        try:
            office_from({one: contents.get(one, "") for one in RULES[:place]})
        except CaseError as error:
            return Broken(kind, error)
    return None


async def check(ctx: Ctx, kind: str, content: str) -> Broken | None:
    """What is wrong with a new file, or with the office's other files once it holds. Where one of these was broken
    before, a file is taken that leaves the same one waiting, or that mends the first of them: what comes after a broken
    file could not be looked at. None is taken that breaks one that was whole."""
    before = await own_files(ctx)
    found = broken({**before, kind: content})
    was = broken(before)
    if found is None or was is None or found.kind == kind:
        return found
    return None if was.kind in (kind, found.kind) else found


def missing_remits(own: Remits) -> list[Remit]:
    """The shipped remits that an office's own file has neither by id nor by `like`: nothing learnt of them is used."""
    return [one for one in default_remits().remits if own.known_as(one.id) not in own.ids]


def unhandled(found: Office) -> list[Remit]:
    """The remits that are transferred and that the table of handlers knows nobody for."""
    handled = {remit for one in found.handlers.handlers.values() for remit in one.remits}
    return [one for one in found.remits.remits if one.route == "transfer" and one.id not in handled]
