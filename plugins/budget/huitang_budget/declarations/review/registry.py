"""The checks by name: each with the parameters it takes and the placeholders its messages may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.review.corpus import Corpus
from huitang_budget.declarations.review.outcome import Hit


class Parameters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every check's parameters: a name the check does not know is refused when the catalogue is loaded."""


@dataclass(frozen=True)
class Context:
    """What a check may look at beside the declaration: all declarations given, and the day of the review."""

    corpus: Corpus
    on: date


P = TypeVar("P", bound=Parameters)
CheckFunction = Callable[[Declaration, P, Context], Iterator[Hit]]

ALWAYS = frozenset({"quote", "label"})
"""Placeholders every message may use: the quoted text and the zh-CN name of the field."""


@dataclass(frozen=True)
class Check:
    """A registered check: its name in the catalogue, its parameter type and the placeholders it fills."""

    name: str
    parameters: type[Parameters]
    placeholders: frozenset[str]
    run: Callable[[Declaration, Any, Context], Iterator[Hit]]


_CHECKS: dict[str, Check] = {}


def check(name: str, parameters: type[P], *placeholders: str) -> Callable[[CheckFunction[P]], CheckFunction[P]]:
    """Register a check function under the name the catalogue uses."""

    def register(function: CheckFunction[P]) -> CheckFunction[P]:
        if name in _CHECKS:
            raise ValueError(f"two checks are called {name!r}")
        _CHECKS[name] = Check(name, parameters, ALWAYS | frozenset(placeholders), function)
        return function

    return register


def find_check(name: str) -> Check | None:
    """The check of this name, or None."""
    return _CHECKS.get(name)


def check_names() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(sorted(_CHECKS))
