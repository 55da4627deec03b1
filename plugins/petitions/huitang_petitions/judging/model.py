"""What was learnt: two linear models over hashed n-grams, kept as plain arrays."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.preprocessing import normalize

from huitang_petitions.judging.features import SIZE, counted, sentences

FORMAT = 1
NO_TURN = "none"


class Head(Struct, frozen=True, kw_only=True, eq=False):
    """One question and its possible answers. Shapes: weights labels × SIZE, bias labels, rarity SIZE."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    rarity: NDArray[np.float32]
    sharpness: float = 10.0

    def weighed(self, found: Any) -> Any:
        """Counted texts with their n-grams weighed by rarity, every row of length one."""
        return normalize(found.multiply(self.rarity).tocsr())

    def scores(self, found: Any) -> NDArray[np.float64]:
        """One row of scores a text, in the order of the labels."""
        return np.asarray(self.weighed(found) @ self.weights.T + self.bias, dtype=np.float64)

    def chances(self, found: Any) -> NDArray[np.float64]:
        """The scores as probabilities."""
        if not self.labels:
            return np.zeros((found.shape[0], 0))
        return np.asarray(softmax(self.scores(found) * self.sharpness, axis=1))


def no_head() -> Head:
    """The head of a question of which nothing is learnt: no answers."""
    return Head(
        labels=(),
        weights=np.zeros((0, SIZE), dtype=np.float32),
        bias=np.zeros(0, dtype=np.float32),
        rarity=np.ones(SIZE, dtype=np.float32),
    )


class Model(Struct, frozen=True, kw_only=True, eq=False):
    """`categories`: what a letter is about. `turns`: what makes its remit another one than that of its category."""

    categories: Head
    turns: Head

    def turn_chances(self, text: str) -> dict[str, float]:
        """The probability of each turn: that of the sentence, or of the whole letter, which says it most plainly."""
        parts = [text, *sentences(text)[:60]]
        chances = self.turns.chances(counted(parts))
        best = {label: float(chances[:, number].max()) for number, label in enumerate(self.turns.labels)}
        told = {label: chance for label, chance in best.items() if label != NO_TURN}
        rest = max(0.0, 1 - sum(told.values()))
        whole = rest + sum(told.values())
        return {NO_TURN: rest / whole, **{label: chance / whole for label, chance in told.items()}}


def packed(model: Model) -> bytes:
    """The model as bytes, to be kept in a file."""
    arrays: dict[str, Any] = {"format": np.array(FORMAT)}
    for name in ("categories", "turns"):
        head: Head = getattr(model, name)
        arrays |= {
            f"{name}_labels": np.array(head.labels),
            f"{name}_weights": head.weights.astype(np.float16),
            f"{name}_bias": head.bias,
            f"{name}_rarity": head.rarity,
            f"{name}_sharpness": np.array(head.sharpness),
        }
    buffer = BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def unpacked(raw: bytes) -> Model:
    """The model kept in a file. ValueError for anything else."""
    if not raw.startswith(b"PK"):
        raise ValueError("this is no model")
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as arrays:
            if int(arrays["format"]) != FORMAT:
                raise ValueError("this is no model of this format")
            return Model(categories=_head(arrays, "categories"), turns=_head(arrays, "turns"))
    except (BadZipFile, KeyError, EOFError, OSError) as error:
        raise ValueError("this is no model") from error


def _head(arrays: Any, name: str) -> Head:
    return Head(
        labels=tuple(str(label) for label in arrays[f"{name}_labels"]),
        weights=np.asfortranarray(arrays[f"{name}_weights"].astype(np.float32)),
        bias=arrays[f"{name}_bias"],
        rarity=arrays[f"{name}_rarity"],
        sharpness=float(arrays[f"{name}_sharpness"]),
    )
