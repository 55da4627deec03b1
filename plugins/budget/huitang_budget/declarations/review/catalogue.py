"""The catalogue of rules: data in TOML files, loaded into frozen structs, every mistake in it reported at once."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
from msgspec import Struct

from huitang_budget.declarations.model import Criterion, Severity
from huitang_budget.declarations.review import checks
from huitang_budget.declarations.review.registry import Parameters, check_names, find_check

# The names are registered when the modules of checks are imported; without that no catalogue could be loaded.
_LOADED = checks.MODULES


_KEYS = ("words", "bases", "defaults", "rules")


class CatalogueError(ValueError):
    """The catalogue cannot be used; `problems` lists every reason, each naming the file and the rule."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Title(Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Basis(Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule rests on. `verified` says whether the text itself was read; if not, take it as a setting, not as
    law."""

    title: str
    verified: bool
    article: str = ""
    note: str = ""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule, ready to be applied. `valid_to` is the last day it holds, None when it is open-ended."""

    id: str
    title: Title
    criterion: Criterion
    severity: Severity
    basis: Basis
    check: str
    parameters: Parameters
    message: str
    valid_from: date
    valid_to: date | None = None
    enabled: bool = True

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class _RuleData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as it stands in a file."""

    id: str
    title: Title
    criterion: Criterion
    severity: Severity
    basis: str
    check: str
    message: str
    valid_from: date
    parameters: dict[str, Any] = {}
    valid_to: date | None = None
    enabled: bool = True


class _Override(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may change in a rule."""

    severity: Severity | None = None
    enabled: bool | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    parameters: dict[str, Any] = {}


class Catalogue(Struct, frozen=True):
    """All rules, in the order of the files."""

    rules: tuple[Rule, ...]

    def rule(self, rule_id: str) -> Rule:
        """The rule of this id; KeyError when there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def with_overrides(self, overrides: Mapping[str, Mapping[str, Any]]) -> Catalogue:
        """A catalogue with an operator's settings: per rule id `severity`, `enabled`, `valid_from`, `valid_to`,
        `parameters`.

        Parameters not named keep their value. CatalogueError lists every unknown rule, key or wrong value.
        """
        known = {rule.id for rule in self.rules}
        problems = [f"override of {name!r}: no such rule" for name in overrides if name not in known]
        rules: list[Rule] = []
        for rule in self.rules:
            try:
                rules.append(_overridden(rule, overrides[rule.id]) if rule.id in overrides else rule)
            except (msgspec.ValidationError, ValueError) as error:
                problems.append(f"override of {rule.id!r}: {error}")
        if problems:
            raise CatalogueError(problems)
        return Catalogue(tuple(rules))


def _overridden(rule: Rule, values: Mapping[str, Any]) -> Rule:
    change = msgspec.convert(dict(values), _Override)
    merged = {**msgspec.to_builtins(rule.parameters), **change.parameters}
    parameters = msgspec.convert(merged, type(rule.parameters))
    names = ("severity", "enabled", "valid_from", "valid_to")
    given = {name: value for name in names if (value := getattr(change, name)) is not None}
    changed = msgspec.structs.replace(rule, parameters=parameters, **given)
    _check_dates(changed.valid_from, changed.valid_to)
    return changed


def _check_dates(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise ValueError(f"valid_to {last} lies before valid_from {first}")


def _check_message(message: str, allowed: frozenset[str]) -> None:
    used = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
    if unknown := used - allowed:
        raise ValueError(f"message uses {sorted(unknown)}, the check fills {sorted(allowed)}")


def _filled(value: Any, words: Mapping[str, list[str]]) -> Any:
    """A parameter with "@name" replaced by the word list of that name; ValueError for a list that does not exist."""
    if isinstance(value, str) and value.startswith("@"):
        if value[1:] not in words:
            raise ValueError(f"unknown word list {value!r}")
        return words[value[1:]]
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    return value


def _rule(data: Mapping[str, Any], bases: Mapping[str, Basis], words: Mapping[str, list[str]]) -> Rule:
    raw = msgspec.convert(data, _RuleData)
    check = find_check(raw.check)
    if check is None:
        raise ValueError(f"unknown check {raw.check!r}; known are {', '.join(check_names())}")
    if raw.basis not in bases:
        raise ValueError(f"unknown basis {raw.basis!r}")
    try:
        parameters = msgspec.convert(_filled(raw.parameters, words), check.parameters)
    except msgspec.ValidationError as error:
        raise ValueError(f"parameters of check {raw.check!r}: {error}") from None
    _check_dates(raw.valid_from, raw.valid_to)
    _check_message(raw.message, check.placeholders)
    given = {name: getattr(raw, name) for name in _RuleData.__struct_fields__ if name not in ("basis", "parameters")}
    return Rule(**given, basis=bases[raw.basis], parameters=parameters)


def load_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """A catalogue from TOML texts by file name.

    A file holds `words` (lists of words), `bases` (a table of tables), `defaults` (values for the rules of this file)
    and `rules` (a list).
    CatalogueError names every unreadable file, unknown key, check, parameter, basis, date or double id.
    """
    problems: list[str] = []
    documents: dict[str, dict[str, Any]] = {}
    for name, text in texts.items():
        try:
            documents[name] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{name}: not TOML: {error}")
    bases = _read_bases(documents, problems)
    words = {key: value for document in documents.values() for key, value in document.get("words", {}).items()}
    rules = _read_rules(documents, bases, words, problems)
    if problems:
        raise CatalogueError(problems)
    return Catalogue(tuple(rules))


def _read_bases(documents: Mapping[str, dict[str, Any]], problems: list[str]) -> dict[str, Basis]:
    bases: dict[str, Basis] = {}
    for name, document in documents.items():
        for key, data in document.get("bases", {}).items():
            try:
                bases[key] = msgspec.convert(data, Basis)
            except msgspec.ValidationError as error:
                problems.append(f"{name}: basis {key!r}: {error}")
    return bases


def _read_rules(
    documents: Mapping[str, dict[str, Any]],
    bases: Mapping[str, Basis],
    words: Mapping[str, list[str]],
    problems: list[str],
) -> list[Rule]:
    rules: dict[str, Rule] = {}
    for name, document in documents.items():
        problems += [f"{name}: unknown key {key!r}" for key in document if key not in _KEYS]
        for position, data in enumerate(document.get("rules", [])):
            rule_id = str(data.get("id", f"number {position + 1}"))
            if rule_id in rules:
                problems.append(f"{name}: rule {rule_id!r}: this id is used twice")
                continue
            try:
                rules[rule_id] = _rule({**document.get("defaults", {}), **data}, bases, words)
            except (msgspec.ValidationError, ValueError) as error:
                problems.append(f"{name}: rule {rule_id!r}: {error}")
    return list(rules.values())


def _rule_files() -> list[Traversable]:
    folder = files("huitang_budget.declarations.review") / "rules"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


@lru_cache(maxsize=1)
def default_catalogue() -> Catalogue:
    """The catalogue that comes with the plugin."""
    return load_catalogue({file.name: file.read_text(encoding="utf-8") for file in _rule_files()})
