"""Settings: every mistake is said at once, unknown keys are refused, secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from huitang_kernel.config import ConfigError, Secret, load_settings


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_mistake_is_said_at_once(tmp_path):
    file = write(
        tmp_path / "huitang.toml",
        """
        nonsense = 1
        [server]
        port = "many"
        hots = "127.0.0.1"
        [policy]
        on_plugin_failure = "explode"
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    said = "\n".join(caught.value.errors)
    assert len(caught.value.errors) == 4
    for name in ("nonsense", "server.port", "server.hots", "policy.on_plugin_failure"):
        assert name in said


def test_environment_wins_over_the_file(tmp_path, monkeypatch):
    file = write(tmp_path / "huitang.toml", "[server]\nport = 8100\n")
    monkeypatch.setenv("HUITANG_SERVER__PORT", "8200")
    assert load_settings(file).server.port == 8200


def test_a_misspelt_variable_is_refused(monkeypatch):
    monkeypatch.setenv("HUITANG_SERVER__PROT", "8200")
    with pytest.raises(ConfigError, match=r"server\.prot: unknown setting"):
        load_settings()


def test_secrets_come_from_files_and_never_show(tmp_path):
    write(tmp_path / "dsn", "postgresql://u:hidden@db/h\n")
    file = write(tmp_path / "huitang.toml", f'[database]\ndsn_file = "{tmp_path / "dsn"}"\n')
    settings = load_settings(file)
    assert settings.database.dsn == Secret("postgresql://u:hidden@db/h")
    assert "hidden" not in repr(settings)


def test_a_secret_file_that_is_missing_is_named(tmp_path):
    file = write(tmp_path / "huitang.toml", '[database]\ndsn_file = "/nowhere/dsn"\n')
    with pytest.raises(ConfigError, match=r"database\.dsn_file: cannot read /nowhere/dsn"):
        load_settings(file)


def test_a_wrong_secret_is_not_repeated_in_the_error(tmp_path):
    file = write(tmp_path / "huitang.toml", 'data_dir = "x"\n[database]\npool_min = "secret-looking"\n')
    with pytest.raises(ConfigError, match="pool_min"):
        load_settings(file)


def test_a_missing_settings_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="not found"):
        load_settings(tmp_path / "none.toml")
