"""Every text of the kernel, the SDK, the command line and every plugin has its Chinese translation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rich_click as click

from huitang_kernel.cli.checks.messages import (
    Message,
    declared_messages,
    package_messages,
    read_catalogue,
    wrong_places,
)
from tests.docs import reference

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "kernel" / "huitang_kernel"


@pytest.fixture(scope="module")
def hall():
    return reference.make_hall()


@pytest.fixture(scope="module")
def messages(hall) -> list[Message]:
    """All messages of the platform and its plugins, with the catalogue each is looked up in."""
    found = list(package_messages(ROOT / "sdk" / "huitang_sdk", "portal", ROOT))
    for record in hall.registry:
        found += package_messages(record.plugin.folder, record.id, ROOT)
        found += declared_messages(record.id, record.declarations)
    for path in (
        *KERNEL.glob("*.py"),
        *(p for n in ("web", "events", "audit", "db", "plugins") for p in (KERNEL / n).rglob("*.py")),
    ):
        from huitang_kernel.cli.checks.messages import python_messages

        found += python_messages(path, str(path.relative_to(ROOT)))
    return found


def test_something_was_found(messages):
    assert len(messages) > 200
    assert {message.domain for message in messages} >= {"portal", "identity", "budget", "noticeboard"}


def test_every_text_has_its_translation(hall, messages):
    folders = {record.id: record.plugin.folder for record in hall.registry}
    shared = read_catalogue(folders["portal"] / "locale" / "zh-CN.po")
    catalogues = {plugin: read_catalogue(folder / "locale" / "zh-CN.po") for plugin, folder in folders.items()}
    missing = sorted(
        f"{message.domain}: {message.text!r} ({message.where})"
        for message in messages
        if message.text not in catalogues.get(message.domain, {}) and message.text not in shared
    )
    assert not missing, "\n".join(missing)


def test_translations_keep_the_named_places(hall):
    for record in hall.registry:
        path = record.plugin.folder / "locale" / "zh-CN.po"
        assert not wrong_places(read_catalogue(path)), record.id


def command_texts() -> Iterator[str]:
    """What the command line says: `_("…")` in its modules, and the help of every command and option."""
    import ast

    from huitang_kernel.cli import COMMANDS

    yield from (summary for _target, summary in COMMANDS.values())
    for path in (KERNEL / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
            if is_call and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
    for _path, command in reference.walk_commands(COMMANDS, {}):
        yield " ".join(command.help.split())
        yield from (p.help for p in command.params if isinstance(p, click.Option))


def test_the_command_line_speaks_chinese():
    path = KERNEL / "cli" / "locale" / "zh-CN.po"
    known = read_catalogue(path)
    missing = sorted({text for text in command_texts() if text not in known})
    assert not missing, "\n".join(missing)
    assert not wrong_places(known)
