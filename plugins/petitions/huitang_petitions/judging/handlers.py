"""Who handles what: the office's own table of committees, congresses and organs by remit and category."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct, structs

from huitang_petitions.judging.reading import read_toml, shipped
from huitang_petitions.judging.remits import Remits
from huitang_petitions.judging.tree import Tree
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import CaseError, Problem, Text


class Handler(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One that handles matters of these remits; `categories` are paths with all below them, none: whatever is left.

    `unit` is the name of the organisation that it is on the platform, "" for one that is not there: only an
    organisation can be offered where a matter is assigned.
    """

    title: Text
    remits: tuple[str, ...]
    categories: tuple[str, ...] = ()
    unit: str = ""


class Handlers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table, by the handlers' ids."""

    id: str
    title: Text
    handlers: dict[str, Handler]

    def known_as(self, handler: str) -> str:
        """The id that a handler of the shipped table has in this one, "" where there is none such.

        Whoever stands in neither keeps the id or name: no answer is right then.
        """
        shipped = default_handlers().handlers
        if handler in self.handlers or handler not in shipped:
            return handler
        unit = shipped[handler].unit
        return next((id_ for id_, one in self.handlers.items() if unit and one.unit == unit), "")

    def usual(self, remit: str, category: str) -> str:
        """Who usually handles such a matter: the one whose category lies nearest above it. "" when nobody does."""
        best, depth = "", -1
        for id_, handler in self.handlers.items():
            if remit not in handler.remits:
                continue
            for path in handler.categories or ("",):
                fits = not path or category == path or category.startswith(f"{path}.")
                if fits and (near := path.count(".") + 1 if path else 0) > depth:
                    best, depth = id_, near
        return best


def parse_handlers(text: str, remits: Remits, tree: Tree) -> Handlers:
    """An office's own table from TOML text. CaseError names every mistake with its place."""
    handlers = read_toml(text, Handlers)
    problems = list(_problems(handlers, remits, tree))
    if problems:
        raise CaseError(problems)
    return handlers


@lru_cache(maxsize=4)
def default_handlers() -> Handlers:
    """The table that comes with the plugin: that of the sample city."""
    return read_toml(shipped("handlers.toml"), Handlers)


def shipped_for(remits: Remits) -> Handlers:
    """The shipped table under the ids that an office's remits have by `like`. Whose remit it lacks has nobody."""
    table = default_handlers()
    handlers = {
        id_: structs.replace(one, remits=tuple(remits.known_as(remit) for remit in one.remits))
        for id_, one in table.handlers.items()
    }
    return structs.replace(table, handlers=handlers)


def _problems(handlers: Handlers, remits: Remits, tree: Tree) -> Iterator[Problem]:
    for id_, handler in handlers.handlers.items():
        for number, remit in enumerate(handler.remits):
            if remit not in remits.ids:
                said = say("rules.no_remit", remit=remit, known=list(remits.ids))
                yield Problem(f"$.handlers.{id_}.remits[{number}]", said)
        for number, path in enumerate(handler.categories):
            if path not in tree.nodes:
                yield Problem(f"$.handlers.{id_}.categories[{number}]", say("rules.no_category", category=path))
    for known in remits.remits:
        if known.route == "transfer" and not any(known.id in handler.remits for handler in handlers.handlers.values()):
            yield Problem("$.handlers", say("rules.no_handler", remit=known.id))
