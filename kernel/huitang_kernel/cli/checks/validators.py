"""The validators, one question each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

import huitang_sdk
from huitang_kernel.cli.checks.folder import Folder
from huitang_kernel.cli.checks.messages import declared_messages, package_messages, read_catalogue, wrong_places
from huitang_kernel.cli.texts import _
from huitang_kernel.db.migrations import FILE_NAME
from huitang_kernel.plugins.declaring import HookCaller
from huitang_kernel.plugins.discovery import ID, TAKEN
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.declare import Declarations

Validator = Callable[[Folder], Iterator[str]]
FORBIDDEN = frozenset({"huitang_kernel", "casbin", "apscheduler", "minio", "whoosh", "dynaconf", "pluggy"})
FULL_SCHEMA = re.compile(r"\b(?:CREATE|ALTER|DROP)\s+TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?\"?(\w+)\"?\.", re.I)


def manifest(folder: Folder) -> Iterator[str]:
    """The plugin can be imported, and its manifest fits folder, package and SDK."""
    if folder.plugin is None:
        yield folder.problem
        return
    given = folder.plugin.manifest
    if given.id != folder.id:
        yield _("the entry point is called {point}, the manifest's id is {id}", point=folder.id, id=given.id)
    if not ID.match(given.id) or given.id in TAKEN:
        yield _("{id} cannot be a plugin id: 2 to 31 of a-z, 0-9, _, and not a reserved word", id=given.id)
    for language in ("zh-CN", "en"):
        if not given.title.get(language):
            yield _("the manifest has no title in {language}", language=language)
    if given.version != folder.project.get("version"):
        yield _("the manifest says version {a}, pyproject.toml {b}", a=given.version, b=folder.project.get("version"))
    try:
        if not SpecifierSet(given.sdk).contains(huitang_sdk.__version__, prereleases=True):
            yield _("it needs huitang-sdk {range}, this is {version}", range=given.sdk, version=huitang_sdk.__version__)
    except InvalidSpecifier:
        yield _("sdk = {range} is not a version range", range=given.sdk)


def declarations(folder: Folder) -> Iterator[str]:
    """Everything declared carries the plugin's id, once, and names permissions that exist."""
    if folder.plugin is not None:
        try:
            declared(folder)
        except Exception as error:
            yield f"{type(error).__name__}: {error}"


def declared(folder: Folder) -> Declarations:
    assert folder.plugin is not None
    return HookCaller().declarations(PluginRecord(folder.id, folder.plugin.manifest, folder.plugin))


def imports(folder: Folder) -> Iterator[str]:
    """Only the SDK, never the kernel or the libraries behind its services."""
    for path in sorted(folder.package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _imported(node):
                if name.partition(".")[0] in FORBIDDEN:
                    assert isinstance(node, ast.stmt)
                    yield _("{file}:{line} imports {name}", file=folder.shown(path), line=node.lineno, name=name)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def migrations(folder: Folder) -> Iterator[str]:
    """Files are named and numbered like migrations, and touch the plugin's own schema only."""
    numbers: set[str] = set()
    for path in sorted((folder.package / "migrations").glob("*")):
        if path.name.startswith((".", "__")):
            continue
        if not FILE_NAME.match(path.name):
            yield _("{file} is not named like 0001_what_it_does.sql", file=folder.shown(path))
            continue
        if path.name[:4] in numbers:
            yield _("{file}: the number {number} is there twice", file=folder.shown(path), number=path.name[:4])
        numbers.add(path.name[:4])
        for schema in FULL_SCHEMA.findall(path.read_text(encoding="utf-8")):
            if schema != folder.id:
                yield _("{file} changes the schema {schema}", file=folder.shown(path), schema=schema)


def catalogue(folder: Folder) -> Iterator[str]:
    """Every text has its Chinese translation, with the same {places}."""
    known = read_catalogue(folder.package / "locale" / "zh-CN.po")
    try:
        found = list(package_messages(folder.package, folder.id, folder.root))
        if folder.plugin is not None:
            found += declared_messages(folder.id, declared(folder))
    except Exception as error:
        yield str(error)
        return
    missing = {
        message.text: message.where for message in found if message.text not in known and message.domain == folder.id
    }
    for text, where in missing.items():
        yield _("{where}: no Chinese translation of {text}", where=where, text=repr(text))
    for text in wrong_places(known):
        yield _("locale/zh-CN.po: the translation of {text} has other places", text=repr(text))


def documentation(folder: Folder) -> Iterator[str]:
    """A README says what it is for; its settings are explained."""
    if not (folder.root / "README.md").is_file():
        yield _("there is no README.md")
    if (
        folder.plugin is not None
        and folder.plugin.settings_type.__struct_fields__
        and not folder.plugin.settings_type.__doc__
    ):
        yield _("the settings have no docstring that explains them")


VALIDATORS: dict[str, Validator] = {
    "manifest": manifest,
    "declarations": declarations,
    "imports": imports,
    "migrations": migrations,
    "catalogue": catalogue,
    "documentation": documentation,
}
