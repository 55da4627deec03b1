"""Answers a query from a snapshot: what matches, counted and ranked, within the reader's scope and never outside."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.search.analysis import Word, pinyin_of, split_pinyin
from huitang_kernel.search.segment import Segment
from huitang_kernel.search.snapshot import Snapshot
from huitang_kernel.search.sources import facet_term
from huitang_sdk.contracts import Scope

TITLE_WEIGHT = 2.5
PINYIN_WEIGHT = 1.5
WHOLE_WORD_WEIGHT = 0.5
FACET_VALUES = 50


Match = Callable[[Segment, tuple[Word, ...]], int]


class Request(Struct, frozen=True):
    """`scopes` holds every kind the reader may see; `kinds` and `facets` are what the reader chose.

    `reader` is the account that documents may name; None: nobody who signs in.
    """

    words: tuple[Word, ...]
    scopes: Mapping[str, Scope]
    reader: UUID | None = None
    kinds: frozenset[str] = frozenset()
    facets: Mapping[str, str] = {}
    start: int = 0
    size: int = 20


class Answer(Struct, frozen=True):
    """`shown` are the stored values of one page; `relaxed` says that not all words had to be there."""

    shown: tuple[dict[str, Any], ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = {}
    relaxed: bool = False


class Engine:
    """Used by one thread at a time."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def answer(self, request: Request) -> Answer:
        """All words must be there; if that finds nothing, what sounds the same will do; if nothing still, any word."""
        self._snapshot.refresh()
        segments = self._snapshot.segments
        visible = [_visible(segment, request) for segment in segments]
        ways: tuple[Match, ...] = (_all_words, _sounds_like, _any_word) if request.words else (_all_words,)
        matched = visible
        for way in ways:
            matched = [way(segment, request.words) & bits for segment, bits in zip(segments, visible, strict=True)]
            if any(matched):
                return self._page(request, matched, relaxed=way is not _all_words)
        return self._page(request, matched)

    def _page(self, request: Request, matched: list[int], *, relaxed: bool = False) -> Answer:
        segments = self._snapshot.segments
        chosen = [_chosen(s, request, bits) for s, bits in zip(segments, matched, strict=True)]
        total = sum(bits.bit_count() for bits in chosen)
        facets = _count(segments, request, matched)
        ranked = self._rank(request, chosen)
        shown = tuple(segments[where].reader.stored_fields(number)["shown"] for where, number in ranked)
        return Answer(shown, total, facets, relaxed)

    def _rank(self, request: Request, chosen: list[int]) -> list[tuple[int, int]]:
        """(segment, document) of the page asked for: best first, newest first among equals."""
        wanted = request.start + request.size
        best: list[tuple[float, int, int, int]] = []
        rarity = self._rarity(request.words)
        for where, segment in enumerate(self._snapshot.segments):
            numbers = segment.numbers(chosen[where])
            if numbers:
                scores, updated = _scores(segment, request.words, rarity), segment.updated()
                found = ((scores[number], updated[number], where, number) for number in numbers)
                best.extend(heapq.nlargest(wanted, found))
        best.sort(reverse=True)
        return [(where, number) for _, _, where, number in best[request.start : wanted]]

    def _rarity(self, words: tuple[Word, ...]) -> dict[str, float]:
        """BM25's weight of each term: rare ones say more."""
        documents = sum(segment.size for segment in self._snapshot.segments)
        rarity: dict[str, float] = {}
        for word in words:
            for term in word.terms:
                holding = sum(
                    max(len(s.postings("body", term).ids), len(s.postings("title", term).ids))
                    for s in self._snapshot.segments
                )
                rarity[term] = math.log(1 + (documents - holding + 0.5) / (holding + 0.5)) / len(word.terms)
        return rarity

    def suggest(self, request: Request) -> list[dict[str, Any]]:
        """Titles in which all words are, the last one perhaps only begun; as pinyin too."""
        self._snapshot.refresh()
        best: list[tuple[int, int, int]] = []
        segments = self._snapshot.segments
        for where, segment in enumerate(segments):
            bits = _visible(segment, request) & _begun(segment, request.words)
            updated = segment.updated() if bits else ()
            best.extend(heapq.nlargest(request.size, ((updated[n], where, n) for n in segment.numbers(bits))))
        best.sort(reverse=True)
        return [segments[where].reader.stored_fields(number)["shown"] for _, where, number in best[: request.size]]

    def counts(self) -> dict[str, int]:
        """Documents by kind, whoever may see them: for the operator."""
        self._snapshot.refresh()
        found: dict[str, int] = defaultdict(int)
        for segment in self._snapshot.segments:
            for kind in segment.with_prefix("kind", "", 10_000):
                found[kind] += (segment.bits("kind", kind) & segment.live).bit_count()
        return {kind: count for kind, count in sorted(found.items()) if count}


