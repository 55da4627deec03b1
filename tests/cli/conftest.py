"""The command line as a person uses it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def huitang(tmp_path: Path) -> Run:
    """`huitang("users", "list", LANG="en_US.UTF-8")` → the finished process, without HUITANG_ settings."""

    def run(*arguments: str, check: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUITANG_", "LC_", "LANG"))}
        return subprocess.run(
            [sys.executable, "-m", "huitang_kernel.cli", *arguments],
            cwd=tmp_path,
            env={**clean, "LANG": "en_US.UTF-8", "COLUMNS": "200", "PYTHONUTF8": "1", **environment},
            capture_output=True,
            text=True,
            timeout=110,
            check=check,
        )

    return run
