"""The reference is what the code says, and the code says something about everything."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import rich_click as click

from huitang_kernel.cli.errors import explain
from huitang_kernel.config import load_settings
from tests.docs import reference, settings
from tests.docs.generate import ROOT, pages


@pytest.fixture(scope="module")
def hall():
    return reference.make_hall()


def test_the_reference_is_what_the_code_says():
    stale = [
        name
        for name, text in pages().items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_every_hook_is_explained_with_an_example():
    for name, function in reference.hook_functions():
        said = inspect.getdoc(function) or ""
        assert said, f"{name} has no docstring"
        assert "return [" in said, f"the docstring of {name} has no example"


def test_every_declaration_and_contract_is_explained():
    silent = [kind.__name__ for kind in reference.structs_of(reference.declare) if not reference.doc_of_own(kind)]
    for module in reference.contract_modules():
        assert module.__doc__, module.__name__
        for value in vars(module).values():
            if inspect.isclass(value) and value.__module__ == module.__name__ and getattr(value, "_is_protocol", False):
                silent += [
                    f"{value.__name__}.{name}"
                    for name, function in vars(value).items()
                    if callable(function) and not name.startswith("_") and not function.__doc__
                ]
    assert not silent


def test_every_setting_is_explained(hall):
    silent = [
        f"{section}.{setting.name}"
        for section, about, kind in settings.sections(hall)
        for setting in settings.settings_of(section, kind)
        if not settings.is_explained(setting, about)
    ]
    assert not silent, "explain them at the field, in the docstring, or in tests/docs/settings_notes.toml"


def test_every_note_belongs_to_a_setting(hall):
    known = {
        f"{section}.{setting.name}" if section else setting.name
        for section, _about, kind in settings.sections(hall)
        for setting in settings.settings_of(section, kind)
    }
    assert settings.NOTES.keys() <= known


def test_the_sample_settings_load_with_every_line_switched_on(tmp_path, monkeypatch, hall):
    for name in ("HUITANG_CONFIG", "HUITANG_LOGGING__LEVEL"):
        monkeypatch.delenv(name, raising=False)
    text = (ROOT / "deploy" / "huitang.toml").read_text(encoding="utf-8")
    active = re.sub(r"^#(?=\[|\w+ = )", "", text, flags=re.M)
    assert active.count(" = ") > 40
    path = tmp_path / "huitang.toml"
    path.write_text(active, encoding="utf-8")
    loaded = load_settings(path)
    defaults = load_settings(None)
    assert loaded.server == defaults.server
    assert loaded.policy == defaults.policy
    from huitang_kernel.app import Hall

    Hall(load_settings(path, {"data_dir": str(tmp_path)}))


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "deploy").glob("*.toml")))
def test_settings_files_of_deploy_load(name, tmp_path):
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    path = tmp_path / name
    for number, secret in enumerate(sorted(set(re.findall(r'_file = "(/etc/[^"]+)"', text)))):
        (tmp_path / str(number)).write_text("a text for this test that is long enough")
        text = text.replace(secret, str(tmp_path / str(number)))
    path.write_text(text, encoding="utf-8")
    load_settings(path)


def test_every_permission_has_its_title_in_chinese(hall):
    silent = [
        p.id
        for record in hall.registry
        for p in record.declarations.permissions
        if hall.catalogues.lookup(record.id, "zh-CN", p.title) == p.title
    ]
    assert not silent


def test_every_event_is_named_after_its_plugin_and_explained(hall):
    for record in hall.registry:
        for kind in reference.events_of(record):
            assert kind.event_name().startswith(f"{record.id}."), kind


def test_every_command_and_option_is_explained():
    from huitang_kernel.cli import COMMANDS
    from huitang_kernel.cli.group import load_plugin_command, plugin_commands

    silent = []
    plugins = {name: load_plugin_command(point) for name, point in plugin_commands().items()}
    for path, command in reference.walk_commands(COMMANDS, plugins):
        if not command.help:
            silent.append(path)
        silent += [f"{path} {p.name}" for p in command.params if isinstance(p, click.Option) and not p.help]
    assert not silent


def test_an_unknown_error_keeps_its_traceback():
    assert explain(KeyError("a defect")) is None


LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s\\]+)\)|<img[^>]+src=\"([^\"]+)\"")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/README.md"),
     *(ROOT / "plugins").glob("*/README.md"), *(ROOT / "deploy").rglob("*.md")]
)  # fmt: skip


def anchors(path: Path) -> set[str]:
    """Headings of a page as the anchors that Markdown viewers make of them."""
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            text = line.lstrip("#").strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    dead = []
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.S)
    for match in LINK.finditer(text):
        target = next(group for group in match.groups() if group)
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _hash, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            dead.append(target)
    assert not dead


def test_every_page_of_docs_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.is_file():
            continue
        seen.add(page)
        for match in LINK.finditer(page.read_text(encoding="utf-8")):
            target = next(group for group in match.groups() if group).partition("#")[0]
            if target.endswith(".md") and "://" not in target:
                waiting.append((page.parent / target).resolve())
    lost = [str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md") if p not in seen]
    assert not lost
