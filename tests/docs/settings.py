"""The settings: their reference page and the sample file, both from the Structs and what is written at each field."""

from __future__ import annotations

import ast
import inspect
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from huitang_kernel.app import Hall
from huitang_kernel.config import Secret, Settings
from tests.docs.reference import doc_of_own, heading, page, struct_fields, table, type_name

NOTES = tomllib.loads((Path(__file__).parent / "settings_notes.toml").read_text(encoding="utf-8"))
"""What the code does not say at a setting itself: "section.name" → explanation."""


class Setting(Struct, frozen=True):
    section: str
    name: str
    kind: str
    default: Any
    explanation: str


def sections(hall: Hall) -> list[tuple[str, str, type[Any]]]:
    """(section, what it is about, its Struct), the kernel's own first."""
    own: list[tuple[str, str, type[Any]]] = [("", doc_of_own(Settings), Settings)]
    for name, default in struct_fields(Settings).items():
        if isinstance(default, Struct):
            own.append((name, doc_of_own(type(default)), type(default)))
    for record in hall.registry:
        if record.plugin is not None and record.plugin.settings_type.__struct_fields__:
            kind = record.plugin.settings_type
            own.append((f"plugins.{record.id}", f"{heading(record)}. {doc_of_own(kind)}", kind))
            own += nested(f"plugins.{record.id}", kind)
    return own


def nested(section: str, kind: type[Any]) -> list[tuple[str, str, type[Any]]]:
    """Sections inside a section."""
    inner = {name: type(value) for name, value in struct_fields(kind).items() if isinstance(value, Struct)}
    return [(f"{section}.{name}", doc_of_own(struct), struct) for name, struct in inner.items()]


def field_docs(kind: type[Any]) -> dict[str, str]:
    """Field → the string written below it."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for before, after in pairwise(body):
        if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[before.target.id] = inspect.cleandoc(str(after.value.value))  # type: ignore[union-attr]
    return found


def settings_of(section: str, kind: type[Any]) -> list[Setting]:
    written = field_docs(kind)
    found = []
    for name, default in struct_fields(kind).items():
        if isinstance(default, Struct) or (section == "" and name == "plugins"):
            continue
        key = f"{section}.{name}" if section else name
        said = written.get(name) or NOTES.get(key, "")
        found.append(Setting(section, name, type_name(kind, name), default, said))
    return found


def is_explained(setting: Setting, about: str) -> bool:
    """At the field, in the notes, or by name in the section's own text."""
    return bool(setting.explanation) or f"`{setting.name}`" in about


def markdown(hall: Hall) -> str:
    parts = [
        "Written in `huitang.toml` or given by environment variables (`HUITANG_SERVER__PORT=8080`), which win.",
        'A setting `x_file = "/path"` takes the value of `x` from a file: for secrets.',
        "Unknown names are refused, and all mistakes are told at once.",
        "`deploy/huitang.toml` lists every setting with its default.",
    ]
    for section, about, kind in sections(hall):
        rows = [
            [f"`{s.name}`", f"`{s.kind}`", f"`{toml(s.default)}`", s.explanation] for s in settings_of(section, kind)
        ]
        title = f"[{section}]" if section else "At the top of the file"
        parts.append(f"## {title}\n\n{about}\n\n" + table(["setting", "type", "default", "meaning"], rows))
    return page("Settings", *parts)


def sample(hall: Hall) -> str:
    """A huitang.toml with every setting at its default, commented out."""
    lines = [
        "# Settings of Huitang. Made by `make docs`: every setting with its default, switched off by the leading #.",
        '# Environment variables win: HUITANG_SERVER__PORT=8080. A secret may stand in a file: key_file = "/path".',
    ]
    for section, about, kind in sections(hall):
        lines += ["", *comment(about)]
        lines += [f"#[{section}]"] if section else []
        for setting in settings_of(section, kind):
            lines += comment(setting.explanation)
            lines.append(f"#{setting.name} = {toml(setting.default)}")
    return "\n".join(lines) + "\n"


def comment(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in text.splitlines()]


def toml(value: Any) -> str:
    """The value as TOML writes it."""
    if isinstance(value, Struct):
        value = {name: item for name, item in structs.asdict(value).items() if item is not None}
    if isinstance(value, Secret):
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if value is None:
        return '""'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
