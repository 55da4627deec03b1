"""The command line as a person uses it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import call

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def huitang(tmp_path: Path) -> Run:
    """`huitang("users", "list", LANG="en_US.UTF-8")` → the finished process, without HUITANG_ settings."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUITANG_", "LC_", "LANG"))}
        return call(arguments, tmp_path, {**clean, "LANG": "en_US.UTF-8", "COLUMNS": "200", **environment})

    return run
