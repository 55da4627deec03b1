"""Listing and loading commands: lazily, in the operator's language, none of them hurt by a broken one."""

from __future__ import annotations

import runpy
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint

import pytest
import rich_click as click
from click.testing import CliRunner

from huitang_kernel.cli import COMMANDS, root, texts
from huitang_kernel.cli import group as group_module

SERVER = ("huitang_kernel.app", "litestar", "granian", "asyncpg", "piccolo", "whoosh", "casbin", "apscheduler")


def loaded_after(code: str) -> set[str]:
    """Modules of the server that are loaded after running `code` in a fresh Python."""
    script = textwrap.dedent(code) + f"\nimport sys\nprint([m for m in {SERVER!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(eval(result.stdout.splitlines()[-1]))


def test_help_loads_nothing_of_the_server():
    assert not loaded_after("""
        from huitang_kernel.cli import root
        root(["--help"], standalone_mode=False)
    """)


def test_checking_declarations_loads_nothing_of_the_server():
    assert not loaded_after("""
        from huitang_kernel.cli import root
        try:
            root(["budget", "declarations", "check", "--help"], standalone_mode=False)
        except SystemExit:
            pass
    """)


def test_a_process_started_for_one_piece_of_work_does_not_become_a_command():
    """Reading a file happens in such a process, which reads the main module again under this name."""
    runpy.run_module("huitang_kernel.cli", run_name="__mp_main__")


def test_help_lists_every_command_and_that_of_the_plugin(huitang):
    shown = huitang("--help").stdout
    for name in (*COMMANDS, "budget"):
        assert f" {name} " in shown


def test_help_speaks_chinese_unless_the_machine_speaks_english(huitang):
    assert "启用和停用插件" in huitang("--help", LANG="C.UTF-8").stdout
    assert "启用和停用插件" in huitang("--language", "zh-CN", "--help").stdout
    assert "enable and disable plugins" in huitang("--help").stdout


@pytest.fixture
def broken_command(monkeypatch):
    points = [EntryPoint("broken", "no_such_module_here:command", group_module.GROUP)]
    monkeypatch.setattr(group_module, "entry_points", lambda group: points if group == group_module.GROUP else [])


def test_a_broken_command_says_so_and_hurts_nothing_else(broken_command, monkeypatch):
    runner = CliRunner()
    listed = runner.invoke(root, ["--help"])
    assert listed.exit_code == 0
    assert "broken" in listed.output
    monkeypatch.setattr(texts, "_chosen", ["en"])
    called = runner.invoke(root, ["broken", "--flag", "file"])
    assert called.exit_code == 1
    assert "cannot be loaded: ModuleNotFoundError" in " ".join(called.output.replace("│", "").split())


def test_a_plugin_cannot_take_a_command_of_the_platform(monkeypatch):
    points = [EntryPoint("migrate", "no_such_module_here:command", group_module.GROUP)]
    monkeypatch.setattr(group_module, "entry_points", lambda group: points)
    command = root.get_command(click.Context(root), "migrate")
    assert command is not None
    assert command.name == "migrate"
    assert "--check" in {option for parameter in command.params for option in parameter.opts}


def test_wrong_settings_are_told_all_at_once(huitang, tmp_path):
    (tmp_path / "bad.toml").write_text('[server]\nport = "many"\nhots = "::1"\n[loging]\nlevel = "INFO"\n')
    result = huitang("migrate", "--check", "--config", "bad.toml")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for wrong in ("server.port", "server.hots", "loging"):
        assert wrong in result.stderr


def test_a_settings_file_that_is_missing_is_named(huitang):
    result = huitang("serve", "--config", "nowhere.toml")
    assert result.returncode == 1
    assert "nowhere.toml" in result.stderr


def test_a_database_that_does_not_answer_is_told_in_plain_words(huitang):
    result = huitang("migrate", HUITANG_DATABASE__DSN="postgresql://nobody@127.0.0.1:1/none")
    assert result.returncode == 1
    assert "The database cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
