"""Reading a case: JSON in, a checked struct out, or every mistake named with its place.

Keys may be written in Chinese where `KEYS` knows them; unknown keys are refused, with the key that was probably meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from huitang_petitions.clock.texts import Text, say

T = TypeVar("T", bound=Struct)


class Problem(Struct, frozen=True):
    """One mistake: the JSON path of its place ("$.events[1].at") and what is wrong there."""

    path: str
    text: Text

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class CaseError(ValueError):
    """A case that cannot be decided; `problems` names every mistake found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refuse(path: str, code: str, **values: object) -> CaseError:
    """The error for one mistake, to be raised."""
    return CaseError([Problem(path, say(code, **values))])


def read_json(raw: bytes) -> Any:
    """Plain data from JSON bytes. Refused: an empty file, another encoding than UTF-8, a key given twice, NaN."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("$", "input.not_utf8") from None
    if not text.strip():
        raise refuse("$", "input.empty")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse("$", "input.not_json", line=error.lineno, column=error.colno, cause=error.msg) from None
    except RecursionError:
        raise refuse("$", "input.too_deep") from None
    except ValueError as error:
        if isinstance(error, CaseError):
            raise
        raise refuse("$", "input.number_too_long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise refuse("$", "input.key_twice", key=key)
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise refuse("$", "input.no_number", value=name)


class Names(Struct, frozen=True):
    """Other names, Chinese ones mostly, that a case may use: of keys, and of values that are one of a few."""

    keys: Mapping[str, str]
    values: Mapping[str, str]


def read_case(data: Any, kind: type[T], names: Names) -> T:
    """`data` as a struct of this kind. CaseError lists every unknown or doubled key, or every value of a wrong type."""
    problems: list[Problem] = []
    renamed = _renamed(data, kind, names, "$", problems)
    if problems:
        raise CaseError(problems)
    try:
        return msgspec.convert(renamed, kind)
    except msgspec.ValidationError:
        raise CaseError(_located(renamed, kind, "$")) from None


def _renamed(data: Any, kind: Any, names: Names, path: str, problems: list[Problem]) -> Any:
    """`data` with the keys and values of `kind`."""
    kind = _fitting(kind, data)
    if isinstance(data, dict) and _is_struct(kind):
        return _renamed_object(data, kind, names, path, problems)
    if isinstance(data, dict) and get_origin(kind) is dict:
        inner = get_args(kind)[1]
        return {k: _renamed(v, inner, names, f"{path}.{k}", problems) for k, v in data.items()}
    if isinstance(data, list) and get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return [_renamed(value, inner, names, f"{path}[{number}]", problems) for number, value in enumerate(data)]
    if isinstance(data, str) and get_origin(kind) is Literal:
        return names.values.get(data, data)
    return data


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _fitting(kind: Any, data: Any) -> Any:
    """Of a union the member that fits what `data` looks like; of an annotated type the type."""
    if get_origin(kind) is Annotated:
        return _fitting(get_args(kind)[0], data)
    if get_origin(kind) not in (Union, UnionType):
        return kind
    for choice in get_args(kind):
        bare = _fitting(choice, data)
        shapes: dict[type, bool] = {dict: _is_struct(bare) or get_origin(bare) is dict, list: get_origin(bare) is tuple,
                  str: bare is str or get_origin(bare) is Literal}  # fmt: skip
        if shapes.get(type(data)):
            return bare
    return kind


def _renamed_object(
    data: dict[str, Any], kind: type[Struct], names: Names, path: str, problems: list[Problem]
) -> dict[str, Any]:
    fields = _fields(kind)
    found: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for key, value in data.items():
        name = key if key in fields else names.keys.get(key, key)
        place = f"{path}.{key}"
        if name not in fields:
            problems.append(_unknown_key(place, key, fields, names))
        elif name in found:
            problems.append(Problem(place, say("input.key_meant_twice", key=key, other=origin[name])))
        else:
            origin[name] = key
            found[name] = _renamed(value, fields[name], names, place, problems)
    return found


@lru_cache(maxsize=32)
def _fields(kind: type[Struct]) -> dict[str, Any]:
    """The types of the keys; msgspec evaluates the annotations anew each time."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _unknown_key(place: str, key: str, fields: Mapping[str, Any], names: Names) -> Problem:
    others = [other for other, name in names.keys.items() if name in fields]
    near = get_close_matches(key.lower(), [*fields, *others], n=1, cutoff=0.5)
    if near:
        return Problem(place, say("input.unknown_key_near", key=key, near=near[0]))
    return Problem(place, say("input.unknown_key", key=key, known=list(fields)))


def _located(data: Any, kind: Any, path: str) -> list[Problem]:
    """Every place in `data` that does not convert; msgspec itself names the first one only, without the index."""
    try:
        msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        inner = _inside(data, _fitting(kind, data), path)
        return inner or [_problem(path, str(error), data, _fitting(kind, data))]
    return []


def _inside(data: Any, kind: Any, path: str) -> list[Problem]:
    found: list[Problem] = []
    if isinstance(data, dict) and _is_struct(kind):
        for field in msgspec.structs.fields(kind):
            place = f"{path}.{field.encode_name}"
            if field.encode_name in data:
                found += _located(data[field.encode_name], field.type, place)
            elif field.required:
                found.append(Problem(place, say("input.missing", key=field.encode_name)))
    elif isinstance(data, dict) and get_origin(kind) is dict:
        for key, value in data.items():
            found += _located(value, get_args(kind)[1], f"{path}.{key}")
    elif isinstance(data, list) and get_origin(kind) is tuple:
        for number, value in enumerate(data):
            found += _located(value, get_args(kind)[0], f"{path}[{number}]")
    return found


_TRANSLATED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Expected `int(?: \| null)?`, got `(?P<got>\w+)`"), "input.not_whole"),
    (re.compile(r"Expected `int` >= 0"), "input.negative"),
    (re.compile(r"Expected `int` >= 1"), "input.not_positive"),
    (re.compile(r"Expected `int` <= \d+"), "input.too_large"),
    (re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`"), "input.wrong_type"),
)


def _problem(path: str, message: str, data: Any, kind: Any) -> Problem:
    """msgspec's message in both languages; what is not known is passed on as it is."""
    if get_origin(kind) is Literal and isinstance(data, str):
        return Problem(path, unknown(data, get_args(kind)))
    said = message.partition(" - at `")[0]
    for pattern, code in _TRANSLATED:
        found = pattern.match(said)
        if found:
            return Problem(path, say(code, **found.groupdict()))
    return Problem(path, Text(said, said))


def as_given(error: CaseError, data: Any, names: Names) -> CaseError:
    """The same mistakes, their places with the keys as the case has them (Chinese ones, where it has those)."""
    return CaseError(Problem(_given_path(problem.path, data, names), problem.text) for problem in error.problems)


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def _given_path(path: str, data: Any, names: Names) -> str:
    given, at = "$", data
    for step, number in _STEP.findall(path):
        if number:
            given += f"[{number}]"
            at = at[int(number)] if isinstance(at, list) and int(number) < len(at) else None
            continue
        held = at if isinstance(at, dict) else {}
        key = step if step in held else next((other for other in held if names.keys.get(other) == step), step)
        given += f".{key}"
        at = held.get(key)
    return given


def unknown(value: str, known: Iterable[str]) -> Text:
    """That `value` is none of those known, and which was probably meant."""
    names = list(known)
    near = get_close_matches(value, names, n=1, cutoff=0.5)
    if near:
        return say("input.unknown_value_near", value=value, near=near[0], known=names)
    return say("input.unknown_value", value=value, known=names)
