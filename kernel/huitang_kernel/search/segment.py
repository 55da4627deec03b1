"""One segment of the index, read into memory piece by piece: which documents hold a term, as the bits of one integer.

With bits a permission scope, a filter and the words of a query are joined by `&` and `|`, and a total or a facet is
counted without looking at a single document. A segment never changes but for deletions, so what was read stays valid
until it is merged into another.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from itertools import compress
from typing import Any
from uuid import UUID

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import TermNotFound

from huitang_sdk.contracts import Scope

SATURATION = 1.2
LENGTH_PART = 0.6
_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


class Postings:
    """The documents that hold a term: `bits`, and in step `ids` and their `weights` (0 to 1)."""

    __slots__ = ("bits", "ids", "weights")

    def __init__(self, ids: array[int], weights: array[float], size: int) -> None:
        self.ids = ids
        self.weights = weights
        flags = bytearray(size // 8 + 1)
        for number in ids:
            flags[number >> 3] |= 1 << (number & 7)
        self.bits = int.from_bytes(flags, "little")

    @property
    def cost(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.ids) * 8 + self.bits.bit_length() // 8 + 200


EMPTY = Postings(array("I"), array("f"), 0)


class Memory:
    """What was read of one segment, oldest forgotten first."""

    def __init__(self) -> None:
        self.postings: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self.scopes: OrderedDict[tuple[str, Scope, int], int] = OrderedDict()
        self.cost = 0
        self.updated: array[int] | None = None
        self.lengths: array[float] | None = None
        self.facets: list[str] | None = None

    def keep(self, term: tuple[str, str], postings: Postings, limit: int) -> None:
        self.postings[term] = postings
        self.cost += postings.cost
        while self.cost > limit and len(self.postings) > 1:
            self.cost -= self.postings.popitem(last=False)[1].cost

    def keep_scope(self, key: tuple[str, Scope, int], bits: int) -> None:
        self.scopes[key] = bits
        if len(self.scopes) > 256:
            self.scopes.popitem(last=False)


class Segment:
    """Used by one thread at a time."""

    def __init__(self, reader: Any, memory: Memory, limit: int) -> None:
        self.reader = reader
        self.size: int = reader.doc_count_all()
        self.memory = memory
        self._limit = limit
        live: int = (1 << self.size) - 1
        for number in reader.segment().deleted_docs():
            live &= ~(1 << number)
        self.live = live

    def postings(self, field: str, term: str) -> Postings:
        key = (field, term)
        known = self.memory.postings.get(key)
        if known is None:
            known = self._read(field, term)
            self.memory.keep(key, known, self._limit)
        else:
            self.memory.postings.move_to_end(key)
        return known

    def bits(self, field: str, term: str) -> int:
        return self.postings(field, term).bits

    def _read(self, field: str, term: str) -> Postings:
        try:
            matcher = self.reader.postings(field, term)
        except TermNotFound:
            return EMPTY
        lengths = self._lengths() if field == "body" else None
        ids, counts = _everything(matcher)
        if lengths:
            parts = [count / (count + lengths[number]) for number, count in zip(ids, counts, strict=True)]
        else:
            parts = [count / (count + SATURATION) for count in counts]
        return Postings(ids, array("f", parts), self.size)

    def _lengths(self) -> array[float]:
        """BM25's length part of every body: how fast more occurrences stop counting."""
        if self.memory.lengths is None:
            average = max(1.0, self.reader.field_length("body") / max(1, self.size))
            length = self.reader.doc_field_length
            self.memory.lengths = array(
                "f",
                (
                    SATURATION * (1 - LENGTH_PART + LENGTH_PART * (length(number, "body") or 0) / average)
                    for number in range(self.size)
                ),
            )
        return self.memory.lengths

    def updated(self) -> array[int]:
        """When each document was changed, in milliseconds."""
        if self.memory.updated is None:
            column = self.reader.column_reader("updated")
            self.memory.updated = array("q", (column[number] for number in range(self.size)))
        return self.memory.updated

    def facets(self) -> list[str]:
        """Every "name=value" that occurs."""
        if self.memory.facets is None:
            self.memory.facets = list(_texts(self.reader.lexicon("facet")))
        return self.memory.facets

    def with_prefix(self, field: str, prefix: str, limit: int = 200) -> list[str]:
        """The first terms that begin with `prefix`."""
        found: list[str] = []
        for term in _texts(self.reader.expand_prefix(field, prefix)):
            found.append(term)
            if len(found) >= limit:
                break
        return found

    def in_scope(self, kind: str, scope: Scope, reader: UUID | None) -> int:
        """The documents of a kind that are in scope, or that name the reader: the same rows as `Scope.where_sql`."""
        named = self.bits("reader", str(reader)) if reader else 0
        key = (kind, scope, named)
        bits = self.memory.scopes.get(key)
        if bits is None:
            bits = self._scoped(kind, scope, named)
            self.memory.keep_scope(key, bits)
        return bits & self.live

    def _scoped(self, kind: str, scope: Scope, named: int) -> int:
        bits = -1 if scope.everything else named
        for organisation in scope.organisations:
            bits |= self.bits("organisation", str(organisation))
        if scope.owner:
            bits |= self.bits("owner", str(scope.owner))
        for thing in scope.allowed:
            bits |= self.bits("key", f"{kind}:{thing}")
        for thing in scope.denied:
            bits &= ~self.bits("key", f"{kind}:{thing}")
        return int(bits & self.bits("kind", kind))

    def numbers(self, bits: int) -> list[int]:
        """The document numbers of the bits that are set, ascending."""
        if not bits:
            return []
        digits: bytes = bin(bits)[:1:-1].encode().translate(_FLAGS)
        return list(compress(range(len(digits)), digits))


def _everything(matcher: Any) -> tuple[array[int], array[float]]:
    """Documents and counts of a term, deleted documents included: `Segment.live` leaves them out."""
    if isinstance(matcher, FilterMatcher):
        matcher = matcher.child
    ids, counts = array("I"), array("f")
    blocks = isinstance(matcher, W3LeafMatcher)
    while matcher.is_active():
        number, count = matcher.id(), matcher.weight()
        if blocks:
            # A block at a time: reading one document after another costs ten times as much.
            ids.extend(matcher._ids)
            counts.extend(matcher._weights)
            matcher._next_block()
        else:
            ids.append(number)
            counts.append(count)
            matcher.next()
    return ids, counts


def _texts(terms: Any) -> Iterator[str]:
    for term in terms:
        yield term.decode("utf-8") if isinstance(term, bytes) else str(term)
