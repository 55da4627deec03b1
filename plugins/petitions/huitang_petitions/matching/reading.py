"""Letters from JSON Lines: one object a line, every mistake named with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from msgspec import Struct

FIELDS = ("petitioner", "phone", "place", "subject", "text")
LONGEST = 4_000_000
"""Bytes in a line: more is no letter."""


class LineError(Exception):
    """What is wrong with a line, or with the whole file (line 0)."""

    def __init__(self, name: str, line: int, message: str) -> None:
        super().__init__(f"{name}:{line}: {message}" if line else f"{name}: {message}")


class ReadLetter(Struct, frozen=True):
    """A letter of a file. What is not known is ""."""

    id: str
    petitioner: str
    phone: str
    place: str
    subject: str
    text: str


def letters_of(source: IO[bytes], name: str) -> Iterator[ReadLetter]:
    """The letters of a file, one after another. LineError at the first line that is wrong, and for a file without any.

    `id` and `text` have to be there, and `text` or `subject` has to say something; the other fields may be missing,
    null or empty. Other keys are left alone. No id twice.
    """
    lines: dict[str, int] = {}
    for line, raw in enumerate(source, 1):
        data = _object(raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw, name, line)
        if data is None:
            continue
        letter = _letter(data, name, line)
        if letter.id in lines:
            raise LineError(name, line, f"the id {letter.id!r} is already on line {lines[letter.id]}")
        lines[letter.id] = line
        yield letter
    if not lines:
        raise LineError(name, 0, "there is no letter in the file")


def _object(raw: bytes, name: str, line: int) -> dict[str, Any] | None:
    if len(raw) > LONGEST:
        raise LineError(name, line, f"longer than {LONGEST} bytes")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise LineError(name, line, f"not UTF-8: byte {error.start + 1} of the line") from None
    if not text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "cannot be read"
        raise LineError(name, line, f"not JSON: {reason}") from None
    if not isinstance(data, dict):
        raise LineError(name, line, "not a JSON object")
    return data


def _letter(data: dict[str, Any], name: str, line: int) -> ReadLetter:
    for field in ("id", "text"):
        if field not in data:
            raise LineError(name, line, f"the field {field!r} is missing")
    values = {field: _text(data.get(field), field, name, line) for field in ("id", *FIELDS)}
    if not values["id"].strip():
        raise LineError(name, line, "the field 'id' is empty")
    if not values["text"].strip() and not values["subject"].strip():
        raise LineError(name, line, "the fields 'text' and 'subject' are both empty")
    return ReadLetter(**values)


def _text(value: Any, field: str, name: str, line: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # Half a surrogate pair is valid in JSON, but no character.
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not isinstance(value, bool) and field in ("id", "phone"):
        return str(value)
    raise LineError(name, line, f"the field {field!r} must be a string")
