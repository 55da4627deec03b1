"""Reading a case: JSON in, a checked struct out, or every mistake named with its place.

Keys may be written in Chinese where `Names` knows them; unknown keys are refused, with the key that was probably meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from huitang_sdk.cases.problems import CaseError, Problem
from huitang_sdk.cases.wording import INPUT, Wording

T = TypeVar("T", bound=Struct)


def read_json(raw: bytes) -> Any:
    """Plain data from JSON bytes. CaseError for an empty file, another encoding than UTF-8, a key given twice, NaN.

    >>> read_json('{"出席": 40}'.encode())
    {'出席': 40}
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise INPUT.refuse("$", "input.not_utf8") from None
    if not text.strip():
        raise INPUT.refuse("$", "input.empty")
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        if "\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except UnicodeEncodeError:
        raise INPUT.refuse("$", "input.half_character") from None
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise INPUT.refuse("$", "input.not_json", **place, cause=error.msg) from None
    except RecursionError:
        raise INPUT.refuse("$", "input.too_deep") from None
    except ValueError as error:
        if isinstance(error, CaseError):
            raise
        raise INPUT.refuse("$", "input.number_too_long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise INPUT.refuse("$", "input.key_twice", key=key)
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise INPUT.refuse("$", "input.no_number", value=name)


class Names(Struct, frozen=True):
    """Other names, Chinese ones mostly, that a case may use: of keys, and of `Literal` values.

    >>> Names(keys={"出席": "present"}, values={"议案": "motion"}).keys["出席"]
    'present'
    """

    keys: Mapping[str, str]
    values: Mapping[str, str]


def read_case(data: Any, kind: type[T], names: Names, wording: Wording = INPUT) -> T:
    """`data` as a struct of this kind. CaseError lists every unknown or doubled key, or every value of a wrong type.

    The struct is made of structs, tuples, dicts and plain values; `wording` is the engine's, for its own messages.

    >>> class Round(Struct):
    ...     seats: int
    >>> read_case({"名额": 2}, Round, Names(keys={"名额": "seats"}, values={})).seats
    2
    """
    if not isinstance(data, dict):
        raise wording.refuse("$", "input.not_object")
    reader = _Reader(names, wording)
    renamed = reader.renamed(data, kind, "$")
    if reader.problems:
        raise CaseError(reader.problems)
    try:
        return msgspec.convert(renamed, kind)
    except msgspec.ValidationError:
        raise CaseError(reader.located(renamed, kind, "$")) from None


class _Reader:
    """One reading of one case; `problems` are those with its keys."""

    def __init__(self, names: Names, wording: Wording) -> None:
        self.names = names
        self.wording = wording
        self.problems: list[Problem] = []

    def renamed(self, data: Any, kind: Any, path: str) -> Any:
        """`data` with the keys and values of `kind`."""
        kind = _fitting(kind, data)
        if isinstance(data, dict) and _is_struct(kind):
            return self._renamed_object(data, kind, path)
        if isinstance(data, dict) and get_origin(kind) is dict:
            inner = get_args(kind)[1]
            return {key: self.renamed(value, inner, f"{path}.{key}") for key, value in data.items()}
        if isinstance(data, list) and get_origin(kind) is tuple:
            inner = get_args(kind)[0]
            return [self.renamed(value, inner, f"{path}[{number}]") for number, value in enumerate(data)]
        if isinstance(data, str) and get_origin(kind) is Literal:
            return self.names.values.get(data, data)
        return data

    def _renamed_object(self, data: dict[str, Any], kind: type[Struct], path: str) -> dict[str, Any]:
        fields = _fields(kind)
        found: dict[str, Any] = {}
        origin: dict[str, str] = {}
        for key, value in data.items():
            name = key if key in fields else self.names.keys.get(key, key)
            place = f"{path}.{key}"
            if name not in fields:
                self.problems.append(self._unknown_key(place, key, fields))
            elif name in found:
                said = self.wording.say("input.key_meant_twice", key=key, other=origin[name])
                self.problems.append(Problem(place, said))
            else:
                origin[name] = key
                found[name] = self.renamed(value, fields[name], place)
        return found

    def _unknown_key(self, place: str, key: str, fields: Mapping[str, Any]) -> Problem:
        others = [other for other, name in self.names.keys.items() if name in fields]
        near = get_close_matches(key.lower(), [*fields, *others], n=1, cutoff=0.5)
        if near:
            return Problem(place, self.wording.say("input.unknown_key_near", key=key, near=near[0]))
        return Problem(place, self.wording.say("input.unknown_key", key=key, known=list(fields)))

    def located(self, data: Any, kind: Any, path: str) -> list[Problem]:
        """Every place in `data` that does not convert; msgspec itself names the first one only, without the index."""
        try:
            msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            fitting = _fitting(kind, data)
            return self._inside(data, fitting, path) or [self._problem(path, str(error), data, fitting)]
        return []

    def _inside(self, data: Any, kind: Any, path: str) -> list[Problem]:
        found: list[Problem] = []
        if isinstance(data, dict) and _is_struct(kind):
            for field in msgspec.structs.fields(kind):
                place = f"{path}.{field.encode_name}"
                if field.encode_name in data:
                    found += self.located(data[field.encode_name], field.type, place)
                elif field.required:
                    found.append(Problem(place, self.wording.say("input.missing", key=field.encode_name)))
        elif isinstance(data, dict) and get_origin(kind) is dict:
            for key, value in data.items():
                found += self.located(value, get_args(kind)[1], f"{path}.{key}")
        elif isinstance(data, list) and get_origin(kind) is tuple:
            for number, value in enumerate(data):
                found += self.located(value, get_args(kind)[0], f"{path}[{number}]")
        return found

    def _problem(self, path: str, message: str, data: Any, kind: Any) -> Problem:
        if get_origin(kind) is Literal and isinstance(data, str):
            return Problem(path, self.wording.unknown(data, get_args(kind)))
        return Problem(path, self.wording.of_msgspec(message))


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


@lru_cache(maxsize=64)
def _fields(kind: type[Struct]) -> dict[str, Any]:
    """The types of the keys; msgspec evaluates the annotations anew each time."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def as_given(error: CaseError, data: Any, names: Names) -> CaseError:
    """The same mistakes, their places with the keys as the case has them (Chinese ones, where it has those).

    >>> names = Names(keys={"名额": "seats"}, values={})
    >>> as_given(INPUT.refuse("$.seats", "input.not_positive"), {"名额": 0}, names).problems[0].path
    '$.名额'
    """
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
