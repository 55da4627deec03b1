"""The pages of docs/reference that are made from hooks, declarations, contracts, events, commands and rules."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import tempfile
from collections.abc import Iterator
from typing import Any

import msgspec
import rich_click as click

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk import contracts as contracts_package
from huitang_sdk import declare
from huitang_sdk.contracts import Event
from huitang_sdk.hooks import HuitangHooks
from huitang_sdk.workflow import declaring

NOTE = "<!-- Made by `make docs` from the code. Do not edit: change the docstring instead. -->\n"


MODULES = re.compile(r"(?:huitang_sdk\.\w+(?:\.\w+)*\.|collections\.abc\.|uuid\.|datetime\.|typing\.)")


QUOTED = re.compile(r"(?<=[:>] )'([^']*)'")
"""A type that is written as a text."""


def make_hall() -> Hall:
    """A hall of everything that is installed, without a database."""
    for name in [name for name in os.environ if name.startswith("HUITANG_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        return Hall(load_settings(None, {"data_dir": folder, "policy": {"on_plugin_failure": "abort"}}))


def page(title: str, *parts: str) -> str:
    return "\n".join([NOTE, f"# {title}", *("\n" + part.strip() for part in parts if part.strip())]) + "\n"


def doc(value: Any) -> str:
    return inspect.cleandoc(value.__doc__ or "")


def table(headings: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def signature(function: Any) -> str:
    return QUOTED.sub(r"\1", MODULES.sub("", str(inspect.signature(function))))


def index() -> str:
    return page(
        "Reference",
        "Made from the code by `make docs`, so it says what the code does; the tests fail when it is stale.",
        "- [Hooks](hooks.md): what a plugin may contribute, and when it is asked\n"
        "- [Declarations](declarations.md): the values that hooks return\n"
        "- [Contracts](contracts.md): the services a plugin finds in its context\n"
        "- [Settings](settings.md): everything an operator can set\n"
        "- [Permissions and roles](permissions.md)\n"
        "- [Events](events.md)\n"
        "- [Commands](commands.md)\n"
        "- [Rules of review](rules.md): the catalogue of the budget plugin\n"
        "- [Rule profiles](rule-profiles.md): the conference plugin's quorums, majorities and speech times\n"
        "- [API of letters and visits](petitions-api.json): its OpenAPI document",
    )


def hook_functions() -> Iterator[tuple[str, Any]]:
    for name, function in vars(HuitangHooks).items():
        if not name.startswith("_") and callable(function):
            yield name, function


def hooks() -> str:
    parts = [inspect.cleandoc(importlib.import_module("huitang_sdk.hooks").__doc__ or "")]
    for name, function in hook_functions():
        lines = doc(function).splitlines()
        example = [line for line in lines if line.startswith("return ")]
        prose = "\n".join(line for line in lines if line not in example).strip()
        code = "\n".join(["@hookimpl", f"def {name}(self):", *(f"    {line}" for line in example)])
        parts.append(f"## {name}\n\n`{name}{signature(function)}`\n\n{prose}\n\n```python\n{code}\n```")
    return page("Hooks", *parts)


def structs_of(module: Any) -> list[type[Any]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    ]


REQUIRED = object()


def struct_fields(kind: type[Any]) -> dict[str, Any]:
    """Field → default (REQUIRED if it has none); without looking at the types, which may be named for mypy only."""
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    found = dict.fromkeys(names, REQUIRED)
    for name, value in zip(names[len(names) - len(defaults) :], defaults, strict=True):
        if value is not msgspec.NODEFAULT:
            found[name] = value.factory() if hasattr(value, "factory") else value
    return found


def fields(kind: type[Any]) -> str:
    rows = [[f"`{name}`", f"`{type_name(kind, name)}`", shown(value)] for name, value in struct_fields(kind).items()]
    return table(["field", "type", "default"], rows) if rows else ""


def type_name(kind: type[Any], name: str) -> str:
    for base in kind.__mro__:
        hint = inspect.get_annotations(base).get(name)
        if hint is not None:
            return (hint if isinstance(hint, str) else getattr(hint, "__name__", str(hint))).replace("\n", " ")
    return ""


def shown(value: Any) -> str:
    if value is REQUIRED:
        return "required"
    if callable(value):
        return f"`{value.__name__}`"
    return f"`{value!r}`" if value not in ("", None, (), {}) else "empty"


def declarations() -> str:
    parts = [doc(declare)]
    for kind in (*structs_of(declare), *structs_of(declaring)):
        if kind is not declare.Declarations:
            parts.append(f"## {kind.__name__}\n\n{doc(kind)}\n\n{fields(kind)}")
    return page("Declarations", *parts)


def contract_modules() -> list[Any]:
    folder = contracts_package.__path__[0]
    names = sorted(name[:-3] for name in os.listdir(folder) if name.endswith(".py") and name != "__init__.py")
    return [importlib.import_module(f"huitang_sdk.contracts.{name}") for name in names]


def contracts() -> str:
    parts = ["What `ctx` offers. Every part is a `typing.Protocol`; the kernel implements it, tests may too."]
    for module in contract_modules():
        parts.append(f"## {module.__name__.rpartition('.')[2]}\n\n{doc(module)}")
        for value in vars(module).values():
            if not inspect.isclass(value) or value.__module__ != module.__name__:
                continue
            if getattr(value, "_is_protocol", False):
                methods = [
                    f"- `{name}{signature(function)}`: {' '.join(doc(function).split(chr(10) + chr(10))[0].split())}"
                    for name, function in vars(value).items()
                    if callable(function) and not name.startswith("_")
                ]
                parts.append(f"### {value.__name__}\n\n{doc_of_own(value)}\n\n" + "\n".join(methods))
            elif issubclass(value, msgspec.Struct):
                parts.append(f"### {value.__name__}\n\n{doc_of_own(value)}\n\n{fields(value)}")
    return page("Contracts", *parts)


def doc_of_own(kind: type[Any]) -> str:
    return inspect.cleandoc(kind.__dict__.get("__doc__") or "")


def permissions(hall: Hall) -> str:
    parts = ["A permission is `<plugin>.<noun>.<verb>`. Which rows it covers is decided by the reach of the grant."]
    for record in hall.registry:
        declared = record.declarations
        if not declared.permissions:
            continue
        rows = [
            [f"`{p.id}`", p.title, hall.catalogues.lookup(record.id, "zh-CN", p.title)] for p in declared.permissions
        ]
        parts.append(f"## {heading(record)}\n\n" + table(["permission", "title", "in Chinese"], rows))
        roles = [[f"`{r.id}`", r.title, r.reach, ", ".join(f"`{p}`" for p in r.permissions)] for r in declared.roles]
        if roles:
            parts.append(table(["proposed role", "title", "reach", "permissions"], roles))
    return page("Permissions and roles", *parts)


def heading(record: PluginRecord) -> str:
    return f"{record.manifest.title.get('en') or record.id} (`{record.id}`)"


def events_of(record: PluginRecord) -> list[type[Event]]:
    assert record.plugin is not None
    try:
        module = importlib.import_module(f"{record.plugin.package}.events")
    except ModuleNotFoundError:
        return []
    return [
        v
        for v in vars(module).values()
        if inspect.isclass(v)
        and issubclass(v, Event)
        and v.__module__ in (module.__name__, f"huitang_sdk.contracts.{record.id}")
    ]


def events(hall: Hall) -> str:
    parts = ["Facts in the past tense, delivered after their commit, at least once (see [contracts](contracts.md))."]
    for record in hall.registry:
        for kind in events_of(record):
            said = doc_of_own(kind) or f"Class `{kind.__name__}` of {heading(record)}."
            parts.append(f"## {kind.event_name()}\n\n{said}\n\n{fields(kind)}")
    return page("Events", *parts)


def commands() -> str:
    """Every command of the kernel and of the installed plugins, with its options."""
    from huitang_kernel.cli import COMMANDS
    from huitang_kernel.cli.group import load_plugin_command, plugin_commands

    parts = ["Every command answers `--help`. Status 0: done; 1: not done, or a check found something; 2: wrong usage."]
    for path, command in walk_commands(
        COMMANDS, {n: load_plugin_command(p) for n, p in sorted(plugin_commands().items())}
    ):
        said = " ".join((command.help or "").split())
        rows = [option_row(p) for p in command.params]
        listed = table(["option", "default", "meaning"], rows) if rows else ""
        parts.append(f"## huitang {path}\n\n{said}\n\n{listed}")
    return page("Commands", *parts)


def walk_commands(own: dict[str, tuple[str, str]], plugins: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    found: dict[str, Any] = {}
    for name, (target, _summary) in own.items():
        module, _colon, attribute = target.partition(":")
        found[name] = getattr(importlib.import_module(module), attribute)
    for name, command in {**found, **plugins}.items():
        yield from _walk(name, command)


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _walk(f"{path} {name}", child)
    else:
        yield path, command


def option_row(parameter: Any) -> list[str]:
    name = (
        ", ".join(parameter.opts)
        if isinstance(parameter, click.Option)
        else (parameter.metavar or parameter.name.upper())
    )
    default = parameter.default
    simple = isinstance(default, (str, int, float, os.PathLike)) and not isinstance(default, bool) and str(default)
    return [f"`{name}`", f"`{default}`" if simple else "", getattr(parameter, "help", "") or ""]


def rules() -> str:
    from huitang_budget.declarations.review import catalogue_markdown

    text = catalogue_markdown()
    return NOTE + "\n" + text.rstrip() + "\n"


def rule_profiles() -> str:
    from huitang_conference.rules.markdown import profiles_markdown

    return NOTE + "\n" + profiles_markdown().rstrip() + "\n"
