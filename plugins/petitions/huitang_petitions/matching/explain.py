"""What matched, in the letters' own words: for whoever decides, and who may read both letters."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from huitang_petitions.matching import words
from huitang_petitions.matching.compare import Evidence
from huitang_petitions.matching.features import Written, pieces
from huitang_petitions.matching.normal import folded, plain
from huitang_sdk.personal import masked

What = Literal["phone", "name", "place", "number", "detail", "expression", "wording"]
MOST = 8
"""Of each kind, no more are named."""
LONG = 11
"""So many digits identify somebody."""


class Reason(Struct, frozen=True):
    """`shared`: what both letters have, as the first of them writes it; an expression as both do where they differ
    ("升降梯/电梯"). For `phone` its last four digits at most."""

    what: What
    shared: tuple[str, ...]


def explain(a: Written, b: Written, evidence: Evidence, *, clear: bool = False) -> list[Reason]:
    """Why two letters were matched: phone, name, place, numbers of houses, sums, expressions, and runs of words.

    Who wrote them is masked unless `clear`, which is for whoever brought both letters along.
    """
    of_a, of_b = pieces(a), pieces(b)
    both = {section: set(of_a[section]) & set(of_b[section]) for section in of_a}
    where_b = set(of_b["place"]) | set(of_b["mentioned"]) | set(of_b["pairs"])
    where_a = set(of_a["place"]) | set(of_a["mentioned"]) | set(of_a["pairs"])
    named = (set(of_a["place"]) | set(of_a["mentioned"])) & where_b | (
        set(of_b["place"]) | set(of_b["mentioned"])
    ) & where_a
    found: list[tuple[What, list[str]]] = [
        ("phone", [number[-4:] if clear else masked("phone", number) for number in both["phone"]]),
        ("name", [_name(a.petitioner, clear)] if evidence.name > 0 else []),
        ("place", names(plain(a.place), named) or runs(plain(f"{a.subject} {a.text}"), named)),
        ("number", sorted(both["numbers"])),
        ("detail", [_detail(detail.removeprefix("year"), clear) for detail in sorted(both["details"])]),
        ("expression", _expressions(a, b, both["meanings"] - both["general"] or both["meanings"])),
        ("wording", [run for run in runs(plain(a.text), both["pairs"] - named) if len(run) > 2]),
    ]
    return [Reason(what, tuple(shared[:MOST])) for what, shared in found if shared]


def _name(name: str, clear: bool) -> str:
    return name.strip() if clear else masked("name", name)


def _expressions(a: Written, b: Written, meanings: set[str]) -> list[str]:
    """In the letters' own words: what stands for a group in the list of expressions need not be in either of them. A
    single character says nothing by itself."""
    of_a, of_b = (words.told(f"{plain(one.subject)}。{plain(one.text)}") for one in (a, b))
    pairs = {(of_a.get(one, one), of_b.get(one, one)) for one in meanings}
    told = {here if here == there else f"{here}/{there}" for here, there in pairs if min(len(here), len(there)) > 1}
    return sorted(told)


def _detail(figure: str, clear: bool) -> str:
    """A figure with so many digits is no sum: it is the number of a person, an account or a telephone."""
    digits = sum(character.isdigit() for character in figure)
    return masked("id", figure) if digits >= LONG and not clear else figure


_NAME = re.compile(r"[\u4e00-\u9fff]+?街道|[\u4e00-\u9fff]{2,}?[省市区县镇乡路街巷村]|[\u4e00-\u9fff]+")


def names(place: str, pairs: set[str]) -> list[str]:
    """The names in a place that is `plain` of which at least half is such pairs: whole, so that they can be read.

    >>> names("石桥镇张湾村2组", {"石桥", "桥镇", "张弯"}), names("市中心人民医院", {"人民", "民医", "医院"})
    (['张湾村', '石桥镇'], ['市中心人民医院'])
    """
    found = []
    for name in _NAME.findall(place):
        of = [folded(name)[at : at + 2] for at in range(len(name) - 1)]
        if of and 2 * len(pairs.intersection(of)) >= len(set(of)):
            found.append(name)
    return sorted(set(found), key=lambda name: (-len(name), name))


def runs(text: str, pairs: set[str]) -> list[str]:
    """The parts of a text that is `plain` made of such pairs, the longest first.

    >>> runs("东江区人民路12号", {"人民", "民路"})
    ['人民路']
    """
    seen, found, begin = folded(text), set(), -1
    for at in range(len(seen)):
        inside = seen[at : at + 2] in pairs
        if inside and begin < 0:
            begin = at
        elif not inside and begin >= 0:
            found.add(text[begin : at + 1])
            begin = -1
    return sorted(found, key=lambda run: (-len(run), run))
