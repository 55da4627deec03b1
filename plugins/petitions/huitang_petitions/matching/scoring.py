"""What the evidence comes to: one number, from trees that were learnt and can only go the way that makes sense."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from msgspec import structs

from huitang_petitions.matching.compare import Evidence

SURE = 6.0
"""By how much it is surer of the same phone and name with several figures in common, whatever else is left out: too few
letters that are learnt from are so."""
Kept = list[list[float]]
"""A tree in the file: its nodes, [term, at most, then, else], or [-1, value] where it ends."""
Tree: TypeAlias = "float | tuple[int, float, Tree, Tree]"
"""Each node with those below it, which is quicker to walk: 48 letters are scored for one query."""


def terms(evidence: Evidence, letters: int) -> dict[str, float]:
    """What the trees look at. `letters`: among how many; the more there are, the more look alike by chance."""
    return structs.asdict(evidence) | _together(evidence) | {"letters": math.log10(max(letters, 1) + 30)}


def _together(e: Evidence) -> dict[str, float]:
    """What says more in its sum than one by one."""
    person = max(e.phone, e.name, 0.0)
    return {
        "person": person * (0.5 if min(e.phone, e.name) < 0 else 1.0),
        "topic": (e.meanings + e.within + 2 * e.pairs + 2 * e.inside) / 4,
        "told": (e.rare + e.topics) / 2,
        "numbers": e.house + e.building + e.part + e.unit / 2,
        "next door": e.local * min(e.building, 0.0),
        "another": min(e.village, 0.0) + min(e.firm, 0.0) + min(e.branch, 0.0),
        "contradicted": min(e.house, 0.0) + min(e.building, 0.0) + min(e.part, 0.0) + min(e.unit, 0.0) / 2,
    }


@cache
def _learnt() -> tuple[tuple[str, ...], float, list[Tree]]:
    kept = json.loads(files("huitang_petitions.matching").joinpath("trees.json").read_text(encoding="utf-8"))
    return tuple(kept["terms"]), kept["start"], [_grown(tree) for tree in kept["trees"]]


def _grown(nodes: Kept, at: int = 0) -> Tree:
    term, limit, *below = nodes[at]
    if term < 0:
        return limit
    return int(term), limit, _grown(nodes, int(below[0])), _grown(nodes, int(below[1]))


def score(evidence: Evidence, letters: int) -> float:
    """From 0 to 1: how probable it is that both letters are about one matter."""
    names, total, trees = _learnt()
    found = terms(evidence, letters)
    values = [found[name] for name in names]
    for tree in trees:
        node = tree
        while isinstance(node, tuple):
            term, limit, then, otherwise = node
            node = then if values[term] <= limit else otherwise
        total += node
    total += SURE * max(0.0, min(evidence.phone, evidence.name)) * max(0.0, evidence.agreed - 0.5)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
