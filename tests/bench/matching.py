"""A new letter compared with very many, against a scan of the same features with numpy."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from huitang_petitions.letters import letters
from huitang_petitions.matching import Features, Hasher, MatchIndex
from huitang_petitions.matching.features import SECTIONS
from tests.bench.table import Row

TEXTS = 6_000
"""Letters are made of so many texts; who writes and where differs from letter to letter."""
ASKED = 40
OWN = {
    "phone": 10**9,
    "parts": 12_000,
    "name": 300_000,
    "surname": 400,
    "given": 900,
    "place": 9_000,
    "district": 8,
    "mentioned": 9_000,
    "numbers": 500,
    "house": 400,
    "building": 60,
    "part": 6,
    "unit": 60,
    "village": 3_000,
    "details": 5_000,
}
"""How many different ones there are of what each letter has for itself."""


class Text(Struct, frozen=True):
    """What letters of one text share, and of how many values each hash that is a letter's own is one."""

    sizes: tuple[int, ...]
    limits: list[int]
    shared: np.ndarray

    @classmethod
    def of(cls, features: Features) -> Text:
        assert [name in OWN for name in SECTIONS] == sorted((name in OWN for name in SECTIONS), reverse=True)
        sizes = zip(SECTIONS, features.sizes, strict=True)
        limits = [OWN[name] for name, size in sizes if name in OWN for _ in range(size)]
        return cls(features.sizes, limits, features.values[len(limits) :])

    def letters(self, rng: np.random.Generator, count: int) -> Iterator[Features]:
        """So many letters of this text: one row for each, its own hashes before those of the text."""
        own = rng.integers(0, self.limits, (count, len(self.limits))).astype(np.uint32) * np.uint32(2_654_435_761)
        for row in np.hstack([own, np.tile(self.shared, (count, 1))]):
            yield Features(self.sizes, row)


def _varied(base: list[Features], count: int) -> Iterator[tuple[str, Features]]:
    rng = np.random.default_rng(7)
    rows = -(-count // len(base))
    varied = (letter for of in base for letter in Text.of(of).letters(rng, rows))
    return ((f"{number:08d}", letter) for number, letter in enumerate(varied))


def _resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def _scan(values: np.ndarray, starts: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The rows that share most hashes with a letter, by looking at every hash of every letter."""
    shared = np.add.reduceat(np.isin(values, asked), starts[:-1])
    return np.argpartition(shared, -48)[-48:]


def measure(count: int) -> list[Row]:
    """Median and slowest answer of an index of `count` letters, its memory, and the scan beside it."""
    hasher = Hasher(b"a key for measuring only")
    base = [hasher.features(one.letter) for one in letters(TEXTS, seed=5)]
    asked = [hasher.features(one.letter) for one in letters(ASKED, seed=6)]
    # What reading takes is measured, too, and without what was read before.
    reading = time.perf_counter()
    for one in letters(ASKED, seed=6):
        Hasher(b"a key for measuring only").features(one.letter)
    reading = (time.perf_counter() - reading) / ASKED * 1e3
    before, started = _resident(), time.perf_counter()
    index = MatchIndex(hasher.background())
    index.extend(_varied(base, count))
    filled = time.perf_counter() - started
    memory = _resident() - before
    times = []
    for features in asked:
        started = time.perf_counter()
        index.query(features)
        times.append((time.perf_counter() - started) * 1e3)
    times.sort()
    scanned = _bare(base, count, random.Random(3).sample(asked, 5))
    ours, slow = times[len(times) // 2], times[int(len(times) * 0.95)]
    return [
        Row(
            work=f"a new letter compared with {count:,} letters, p95",
            against="a numpy scan of the same features, without a score",
            ours=f"{slow:.0f} ms",
            bare=f"{scanned:.0f} ms",
            ratio=f"{scanned / slow:.1f} × faster",
            goal="< 300 ms",
            met=slow + reading < 300,
            note=f"median {ours:.0f} ms, reading a letter {reading:.1f} ms; {memory:.0f} MB, filled in {filled:.0f} s",
        )
    ]


def _bare(base: list[Features], count: int, asked: list[Features]) -> float:
    parts = list(_varied(base, min(count, 100_000)))
    values = np.concatenate([features.values for _id, features in parts])
    starts = np.concatenate([[0], np.cumsum([len(features.values) for _id, features in parts])])
    started = time.perf_counter()
    for features in asked:
        _scan(values, starts, features.values)
    each = (time.perf_counter() - started) / len(asked) * 1e3
    return each * count / len(parts)
