"""Expressions: those that mean the same, and those that mean nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from huitang_petitions.matching.normal import data, folded, plain

SEVERAL = 4


@cache
def _meanings() -> dict[str, str]:
    """Every expression, and the first of its group, which stands for all; no single character that others look like."""
    found: dict[str, str] = {}
    for group in data("words.toml")["same"].strip().splitlines():
        words = group.split()
        for word in words:
            if len(word) > 1 or folded(word) == word:
                found.setdefault(folded(plain(word)), words[0])
    return found


@cache
def _by_first() -> dict[str, tuple[str, ...]]:
    """The expressions that begin with a character, the longest first."""
    found: dict[str, list[str]] = {}
    for word in sorted(_meanings(), key=len, reverse=True):
        found.setdefault(word[0], []).append(word)
    return {first: tuple(words) for first, words in found.items()}


def _found(text: str) -> Iterator[tuple[int, str]]:
    """Where each expression begins in a text that is `folded`, the longest at each place, none within another.

    A pattern of 2,000 alternatives would try them all at every character: this takes a third of the time.
    """
    known, at, end = _by_first(), 0, len(text)
    while at < end:
        for word in known.get(text[at], ()):
            if text.startswith(word, at):
                yield at, word
                at += len(word)
                break
        else:
            at += 1


@cache
def _empty() -> re.Pattern[str]:
    words = sorted((folded(plain(word)) for word in data("words.toml")["boilerplate"].split()), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def meanings(text: str) -> list[str]:
    """What a text that is `plain` speaks of, each expression by the first one of its group.

    >>> meanings("升降梯老坏，物管不修")
    ['电梯', '物业']
    """
    known = _meanings()
    return [known[word] for _at, word in _found(folded(text))]


def told(text: str) -> dict[str, str]:
    """The same, each with the words that the text has for it.

    >>> told("升降梯老坏，物管不修")
    {'电梯': '升降梯', '物业': '物管'}
    """
    known = _meanings()
    found: dict[str, str] = {}
    for at, word in _found(folded(text)):
        found.setdefault(known[word], text[at : at + len(word)])
    return found


@cache
def general() -> frozenset[str]:
    """Those of `meanings` that say little."""
    return frozenset(data("words.toml")["general"].split())


@cache
def local() -> frozenset[str]:
    """Those of `meanings` that each building has of its own."""
    return frozenset(data("words.toml")["local"].split())


@cache
def common() -> frozenset[str]:
    """Pairs of characters that letters about different matters have: those say little of which matter it is."""
    return frozenset(data("common.toml")["pairs"].split())


@cache
def everyday() -> frozenset[str]:
    """Single characters that stand in several of `common`."""
    counted = Counter("".join(common()))
    return frozenset(character for character, count in counted.items() if count >= SEVERAL)


def bare(text: str) -> str:
    """`text`, folded, with a space for everything that letters say anyway, and for what is neither word nor number."""
    return re.sub(r"[^\w]+|_", " ", _empty().sub(" ", folded(text)))
