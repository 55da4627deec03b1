"""Whose matter it is: the remits with the articles they stand on, and the rules that point to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from huitang_petitions.judging.reading import read_toml, shipped
from huitang_petitions.judging.tree import Tree, default_tree
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import CaseError, Problem, Text

Words = Annotated[tuple[str, ...], Meta(max_length=200)]


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text of law, in the version it was read in."""

    title: str
    version: str = ""


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The article something stands on. Not `verified`: to be checked against the text in force."""

    source: str
    article: str
    verified: bool = False


class Remit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer to the question whose matter it is. `route` is what the office does with it.

    `usual` are the categories, with all below them, that are usually of this remit; "" is every category that none
    names. `like` is the shipped remit that it is under another id: what is learnt of that one is learnt of this one.
    """

    id: str
    title: Text
    route: Literal["handle", "transfer", "refuse"]
    basis: tuple[Basis, ...]
    what: Text = Text("", "")
    usual: tuple[str, ...] = ()
    like: str = ""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that point to a remit: one of `any`, one of each of `all`, none of `none`. `weight` is in log-odds."""

    id: str
    remit: str
    title: Text
    basis: Basis
    weight: Annotated[float, Meta(ge=-5, le=5)] = 1.0
    any: Words = ()
    all: tuple[Words, ...] = ()
    none: Words = ()

    def fits(self, text: str) -> bool:
        return (
            (not self.any or _one_of(self.any, text))
            and all(_one_of(words, text) for words in self.all)
            and not _one_of(self.none, text)
        )


class Remits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The remits of an office and its rules."""

    id: str
    title: Text
    sources: dict[str, Source]
    remits: tuple[Remit, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(remit.id for remit in self.remits)

    def remit(self, remit_id: str) -> Remit:
        """KeyError for an unknown one."""
        for remit in self.remits:
            if remit.id == remit_id:
                return remit
        raise KeyError(remit_id)

    def usual(self, category: str) -> str:
        """The remit that names the category, or the nearest one above it, as usually its own. "" when none does."""
        named = {path: remit.id for remit in self.remits for path in remit.usual}
        while category and category not in named:
            category = category.rpartition(".")[0]
        return named.get(category, "")

    def known_as(self, shipped_id: str) -> str:
        """The id that a shipped remit has here; its own where there is none such."""
        return next((remit.id for remit in self.remits if remit.like == shipped_id), shipped_id)

    def fitting(self, text: str) -> tuple[Rule, ...]:
        """The rules whose words stand in the text."""
        return tuple(rule for rule in self.rules if rule.fits(text))


def _one_of(words: Words, text: str) -> bool:
    return any(word in text for word in words)


def parse_remits(text: str, tree: Tree) -> Remits:
    """An office's own remits from TOML text, for its tree. CaseError names every mistake with its place.

    In a file that says of no remit what is usually its own, the shipped remits' hold for those of the same id.
    """
    remits = read_toml(text, Remits)
    if not any(remit.usual for remit in remits.remits):
        remits = structs.replace(remits, remits=tuple(_as_shipped(remit, tree) for remit in remits.remits))
    problems = [*_problems(remits), *_unusual(remits, tree)]
    if problems:
        raise CaseError(problems)
    return remits


@lru_cache(maxsize=1)
def default_remits() -> Remits:
    """The remits that come with the plugin."""
    return parse_remits(shipped("remits.toml"), default_tree())


def _as_shipped(remit: Remit, tree: Tree) -> Remit:
    usual = {one.id: one.usual for one in default_remits().remits}.get(remit.like or remit.id, ())
    return structs.replace(remit, usual=tuple(path for path in usual if not path or path in tree.nodes))


def _unusual(remits: Remits, tree: Tree) -> Iterator[Problem]:
    """Categories that are nowhere, that two remits claim, and those that none does."""
    seen: dict[str, str] = {}
    for number, remit in enumerate(remits.remits):
        for place, path in enumerate(remit.usual):
            where = f"$.remits[{number}].usual[{place}]"
            if path and path not in tree.nodes:
                yield Problem(where, say("rules.no_category", category=path))
            if seen.get(path, remit.id) != remit.id:
                yield Problem(where, say("rules.usual_twice", category=path, remit=seen[path]))
            seen[path] = remit.id
    left = [path for path in tree.leaves if not remits.usual(path)]
    if remits.remits and left:
        yield Problem("$.remits", say("rules.no_usual", category=left[0], count=len(left)))


def _problems(remits: Remits) -> Iterator[Problem]:
    if not remits.remits:
        yield Problem("$.remits", say("rules.no_remits"))
    yield from _twice("remits", remits.ids)
    yield from _twice("rules", [rule.id for rule in remits.rules])
    for number, remit in enumerate(remits.remits):
        yield from _untitled(f"$.remits[{number}]", remit.title)
        if not remit.basis:
            yield Problem(f"$.remits[{number}]", say("rules.no_basis", id=remit.id))
        if remit.like and remit.like not in (known := default_remits().ids):
            yield Problem(f"$.remits[{number}].like", say("rules.no_like", remit=remit.like, known=list(known)))
        for place, basis in enumerate(remit.basis):
            yield from _unknown_source(f"$.remits[{number}].basis[{place}]", basis, remits.sources)
    for number, rule in enumerate(remits.rules):
        path = f"$.rules[{number}]"
        yield from _untitled(path, rule.title)
        yield from _unknown_source(f"{path}.basis", rule.basis, remits.sources)
        if rule.remit not in remits.ids:
            yield Problem(f"{path}.remit", say("rules.no_remit", remit=rule.remit, known=list(remits.ids)))
        if not rule.any and not any(rule.all):
            yield Problem(path, say("rules.no_words", id=rule.id))


def _untitled(path: str, title: Text) -> Iterator[Problem]:
    if not title.zh.strip() or not title.en.strip():
        yield Problem(f"{path}.title", say("rules.no_title"))


def _unknown_source(path: str, basis: Basis, sources: Mapping[str, Source]) -> Iterator[Problem]:
    if basis.source not in sources:
        yield Problem(f"{path}.source", say("rules.no_source", source=basis.source, known=list(sources)))


def _twice(key: str, ids: tuple[str, ...] | list[str]) -> Iterator[Problem]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield Problem(f"$.{key}[{number}]", say("rules.twice", id=id_))
