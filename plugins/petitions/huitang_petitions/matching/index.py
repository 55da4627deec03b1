"""The index: which of very many letters may be about the matter of this one."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from huitang_petitions.matching.compare import Evidence, compare, sets_of
from huitang_petitions.matching.features import LOOKED_UP, SECTIONS, Background, Features, Numbers
from huitang_petitions.matching.scoring import score
from huitang_petitions.matching.segment import Segment

Relation = Literal["repeat", "duplicate", "joint", "unknown"]
THRESHOLD = 0.35
"""From which score on two letters count as about one matter; chosen on the letters that are learnt from."""
CANDIDATES = 48
"""So many letters are compared in full."""
POSTINGS = 1_500_000
"""So many entries of the index are looked at for one query, the rarest hashes first."""
TAIL = 256
LARGEST = 65_536


class Match(Struct, frozen=True):
    """A letter about the same matter. `relation`: the same person again (repeat), the same letter again (duplicate),
    somebody else (joint), or nobody can say, since neither name nor phone is known of both (unknown)."""

    id: str
    score: float
    relation: Relation
    evidence: Evidence


class MatchIndex:
    """Features of letters by id, in memory: pure, without a database.

        index = MatchIndex(hasher.background())
        index.add(str(matter_id), hasher.features(letter))
        for match in index.query(hasher.features(new)):
            match.id, match.score, match.relation
        kept = index.snapshot()
        MatchIndex.restore(kept, hasher.background())

    Not safe for several threads; a service guards it. About 1 kB a letter.
    """

    def __init__(self, background: Background | None = None) -> None:
        self._background = background or Background(0, np.empty(0, np.uint32), np.empty(0, np.int64))
        self._segments: list[Segment] = []
        self._tail: dict[str, Features] = {}
        self._tail_segment: Segment | None = None
        self._known: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._counts: NDArray[np.int64] = np.empty(0, np.int64)

    def __len__(self) -> int:
        return sum(segment.alive for segment in self._segments) + len(self._tail)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._tail or any(segment.row(str(id_)) >= 0 for segment in self._segments)

    def add(self, id_: str, features: Features) -> None:
        """Take a letter in; one that is there under this id is replaced. It is found from the next query on."""
        for segment in self._segments:
            segment.remove(id_)
        self._put(id_, features)

    def extend(self, letters: Iterable[tuple[str, Features]]) -> None:
        """Take many in whose ids are new: to fill an index from the rows of a table."""
        for id_, features in letters:
            self._tail[id_] = features
            if len(self._tail) >= LARGEST:
                self._seal()
        self._tail_segment = None
        if len(self._tail) >= TAIL:
            self._seal()

    def remove(self, id_: str) -> bool:
        """Whether it was there."""
        self._tail_segment = None if id_ in self._tail else self._tail_segment
        return self._tail.pop(id_, None) is not None or any(segment.remove(id_) for segment in self._segments)

    def _put(self, id_: str, features: Features) -> None:
        self._tail[id_] = features
        self._tail_segment = None
        if len(self._tail) >= TAIL:
            self._seal()

    def _seal(self) -> None:
        self._segments.append(Segment.of(self._tail.items()))
        self._tail, self._tail_segment = {}, None
        while len(self._segments) > 1 and _worth_merging(*self._segments[-2:]):
            last, before = self._segments.pop(), self._segments.pop()
            self._segments.append(Segment.of([*before.letters(), *last.letters()]))
        self._count()

    def _count(self) -> None:
        """How many letters have which hash."""
        if not self._segments:
            self._known, self._counts = np.empty(0, np.uint32), np.empty(0, np.int64)
            return
        counted = [segment.counts() for segment in self._segments]
        known = np.concatenate([part for part, _counts in counted])
        counts = np.concatenate([part for _known, part in counted])
        self._known, inverse = np.unique(known, return_inverse=True)
        self._counts = np.bincount(inverse, weights=counts, minlength=len(self._known)).astype(np.int64)

    def _all(self) -> list[Segment]:
        if self._tail and self._tail_segment is None:
            self._tail_segment = Segment.of(self._tail.items())
        return self._segments + ([self._tail_segment] if self._tail_segment and self._tail else [])

    def _frequency(self, hashes: Numbers) -> NDArray[np.int64]:
        found = _looked_up(self._known, self._counts, hashes)
        if self._tail and self._tail_segment is not None:
            found = found + _looked_up(*self._tail_segment.counts(), hashes)
        return found

    def weights(self, hashes: Numbers) -> NDArray[np.float64]:
        """How rare, up to 1 for what no letter has: ln((letters + 40) / (letters with it + 2)), of the most."""
        frequency = self._frequency(hashes) + _looked_up(self._background.known, self._background.counts, hashes)
        letters = max(len(self), 1) + self._background.letters + 40
        weighed: NDArray[np.float64] = np.log(letters / (frequency + 2.0)) / np.log(letters / 2.0)
        return np.maximum(weighed, 0.01)

    def query(
        self, features: Features, limit: int = 20, threshold: float = THRESHOLD, but: str | Collection[str] = ()
    ) -> list[Match]:
        """The letters about the matter of this one, best first; none scored under `threshold`, never those in `but`.

        Up to `CANDIDATES` are compared, and those in `but` take no place among them.
        """
        left_out = frozenset({but} if isinstance(but, str) else but)
        found = []
        candidates = self._candidates(features, left_out)
        if not candidates:
            return []
        asked = sets_of(features)
        values = np.unique(np.concatenate([features.values, *(other.values for _id, other in candidates)]))
        weights = dict(zip(values.tolist(), self.weights(values).tolist(), strict=True))
        letters = len(self)
        for id_, other in candidates:
            evidence = compare(asked, sets_of(other), weights)
            reached = score(evidence, letters)
            if reached >= threshold:
                found.append(Match(id_, reached, relation(evidence), evidence))
        found.sort(key=lambda match: (-match.score, match.id))
        return found[:limit]

    def _candidates(self, features: Features, but: frozenset[str] = frozenset()) -> list[tuple[str, Features]]:
        """Those that share most of what is rare, without those in `but`."""
        segments = self._all()
        hashes = np.unique(features.values[: sum(features.sizes[: len(LOOKED_UP)])])
        frequency = self._frequency(hashes)
        order = np.argsort(frequency, kind="stable")
        within = np.cumsum(frequency[order]) <= POSTINGS
        within[:3] = True
        chosen = np.sort(order[within & (frequency[order] > 0)])
        hashes = hashes[chosen]
        if not len(hashes):
            return []
        weights = self.weights(hashes) ** 2 * _boosts(features, hashes)
        best: list[tuple[float, int, int]] = []
        for number, segment in enumerate(segments):
            best += [(reached, number, row) for reached, row in segment.best(hashes, weights, CANDIDATES + len(but))]
        best.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
        kept = [(n, row) for _reached, n, row in best if not but or segments[n].ids[row] not in but]
        return [(segments[n].ids[row], segments[n].features(row)) for n, row in kept[:CANDIDATES]]

    def snapshot(self) -> bytes:
        """Everything, as bytes for a file or a row; nothing in it can be read without the key but the ids."""
        kept = io.BytesIO()
        segments = [Segment.of(list(segment.letters())) for segment in self._all()]
        parts: dict[str, NDArray[np.generic]] = {"sections": np.array(SECTIONS), "count": np.array(len(segments))}
        for number, segment in enumerate(segments):
            parts |= {f"{number}.{name}": part for name, part in segment.arrays().items()}
        np.savez(kept, allow_pickle=False, **parts)
        return kept.getvalue()

    @classmethod
    def restore(cls, kept: bytes, background: Background | None = None) -> MatchIndex:
        """What `snapshot` kept. ValueError where it did not, or where an earlier version did."""
        index = cls(background)
        with np.load(io.BytesIO(kept), allow_pickle=False) as parts:
            if tuple(parts["sections"].tolist()) != SECTIONS:
                raise ValueError("the snapshot is of another version: build the index anew")
            for number in range(int(parts["count"])):
                index._segments.append(Segment.from_arrays(parts, f"{number}."))
        index._count()
        return index

    def __iter__(self) -> Iterator[str]:
        for segment in self._all():
            yield from (id_ for id_, _features in segment.letters())


def _looked_up(known: Numbers, counts: NDArray[np.int64], hashes: Numbers) -> NDArray[np.int64]:
    if not len(known):
        return np.zeros(len(hashes), np.int64)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, counts[at], 0)


def _worth_merging(before: Segment, last: Segment) -> bool:
    return len(before.ids) <= 4 * len(last.ids) and len(before.ids) + len(last.ids) <= LARGEST


def _boosts(features: Features, hashes: Numbers) -> NDArray[np.float64]:
    """Who and where say more about one matter than a word does."""
    boosts = np.ones(len(hashes))
    for section, boost in (
        ("phone", 4.0),
        ("name", 2.0),
        ("place", 1.5),
        ("mentioned", 1.2),
        ("surname", 0.1),
        ("given", 0.2),
    ):
        boosts[np.isin(hashes, features.section(section))] = boost
    return boosts


def relation(evidence: Evidence) -> Relation:
    """Of two letters about one matter: by somebody else, the same again, once more about it, or nobody can say."""
    if (evidence.phone <= 0 and evidence.name < 0) or (evidence.phone < 0 and evidence.name < 1):
        return "joint"
    if evidence.pairs >= 0.6:
        return "duplicate"
    return "repeat" if evidence.phone > 0 or evidence.name > 0 else "unknown"
