"""The labels of the form and their variants, read from labels.toml beside this module."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct

Shape = Literal["text", "name", "money", "date", "choices", "table", "other"]


class Label(Struct, frozen=True):
    """One field of the form: its names as printed and the shape of its value; the order is that of the printed form."""

    field: str
    shape: Shape
    names: tuple[str, ...]
    repeats: bool = False


def _load() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


_DATA = _load()

LABELS: tuple[Label, ...] = tuple(
    Label(row["id"], row["shape"], tuple(row["names"]), row.get("repeats", False)) for row in _DATA["field"]
)
BY_FIELD: dict[str, Label] = {label.field: label for label in LABELS}
ORDER: dict[str, int] = {label.field: rank for rank, label in enumerate(LABELS)}

SUB_NAME = frozenset(_DATA["sub_projects"]["name"])
SUB_AMOUNT = frozenset(_DATA["sub_projects"]["amount"])
SUB_OTHER = frozenset(_DATA["sub_projects"]["other"])
HEAD: dict[str, tuple[str, ...]] = {role: tuple(names) for role, names in _DATA["indicator_head"].items()}
CHOICES = frozenset(_DATA["words"]["choices"])
VERDICTS = frozenset(_DATA["words"]["verdicts"])

_WIDE = {"（": "[（(]", "）": "[）)]", "、": "[、，,]", "：": "[：:]"}


def flexible(name: str) -> str:
    """A regular expression for a label with blanks anywhere inside and brackets and commas in either width."""
    return r"\s*".join(_WIDE.get(char, re.escape(char)) for char in name)
