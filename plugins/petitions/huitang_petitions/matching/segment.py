"""A part of the index that does not change: up to 65,536 letters, forwards and inverted, in a few arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huitang_petitions.matching.features import LOOKED_UP, SECTIONS, Features, Numbers


class Segment:
    """`values[starts[row]:starts[row + 1]]` are a letter's hashes; `rows[begins[i]:begins[i + 1]]` have `known[i]`."""

    def __init__(self, ids: list[str], sizes: NDArray[np.uint16], values: Numbers) -> None:
        self.ids = ids
        self._sizes = sizes
        self._values = values
        self._starts = np.concatenate([[0], np.cumsum(sizes.sum(axis=1, dtype=np.int64))])
        self._gone = np.zeros(len(ids), bool)
        self._rows_of: dict[str, int] | None = None
        values, owners = self._sections(0, len(LOOKED_UP))
        order = np.argsort(values, kind="stable")
        ordered, owners = values[order], owners[order]
        first = np.ones(len(ordered), bool)
        first[1:] = (ordered[1:] != ordered[:-1]) | (owners[1:] != owners[:-1])
        ordered, self.rows = ordered[first], owners[first]
        self.known, begins = np.unique(ordered, return_index=True)
        self.begins = np.concatenate([begins, [len(ordered)]]).astype(np.int64)
        self.characters, self.characters_of = np.unique(
            self._sections(SECTIONS.index("characters"), len(SECTIONS))[0], return_counts=True
        )

    def _sections(self, first: int, end: int) -> tuple[Numbers, NDArray[np.uint16]]:
        """The hashes of some sections that follow each other, and whose each is."""
        sizes = self._sizes[:, first:end].sum(axis=1, dtype=np.int64)
        begins = self._starts[:-1] + self._sizes[:, :first].sum(axis=1, dtype=np.int64)
        spans = zip(begins.tolist(), (begins + sizes).tolist(), strict=True)
        parts = [self._values[begin:end] for begin, end in spans]
        owners = np.repeat(np.arange(len(self.ids), dtype=np.uint16), sizes)
        return np.concatenate(parts) if parts else self._values[:0], owners

    def counts(self) -> tuple[Numbers, NDArray[np.int64]]:
        """How many letters have which hash, of those that letters are found by and of single characters."""
        known = np.concatenate([self.known, self.characters])
        counted = np.concatenate([np.diff(self.begins), self.characters_of])
        order = np.argsort(known)
        return known[order], counted[order].astype(np.int64)

    @classmethod
    def of(cls, letters: Iterable[tuple[str, Features]]) -> Segment:
        ids, sizes, values = [], [], []
        for id_, features in letters:
            ids.append(id_)
            sizes.append(features.sizes)
            values.append(features.values)
        return cls(
            ids,
            np.array(sizes, dtype=np.uint16).reshape(len(ids), len(SECTIONS)),
            np.concatenate(values) if values else np.empty(0, np.uint32),
        )

    @property
    def alive(self) -> int:
        return len(self.ids) - int(self._gone.sum())

    def row(self, id_: str) -> int:
        """Where it is; -1: nowhere."""
        if self._rows_of is None:
            self._rows_of = {known: row for row, known in enumerate(self.ids)}
        row = self._rows_of.get(id_, -1)
        return -1 if row >= 0 and self._gone[row] else row

    def remove(self, id_: str) -> bool:
        row = self.row(id_)
        if row >= 0:
            self._gone[row] = True
        return row >= 0

    def features(self, row: int) -> Features:
        sizes = tuple(int(size) for size in self._sizes[row])
        return Features(sizes, self._values[self._starts[row] : self._starts[row + 1]])

    def letters(self) -> Iterator[tuple[str, Features]]:
        """Those that are still there."""
        for row, id_ in enumerate(self.ids):
            if not self._gone[row]:
                yield id_, self.features(row)

    def best(self, hashes: Numbers, weights: NDArray[np.float64], count: int) -> list[tuple[float, int]]:
        """(sum of the weights of shared hashes, row) of up to `count` letters that share most. `hashes` are sorted."""
        at = np.minimum(np.searchsorted(self.known, hashes), len(self.known) - 1)
        here = np.flatnonzero(self.known[at] == hashes)
        reached = np.zeros(len(self.ids), np.float32)
        for number in here:
            place = at[number]
            reached[self.rows[self.begins[place] : self.begins[place + 1]]] += weights[number]
        reached[self._gone] = 0
        top = np.argpartition(reached, -count)[-count:] if len(reached) > count else np.arange(len(reached))
        return [(float(reached[row]), int(row)) for row in top if reached[row] > 0]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        return {"ids": np.array(self.ids, dtype=np.str_), "sizes": self._sizes, "values": self._values}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], prefix: str) -> Segment:
        ids = [str(id_) for id_ in arrays[prefix + "ids"]]
        return cls(ids, arrays[prefix + "sizes"], arrays[prefix + "values"])
