"""Small helpers on Chinese text: sentences, clauses, quoted titles, similarity. All pure, none raises on any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SENTENCE_END = re.compile(r"[。；;！!？?\n\r\t]+|</?[a-zA-Z][^<>]*>")
_CLAUSE_END = re.compile(r"[^\w]+|(?<!\d)\d{1,2}(?=[、.．)）])")
_TITLE = re.compile(r"《([^《》]{2,120})》")
QUOTE_LIMIT = 120
"""Longest quote in characters; what is longer is cut at this length."""


def has_text(text: str) -> bool:
    """Whether anything but blanks, tags and punctuation stands there."""
    return bool(re.search(r"\w", _TAG.sub("", text)))


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """The text without tags, blanks and punctuation, full width made half width, in lower case: for comparing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", _TAG.sub("", text))).lower()


def sentences(text: str) -> list[str]:
    """The sentences of a text, each a substring of it."""
    return [piece.strip() for piece in _SENTENCE_END.split(text) if piece and piece.strip()]


@lru_cache(maxsize=1024)
def clauses(text: str, shortest: int = 4) -> frozenset[str]:
    """The pieces between punctuation marks, normalised, each of at least `shortest` characters."""
    pieces = _CLAUSE_END.split(unicodedata.normalize("NFKC", _TAG.sub("\n", text)).lower())
    return frozenset(piece for piece in pieces if piece and len(piece) >= shortest)


def weight(pieces: Iterable[str]) -> int:
    """The number of characters in all pieces."""
    return sum(map(len, pieces))


def contained(part: frozenset[str], whole: frozenset[str]) -> float:
    """Share (0 to 1, by characters) of the clauses `part` that also stand in `whole`."""
    return weight(part & whole) / weight(part) if part else 0.0


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share (0 to 1, by characters) of common clauses in the longer of two texts."""
    longer = max(weight(one), weight(other))
    return weight(one & other) / longer if longer else 0.0


def quoted_titles(text: str) -> list[str]:
    """The titles between 《 and 》, in order, as they stand; inner 〈〉 belong to the title."""
    return _TITLE.findall(text)


def clean_quote(text: str) -> str:
    """The part of a text that may be quoted: its longest piece without tags, cut to QUOTE_LIMIT characters."""
    pieces = [piece.strip() for piece in _TAG.split(text)]
    longest = max(pieces, key=len, default="")
    return longest[:QUOTE_LIMIT].strip()


def first_found(text: str, words: Sequence[str]) -> str:
    """The first of the regular expressions' matches that stands in the text, or ""."""
    for word in words:
        if match := re.search(word, text, re.IGNORECASE):
            return match.group()
    return ""


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether any of the regular expressions is found in the text (case does not matter)."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def all_found(text: str, patterns: Sequence[str]) -> list[str]:
    """For every pattern that is found, its first match, in the order of the patterns."""
    hits = (re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
    return [match.group() for match in hits if match]


@lru_cache(maxsize=16)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for any of the words, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def core_pairs(text: str, generic: Sequence[str]) -> frozenset[str]:
    """Two-character pieces of the text once the generic words are taken out: what it is about."""
    if generic:
        text = _any_of(tuple(generic)).sub(" ", text)
    runs = re.findall(r"[\u4e00-\u9fff]{2,}|[A-Za-z]{2,}", text)
    pairs = (run[i : i + 2] if run[0] > "\u4e00" else run.lower() for run in runs for i in range(len(run) - 1))
    return frozenset(pairs)
