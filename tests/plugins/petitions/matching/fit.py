"""`python -m tests.plugins.petitions.matching.fit`: finds the weights of the score anew, from synthetic letters.

Logistic regression over the terms of `compare.terms`. So that it does not learn the generator's way of putting things,
queries lose at random who, where and a part of their words. The letters written by hand are never fitted to.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from msgspec import structs

import huitang_petitions.matching
from huitang_petitions.letters import Letter, MatchingSet, matching_set
from huitang_petitions.letters.matching import SAME
from huitang_petitions.matching import Features, Hasher, MatchIndex, compare
from huitang_petitions.matching.compare import sets_of, terms
from huitang_petitions.matching.features import SECTIONS

TARGET = Path(huitang_petitions.matching.__file__).with_name("weights.toml")
HASHER = Hasher(b"a key for measuring only")
NEVER_BELOW_ZERO = {
    "phone same",
    "name",
    "place",
    "numbers same",
    "details same",
    "meanings",
    "within",
    "pairs",
    "inside",
    "topic",
    "same words",
}
NEVER_ABOVE_ZERO = {
    "phone other",
    "name other",
    "elsewhere",
    "numbers other",
    "district other",
    "vague",
    "vague, person",
    "vague, place",
    "nobody, nowhere",
}


def poorer(rng: random.Random, letter: Letter) -> Letter:
    """With a field left empty, as happens."""
    chance = rng.random()
    if chance < 0.12:
        return structs.replace(letter, phone="")
    if chance < 0.22:
        return structs.replace(letter, petitioner="", phone="")
    if chance < 0.34:
        return structs.replace(letter, place="")
    if chance < 0.42:
        return structs.replace(letter, subject="")
    if chance < 0.5:
        return structs.replace(letter, petitioner="", phone="", place="", subject="")
    return letter


def thinner(rng: random.Random, features: Features) -> Features:
    """With fewer of its words, as if the matter had been told in others."""
    keep = {"pairs": rng.uniform(0.35, 1.0), "meanings": rng.uniform(0.6, 1.0)}
    parts = [
        [value for value in features.section(section).tolist() if rng.random() < keep.get(section, 1.0)]
        for section in SECTIONS
    ]
    return Features(tuple(map(len, parts)), np.array([value for part in parts for value in part], dtype=np.uint32))


def rows_of(made: MatchingSet, rng: random.Random) -> tuple[list[list[float]], list[bool]]:
    index = MatchIndex()
    index.extend((letter.id, HASHER.features(letter)) for letter in made.corpus)
    true = {(pair.query, pair.corpus) for pair in made.pairs}
    found, labels = [], []
    for letter in made.queries:
        features = thinner(rng, HASHER.features(poorer(rng, letter)))
        candidates = index._candidates(features)[:24]
        values = np.unique(np.concatenate([features.values, *(f.values for _id, f in candidates)]))
        weights = dict(zip(values.tolist(), index.weights(values).tolist(), strict=True))
        for id_, other in candidates:
            found.append(list(terms(compare(sets_of(features), sets_of(other), weights)).values()))
            labels.append((letter.id, id_) in true)
    return found, labels


def fit(x: np.ndarray, y: np.ndarray, names: list[str], ridge: float = 3.0) -> np.ndarray:
    """Newton's method on the penalised likelihood; terms whose sign would make no sense are left out."""
    left = list(range(len(names)))
    while True:
        weights = _newton(x[:, left], y, np.array([0.0 if names[at] == "one" else ridge for at in left]))
        wrong = [
            at
            for at, weight in zip(left, weights, strict=True)
            if (names[at] in NEVER_BELOW_ZERO and weight < 0) or (names[at] in NEVER_ABOVE_ZERO and weight > 0)
        ]
        if not wrong:
            break
        left = [at for at in left if at not in wrong]
    found = np.zeros(len(names))
    found[left] = weights
    return found


def _newton(x: np.ndarray, y: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    weights = np.zeros(x.shape[1])
    for _step in range(30):
        guess = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (guess - y) + ridge * weights
        curve = (x * (guess * (1 - guess) + 1e-9)[:, None]).T @ x + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def main() -> None:
    rng = random.Random(11)
    x, y = [], []
    for seed, cases in ((11, 700), (12, 150), (13, 250), (14, 60), (15, 60)):
        found, labels = rows_of(matching_set(cases, seed=seed, same=(*SAME, "joint")), rng)
        x += found
        y += labels
    names = list(
        terms(
            compare(
                HASHER.features(Letter("", "", "", "", "", "")), HASHER.features(Letter("", "", "", "", "", "")), {}
            )
        )
    )
    weights = fit(np.array(x), np.array(y, dtype=float), names)
    lines = [f'"{name}" = {weight:.3f}' for name, weight in zip(names, weights, strict=True)]
    TARGET.write_text(
        "# What the score weighs; written by `python -m tests.plugins.petitions.matching.fit`.\n[weights]\n"
        + "\n".join(lines)
        + "\n",
        encoding="utf-8",
    )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
