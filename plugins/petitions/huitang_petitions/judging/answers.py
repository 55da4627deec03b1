"""Ranked answers to a question about a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from huitang_sdk.cases import Text

SHOWN = 3
SURE = 0.6
"""From which probability on a suggestion is called sure; measured in docs/petitions/judging.md."""


class Choice(Struct, frozen=True, kw_only=True):
    """One answer with its probability (0 to 1) and what speaks for it."""

    id: str
    title: Text
    probability: float
    reasons: tuple[Text, ...] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """The ranked answers to one question. `sure`: the first one is likely enough to be offered as the answer."""

    sure: bool
    choices: tuple[Choice, ...]


def best(chances: Mapping[str, float]) -> list[tuple[str, float]]:
    """The likeliest few, in order."""
    return sorted(chances.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]


def answer(choices: Sequence[Choice]) -> Answer:
    return Answer(sure=bool(choices) and choices[0].probability >= SURE, choices=tuple(choices))
