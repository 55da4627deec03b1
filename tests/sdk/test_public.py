"""The promise to plugins: every public name is documented, its examples are true, and the hooks stay what they are."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pluggy
import pytest

import huitang_sdk
from huitang_sdk import i18n
from huitang_sdk.hooks import PROJECT, HuitangHooks

MODULES = sorted([huitang_sdk.__name__, *(m.name for m in pkgutil.walk_packages(huitang_sdk.__path__, "huitang_sdk."))])


def documented(node: ast.AST) -> bool:
    return bool(ast.get_docstring(node))  # type: ignore[arg-type]


def inherits_its_words(owner: type[Any], name: str) -> bool:
    """Whether a class above says what the method does."""
    return any(getattr(vars(base).get(name), "__doc__", None) for base in owner.__mro__[1:])


def silent_names(module: Any) -> Iterator[str]:
    """The public classes, functions and methods that a module defines without saying what they are."""
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if not documented(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            owner = getattr(module, node.name)
            for method in node.body:
                if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name.startswith("_"):
                    continue
                if not documented(method) and not inherits_its_words(owner, method.name):
                    yield f"{node.name}.{method.name}"


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_says_what_it_is(name):
    module = importlib.import_module(name)
    assert module.__doc__, name
    assert list(silent_names(module)) == []


@pytest.mark.parametrize("name", MODULES)
def test_everything_announced_exists(name):
    module = importlib.import_module(name)
    announced = list(getattr(module, "__all__", ()))
    assert announced == sorted(set(announced), key=announced.index)
    assert [one for one in announced if not hasattr(module, one)] == []


def examples() -> list[Any]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for name in MODULES for test in finder.find(importlib.import_module(name), name) if test.examples]


EXAMPLES = examples()


@pytest.fixture
def no_catalogue(monkeypatch):
    """Other tests of the session have loaded the kernel's catalogues; the examples speak without one."""
    monkeypatch.setattr(i18n, "_lookup", None)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_are_true(example, no_catalogue):
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert said == []


def test_there_are_examples():
    assert {"huitang_sdk.i18n.format_money", "huitang_sdk.http.parse_range", "huitang_sdk.db.contains"} <= {
        example.name for example in EXAMPLES
    }


HOOKS = {
    "permissions": "Sequence[declare.Permission]",
    "roles": "Sequence[declare.Role]",
    "menu": "Sequence[declare.MenuItem]",
    "public_entries": "Sequence[declare.PublicEntry]",
    "widgets": "Sequence[declare.Widget]",
    "slots": "Sequence[declare.Slot]",
    "pages": "Sequence[Any]",
    "api": "Sequence[Any]",
    "search_sources": "Sequence[declare.SearchSource]",
    "notification_kinds": "Sequence[declare.NotificationKind]",
    "jobs": "Sequence[declare.Job]",
    "health_checks": "Sequence[declare.HealthCheck]",
    "subscriptions": "Sequence[declare.Subscription]",
    "document_templates": "Sequence[declare.DocumentTemplate]",
    "message_kinds": "Sequence[declare.MessageKind]",
    "live_topics": "Sequence[declare.LiveTopic]",
    "personal_columns": "Sequence[declare.PersonalColumn]",
    "withheld": "Sequence[declare.Withheld]",
    "workflows": "Sequence[Workflow]",
}
"""Hooks may be added. One that changes or goes breaks plugins that are out there: that is a new major version."""


def test_the_hooks_are_frozen():
    found = {name: inspect.signature(function) for name, function in vars(HuitangHooks).items() if name[0] != "_"}
    assert {name: signature.return_annotation for name, signature in found.items()} == HOOKS
    assert {tuple(signature.parameters) for signature in found.values()} == {("self",)}


def test_every_hook_is_one_for_pluggy():
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HuitangHooks)
    assert {name for name in vars(manager.hook) if name[0] != "_"} == set(HOOKS)
