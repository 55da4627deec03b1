"""The rules of one office together: its tree, remits and handlers, shipped or its own files."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from huitang_petitions.judging.handlers import Handlers, parse_handlers, shipped_for
from huitang_petitions.judging.reading import text_of
from huitang_petitions.judging.remits import Remits, default_remits, parse_remits
from huitang_petitions.judging.tree import Tree, default_tree, parse_tree


class Office(Struct, frozen=True):
    """What an office judges by."""

    tree: Tree
    remits: Remits
    handlers: Handlers


def office_of(categories: Path | None = None, remits: Path | None = None, handlers: Path | None = None) -> Office:
    """The shipped rules, each replaced by the office's own file where there is one. CaseError."""
    tree = parse_tree(text_of(categories)) if categories else default_tree()
    known = parse_remits(text_of(remits), tree) if remits else default_remits()
    table = parse_handlers(text_of(handlers), known, tree) if handlers else shipped_for(known)
    return Office(tree, known, table)
