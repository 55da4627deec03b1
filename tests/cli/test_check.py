"""`huitang check` names every mistake of a plugin's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYPROJECT = """
[project]
name = "huitang-bad"
version = "1.0.0"

[project.entry-points."huitang.plugins"]
{id} = "huitang_{id}:plugin"
"""
PLUGIN = '''"""A plugin with mistakes in it."""
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.declare import MenuItem, Permission
from huitang_sdk.i18n import Translator

_ = Translator("{id}")
SAID = _("Nobody translated this, {{name}}", name="x")


class Bad(Plugin):
    manifest = Manifest(id="{id}", title={{"en": "Bad"}}, version="2.0.0", sdk="{sdk}")
    package = "huitang_{id}"

    @hookimpl
    def permissions(self):
        return [Permission("{permission}", "Read")]

    {more}


plugin = Bad()
'''


@pytest.fixture
def make(tmp_path):
    """`make("bada", sdk=">=0.1")` → the folder of a plugin; each test takes an id of its own."""

    def folder(plugin_id, *, sdk=">=0.1,<1", permission=None, more="", files=None):
        package = tmp_path / f"huitang_{plugin_id}"
        package.mkdir()
        (tmp_path / "pyproject.toml").write_text(PYPROJECT.format(id=plugin_id))
        said = {"id": plugin_id, "sdk": sdk, "permission": permission or f"{plugin_id}.thing.read", "more": more}
        (package / "__init__.py").write_text(PLUGIN.format(**said))
        for name, text in (files or {}).items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text)
        return str(tmp_path)

    return folder


@pytest.mark.parametrize("folder", ["examples/noticeboard", "plugins/budget"])
def test_the_plugins_of_this_repository_are_sound(huitang, folder):
    result = huitang("check", str(ROOT / folder))
    assert result.returncode == 0, result.stdout


def test_mistakes_of_the_manifest_and_the_words(huitang, make):
    said = huitang("check", make("bada", sdk=">=9")).stdout
    assert "no title in zh-CN" in said
    assert "version 2.0.0, pyproject.toml 1.0.0" in said
    assert "needs huitang-sdk >=9" in said
    assert "no Chinese translation of 'Nobody translated this, {name}'" in said
    assert "no Chinese translation of 'Read'" in said
    assert "README.md" in said


def test_mistakes_of_declarations(huitang, make):
    assert "must start with 'badb.'" in huitang("check", make("badb", permission="other.thing.read")).stdout


def test_mistakes_of_hooks(huitang, make):
    more = "@hookimpl\n    def no_such_hook(self):\n        return []"
    assert "no_such_hook" in huitang("check", make("badc", more=more)).stdout


def test_mistakes_of_imports_and_migrations(huitang, make):
    files = {
        "kernel.py": "from huitang_kernel.app import Hall\nimport casbin\n",
        "migrations/0001_tables.sql": "CREATE TABLE budget.mine (id uuid);",
        "migrations/0001_again.sql": "SELECT 1;",
        "migrations/first.sql": "SELECT 1;",
    }
    said = huitang("check", make("badd", files=files)).stdout
    assert "kernel.py:1 imports huitang_kernel.app" in said
    assert "kernel.py:2 imports casbin" in said
    assert "changes the schema budget" in said
    assert "the number 0001 is there twice" in said
    assert "first.sql is not named like" in said


def test_a_translation_that_loses_a_place(huitang, make):
    entry = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    entry += 'msgid "Nobody translated this, {name}"\nmsgstr "没有人"\n'
    assert "has other places" in huitang("check", make("bade", files={"locale/zh-CN.po": entry})).stdout


def test_a_text_that_is_put_together_is_refused(huitang, make):
    code = 'from huitang_sdk.i18n import Translator\n_ = Translator("badf")\nx = 1\ny = _(f"{x} things")\n'
    assert "put together" in huitang("check", make("badf", files={"words.py": code})).stdout


def test_a_plugin_that_cannot_be_imported(huitang, make):
    assert "ModuleNotFoundError" in huitang("check", make("badg", more="import nothing_like_this")).stdout


def test_a_folder_that_is_no_plugin(huitang, tmp_path):
    result = huitang("check", str(tmp_path))
    assert result.returncode == 1
    assert "not the folder of a plugin" in " ".join(result.stderr.replace("│", "").split())
