"""The organisation tree in memory: read whole, never changed, replaced when it has changed in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from huitang_sdk.contracts import Organisation

SEPARATOR = " / "


class Tree:
    """Parents before children, siblings in their order: so everything below a node follows it directly."""

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """`rows` have id, parent_id, name, code and come in sibling order. A row below nobody known is left out."""
        children: dict[UUID | None, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            children[row["parent_id"]].append(row)
        self.nodes: tuple[Organisation, ...] = tuple(_walk(children, None, "", 0))
        self.by_id = {node.id: node for node in self.nodes}
        self._places = {node.id: place for place, node in enumerate(self.nodes)}
        self._named: dict[str, list[Organisation]] = defaultdict(list)
        for node in self.nodes:
            self._named[_bare(node.name)].append(node)

    def below(self, organisation_id: UUID) -> tuple[Organisation, ...]:
        """The organisation and everything under it; empty when it is unknown."""
        start = self._places.get(organisation_id)
        if start is None:
            return ()
        end = start + 1
        while end < len(self.nodes) and self.nodes[end].depth > self.nodes[start].depth:
            end += 1
        return self.nodes[start:end]

    def named(self, name: str) -> Organisation | None:
        """The only organisation with this name, spaces aside."""
        found = self._named.get(_bare(name), [])
        return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return "".join(name.split())


def _walk(
    children: Mapping[UUID | None, list[Mapping[str, Any]]], parent: UUID | None, path: str, depth: int
) -> Iterable[Organisation]:
    for row in children.get(parent, ()):
        own = f"{path}{SEPARATOR}{row['name']}" if path else row["name"]
        yield Organisation(row["id"], row["name"], parent, own, depth, row["code"])
        yield from _walk(children, row["id"], own, depth + 1)
