"""The shape of the code: short modules, short functions, the same file names everywhere, nothing left undone."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ["sdk", "kernel", "plugins", "examples"]
MODULE_LINES = 400
FUNCTION_LINES = 60


def tracked(*patterns: str) -> list[Path]:
    """Files that are in the repository or about to be."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in sorted(set(listed)) if (ROOT / name).is_file()]


MODULES = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in SOURCES]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_are_short():
    long = {
        named(path): size
        for path in MODULES
        if (size := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES
    }
    assert not long


def test_functions_are_short():
    long = [
        f"{named(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_every_module_says_what_it_is_for():
    silent = [
        named(path)
        for path in MODULES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


UNDONE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def test_nothing_is_left_undone():
    marked = [
        f"{named(path)}:{number}"
        for path in tracked("*.py", "*.html", "*.sql", "*.md", "*.js", "*.css", "*.toml", "Makefile")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNDONE.search(line)
    ]
    assert not marked


SKIPPED = re.compile(r"@pytest\.mark\.(?:skip|xfail)|pytest\.(?:skip|xfail|importorskip)\(")


def test_no_test_is_skipped():
    skipped = [
        f"{named(path)}:{number}"
        for path in tracked("tests/**.py", "examples/**.py", "plugins/**.py")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SKIPPED.search(line)
    ]
    assert not skipped


@pytest.mark.parametrize(
    "service",
    [
        "personal",
        "identity",
        "permissions",
        "files",
        "documents",
        "search",
        "live",
        "messages",
        "notifications",
        "scheduling",
        "workflow",
        "portal",
    ],
)
def test_every_service_has_the_same_files(service):
    folder = ROOT / "kernel" / "huitang_kernel" / service
    missing = [
        name for name in ("__init__.py", "plugin.py", "settings.py", "service.py") if not (folder / name).is_file()
    ]
    assert not missing
    assert (folder / "locale" / "zh-CN.po").is_file()


TEMPLATES = tracked("*.html")
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son[a-z]+=\"|\bjavascript:", re.I
)
OUTSIDE = re.compile(r"(?:src|href)=\"(?:https?:)?//", re.I)


def without_comments(path: Path) -> str:
    """The template with its {# comments #} emptied, line numbers kept."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\{#.*?#\}", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)


def test_pages_load_nothing_from_outside_and_no_inline_script():
    wrong = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in TEMPLATES
        for number, line in enumerate(without_comments(path).splitlines(), 1)
        if INLINE_SCRIPT.search(line) or OUTSIDE.search(line)
    ]
    assert not wrong
