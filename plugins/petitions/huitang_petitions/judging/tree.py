"""The category tree: three levels of subjects, `land.taking.compensation`. Data, shipped or the office's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from msgspec import Struct

from huitang_petitions.judging.reading import read_toml, shipped
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import CaseError, Problem, Text

LEVELS = 3
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}")


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category. `words` are how people put it."""

    title: Text
    words: tuple[str, ...] = ()


class Tree(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A tree of categories, in the order of the file."""

    id: str
    title: Text
    nodes: dict[str, Node]
    verified: bool = False
    note: Text = Text("", "")

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The paths of the third level: what a matter is filed under."""
        return tuple(path for path in self.nodes if path.count(".") == LEVELS - 1)

    @cached_property
    def tops(self) -> tuple[str, ...]:
        return tuple(path for path in self.nodes if "." not in path)

    def children(self, path: str) -> tuple[str, ...]:
        """The categories right below one, or the first level for ""."""
        if not path:
            return self.tops
        depth = path.count(".") + 1
        return tuple(other for other in self.nodes if other.startswith(f"{path}.") and other.count(".") == depth)

    def titles(self, path: str) -> Text:
        """The titles from the first level down: "国土资源 › 征地拆迁 › 补偿标准". An unknown path stands as it is."""
        steps = [".".join(path.split(".")[:depth]) for depth in range(1, path.count(".") + 2)]
        if any(step not in self.nodes for step in steps):
            return Text(path, path)
        titles = [self.nodes[step].title for step in steps]
        return Text(" › ".join(title.zh for title in titles), " › ".join(title.en for title in titles))


def top(path: str) -> str:
    """The first level of a path."""
    return path.partition(".")[0]


def parse_tree(text: str) -> Tree:
    """An office's own tree from TOML text. CaseError names every mistake with its place."""
    tree = read_toml(text, Tree)
    problems = list(_problems(tree.nodes))
    if problems:
        raise CaseError(problems)
    return tree


@lru_cache(maxsize=1)
def default_tree() -> Tree:
    """The tree that comes with the plugin."""
    return parse_tree(shipped("categories.toml"))


def _problems(nodes: Mapping[str, Node]) -> Iterator[Problem]:
    if not nodes:
        yield Problem("$.nodes", say("rules.no_nodes"))
    for path, node in nodes.items():
        place = f"$.nodes.{path}"
        if not _PATH.fullmatch(path):
            yield Problem(place, say("rules.bad_path", path=path))
            continue
        parent = path.rpartition(".")[0]
        if parent and parent not in nodes:
            yield Problem(place, say("rules.no_parent", path=path, parent=parent))
            continue
        if not node.title.zh.strip() or not node.title.en.strip():
            yield Problem(f"{place}.title", say("rules.no_title"))
        if path.count(".") < LEVELS - 1 and not any(other.startswith(f"{path}.") for other in nodes):
            yield Problem(place, say("rules.no_leaf", path=path))