def _visible(segment: Segment, request: Request) -> int:
    bits = 0
    for kind, scope in request.scopes.items():
        bits |= segment.in_scope(kind, scope, request.reader)
    return bits


def _in_field(segment: Segment, field: str, word: Word) -> int:
    bits = -1
    for term in word.terms:
        bits &= segment.bits(field, term)
        if not bits:
            return 0
    return bits


def _one_word(segment: Segment, word: Word) -> int:
    bits = _in_field(segment, "title", word) | _in_field(segment, "body", word)
    return bits if word.han else bits | _typed_pinyin(segment, word.text)


def _typed_pinyin(segment: Segment, text: str) -> int:
    """Titles that have the pinyin as a whole, or else all of its syllables."""
    bits = segment.bits("pinyin", text)
    syllables = split_pinyin(text)
    if len(syllables) > 2:
        together = -1
        for first, second in pairwise(syllables):
            together &= segment.bits("pinyin", first + second)
        bits |= together
    return bits


def _all_words(segment: Segment, words: tuple[Word, ...]) -> int:
    bits = -1
    for word in words:
        bits &= _one_word(segment, word)
    return bits


def _any_word(segment: Segment, words: tuple[Word, ...]) -> int:
    bits = 0
    for word in words:
        bits |= _one_word(segment, word)
    return bits


def _sounds_like(segment: Segment, words: tuple[Word, ...]) -> int:
    """The usual slip with a pinyin keyboard: the right sound, the wrong character."""
    bits = -1
    for word in words:
        also = _typed_pinyin(segment, pinyin_of(word.text)) if word.han and len(word.text) > 1 else 0
        bits &= _one_word(segment, word) | also
    return bits


def _begun(segment: Segment, words: tuple[Word, ...]) -> int:
    if not words:
        return 0
    bits = -1
    for word in words[:-1]:
        bits &= _in_field(segment, "title", word) | (0 if word.han else _typed_pinyin(segment, word.text))
    last = words[-1]
    ends = _in_field(segment, "title", last)
    if not last.han:
        for field in ("title", "pinyin"):
            for term in segment.with_prefix(field, last.text):
                ends |= segment.bits(field, term)
    return bits & ends


def _chosen(segment: Segment, request: Request, bits: int, *, but: str = "") -> int:
    """The matches with the reader's filters on; without the one named `but`, to count what else could be chosen."""
    if request.kinds and but != "kind":
        kinds = 0
        for kind in request.kinds:
            kinds |= segment.bits("kind", kind)
        bits &= kinds
    for name, value in request.facets.items():
        if name != but:
            bits &= segment.bits("facet", facet_term(name, value))
    return bits


def _count(segments: list[Segment], request: Request, matched: list[int]) -> dict[str, dict[str, int]]:
    """{facet: {value: documents}}, the most frequent values first; the kinds are the facet "kind"."""
    found: dict[str, dict[str, int]] = {"kind": defaultdict(int)}
    for segment, bits in zip(segments, matched, strict=True):
        with_facets = _chosen(segment, request, bits, but="kind")
        for kind in request.scopes if with_facets else ():
            found["kind"][kind] += (with_facets & segment.bits("kind", kind)).bit_count()
        remaining: dict[str, int] = {}
        for term in segment.facets() if bits else ():
            name, _, value = term.partition("=")
            if name not in remaining:
                remaining[name] = _chosen(segment, request, bits, but=name)
            count = (remaining[name] & segment.bits("facet", term)).bit_count()
            if count:
                values = found.setdefault(name, defaultdict(int))
                values[value] += count
    return {name: _most(values) for name, values in found.items()}


def _most(values: dict[str, int]) -> dict[str, int]:
    ordered = sorted(((value, count) for value, count in values.items() if count), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:FACET_VALUES])


def _scores(segment: Segment, words: tuple[Word, ...], rarity: Mapping[str, float]) -> list[float]:
    scores = [0.0] * segment.size
    for word in words:
        for term in word.terms:
            weight = rarity[term]
            body, title = segment.postings("body", term), segment.postings("title", term)
            for number, part in zip(body.ids, body.weights, strict=True):
                scores[number] += part * weight
            for number in title.ids:
                scores[number] += TITLE_WEIGHT * weight
        if len(word.terms) > 1:
            for number in segment.postings("body", word.text).ids:
                scores[number] += WHOLE_WORD_WEIGHT
        if not word.han:
            for number in segment.postings("pinyin", word.text).ids:
                scores[number] += PINYIN_WEIGHT
    return scores
