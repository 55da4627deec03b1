"""Scenarios are data: a list of steps that all terminals take together. New ones are TOML files, no code."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Act = Literal[
    "connect", "check-in", "leave", "return", "wait-poll", "press", "cut", "back", "wait-closed", "speak", "pause"
]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step. What each act takes is in docs/operate/hall-set-up.md."""

    do: Act
    share: float = 1.0
    """Of the terminals, the first so many."""
    over_seconds: float = 0.0
    """Spread over so long; 0: all at one instant."""
    choices: dict[str, float] = msgspec.field(default_factory=lambda: {"for": 1.0})
    """press: the choices and their weights."""
    wait_answers: bool = True
    """press: go on only when all are answered."""
    within_seconds: float = 600.0
    """How long a wait may last."""


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds`: how many times `each` is done, after `first` and before `last`."""

    title: str
    first: list[Step] = []
    each: list[Step] = []
    rounds: int = 1
    last: list[Step] = []

    def steps(self, rounds: int | None = None) -> list[Step]:
        return [*self.first, *self.each * (rounds or self.rounds), *self.last]


def scenario_names() -> list[str]:
    """The scenarios that come with the plugin."""
    return sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))


def read_scenario(name: str) -> Scenario:
    """By the name of a built-in one, or by the path of a file. Raises ValueError with the reason."""
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Scenario)
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{name}: {error}") from error


def _folder() -> Path:
    return Path(str(files("huitang_conference.simulator"))) / "scenarios"
