"""Whose matter it is: the remits with the articles they stand on, and the rules that point to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from huitang_petitions.judging.reading import read_toml, shipped
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
    """One answer to the question whose matter it is. `route` is what the office does with it."""

    id: str
    title: Text
    route: Literal["handle", "transfer", "refuse"]
    basis: tuple[Basis, ...]
    what: Text = Text("", "")


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

    def fitting(self, text: str) -> tuple[Rule, ...]:
        """The rules whose words stand in the text."""
        return tuple(rule for rule in self.rules if rule.fits(text))


def _one_of(words: Words, text: str) -> bool:
    return any(word in text for word in words)


def parse_remits(text: str) -> Remits:
    """An office's own remits from TOML text. CaseError names every mistake with its place."""
    remits = read_toml(text, Remits)
    problems = list(_problems(remits))
    if problems:
        raise CaseError(problems)
    return remits


@lru_cache(maxsize=1)
def default_remits() -> Remits:
    """The remits that come with the plugin."""
    return parse_remits(shipped("remits.toml"))


def _problems(remits: Remits) -> Iterator[Problem]:
    if not remits.remits:
        yield Problem("$.remits", say("rules.no_remits"))
    yield from _twice("remits", remits.ids)
    yield from _twice("rules", [rule.id for rule in remits.rules])
    for number, remit in enumerate(remits.remits):
        if not remit.basis:
            yield Problem(f"$.remits[{number}]", say("rules.no_basis", id=remit.id))
        for place, basis in enumerate(remit.basis):
            yield from _unknown_source(f"$.remits[{number}].basis[{place}]", basis, remits.sources)
    for number, rule in enumerate(remits.rules):
        path = f"$.rules[{number}]"
        yield from _unknown_source(f"{path}.basis", rule.basis, remits.sources)
        if rule.remit not in remits.ids:
            yield Problem(f"{path}.remit", say("rules.no_remit", remit=rule.remit, known=list(remits.ids)))
        if not rule.any and not any(rule.all):
            yield Problem(path, say("rules.no_words", id=rule.id))


def _unknown_source(path: str, basis: Basis, sources: Mapping[str, Source]) -> Iterator[Problem]:
    if basis.source not in sources:
        yield Problem(f"{path}.source", say("rules.no_source", source=basis.source, known=list(sources)))


def _twice(key: str, ids: tuple[str, ...] | list[str]) -> Iterator[Problem]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield Problem(f"$.{key}[{number}]", say("rules.twice", id=id_))
