"""Reading the files of rules: TOML in, a checked struct out, or every mistake with its place."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from huitang_petitions.judging.wording import WORDING, refuse
from huitang_sdk.cases import Names, read_case

T = TypeVar("T", bound=Struct)

NAMES = Names(keys={}, values={})


def shipped(name: str) -> str:
    """The text of a file that comes with the plugin."""
    return (files("huitang_petitions.judging") / name).read_text(encoding="utf-8")


def text_of(path: Path) -> str:
    """The text of an operator's file. CaseError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse("$", "rules.unreadable", cause=str(error)) from None


def read_toml(text: str, kind: type[T]) -> T:
    """TOML text as a struct of this kind. CaseError names every unknown key, or every value of a wrong type."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refuse("$", "rules.no_toml", cause=str(error)) from None
    return read_case(data, kind, NAMES, WORDING)
