"""The samples of deploy/ name commands and settings that exist."""

from __future__ import annotations

import re
import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest
import rich_click as click

from huitang_kernel.cli import root
from huitang_kernel.cli.serving import CLOSE_WITHIN
from huitang_kernel.config import ServerSettings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_start_commands_that_exist(unit):
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    service = parser["Service"]
    for line in (service[key] for key in ("ExecStart", "ExecStartPre") if key in service):
        program, name, *options = shlex.split(line)
        assert program.endswith("/.venv/bin/huitang")
        command = root.get_command(click.Context(root), name)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {option for option in options if option.startswith("-")} <= known
    assert service["User"] != "root"
    defaults = ServerSettings()
    longest = defaults.drain_notice_seconds + defaults.drain_seconds + CLOSE_WITHIN
    assert int(service["TimeoutStopSec"]) > longest
    assert service["KillMode"] == "mixed"


def test_there_are_units_for_serving_and_for_working():
    assert {unit.stem for unit in UNITS} == {"huitang", "huitang-worker"}


def test_the_reverse_proxy_fits_the_defaults():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    defaults = ServerSettings()
    assert f"server {defaults.host}:{defaults.port};" in text
    assert re.search(rf"client_max_body_size {defaults.max_body_mb}m;", text)
    assert "proxy_set_header Host $host;" in text
    assert "proxy_set_header Upgrade $http_upgrade;" in text
    assert text.count("{") == text.count("}")
