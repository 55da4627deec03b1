"""Finding every translatable text of a package, with the catalogue (domain) it belongs to.

In Python: calls of a name bound to `Translator("x")` or `lazy("x")`, and `translate("x", "…")`. In templates: `_("…")`,
found by Jinja's own extraction. Declared titles come from the declarations.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract
from msgspec import Struct

from huitang_kernel.web.templates import EXTENSIONS
from huitang_sdk.declare import Declarations
from huitang_sdk.workflow.checking import titles

MAKERS = {"Translator", "lazy"}
TITLED = (
    "permissions",
    "roles",
    "menu",
    "public_entries",
    "widgets",
    "search_sources",
    "notification_kinds",
    "message_kinds",
    "jobs",
    "health_checks",
    "live_topics",
)
PLACE = re.compile(r"\{(\w*)\}")


class Message(Struct, frozen=True):
    """A text to translate and where it is."""

    domain: str
    text: str
    where: str


def python_messages(path: Path, shown: str) -> Iterator[Message]:
    """Messages of one module. A text that is put together at run time cannot be translated: ValueError names it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    domains = _translators(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        where = f"{shown}:{node.lineno}"
        if name in domains:
            yield from _text(domains[name], node.args[0], where)
        elif name == "translate" and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
            yield from _text(str(node.args[0].value), node.args[1], where)


def _translators(tree: ast.Module) -> dict[str, str]:
    """Name in the module → domain."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
            target, call = node.targets[0], node.value
            made_by = call.func.id if isinstance(call.func, ast.Name) else ""
            if made_by in MAKERS and isinstance(target, ast.Name) and isinstance(call.args[0], ast.Constant):
                found[target.id] = str(call.args[0].value)
    return found


def _text(domain: str, node: ast.expr, where: str) -> Iterator[Message]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield Message(domain, node.value, where)
    elif isinstance(node, ast.IfExp):
        yield from _text(domain, node.body, where)
        yield from _text(domain, node.orelse, where)
    elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
        raise ValueError(f"{where}: a text that is put together cannot be translated; use named {{places}}")


def template_messages(path: Path, domain: str, shown: str) -> Iterator[Message]:
    """Messages of one template."""
    options = {"extensions": ",".join(EXTENSIONS), "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    with path.open("rb") as file:
        for line, _function, text, _comments in babel_extract(file, ["_"], [], options):
            # A call with values for its places comes as a tuple, the text first.
            first = text[0] if isinstance(text, tuple) and text else text
            if isinstance(first, str):
                yield Message(domain, first, f"{shown}:{line}")


def declared_messages(domain: str, declared: Declarations) -> Iterator[Message]:
    """Titles of everything a plugin declares."""
    for name in TITLED:
        for value in getattr(declared, name):
            yield Message(domain, value.title, f"{name}()")
    for workflow in declared.workflows:
        for title in titles(workflow):
            yield Message(domain, title, "workflows()")
    for entry in declared.public_entries:
        yield Message(domain, entry.text, "public_entries()")


def package_messages(package: Path, domain: str, root: Path) -> Iterator[Message]:
    """Messages of all modules and templates below a package."""
    for path in sorted(package.rglob("*.py")):
        yield from python_messages(path, str(path.relative_to(root)))
    for path in sorted((package / "templates").rglob("*.html")):
        yield from template_messages(path, domain, str(path.relative_to(root)))


def read_catalogue(path: Path) -> dict[str, str]:
    """Message id → text of a .po file; fuzzy and empty entries do not count."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue: Any = read_po(file, locale="zh_CN")
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def wrong_places(catalogue: dict[str, str]) -> list[str]:
    """Entries whose translation has other {places} than the message."""
    return [text for text, chinese in catalogue.items() if set(PLACE.findall(text)) != set(PLACE.findall(chinese))]
