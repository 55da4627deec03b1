"""One style, checked types: what `make lint` says must be nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_finds_nothing():
    run("ruff", "check", ".")


def test_the_code_has_its_one_format():
    run("ruff", "format", "--check", ".")


@pytest.mark.timeout(600)
def test_types_hold():
    run("mypy")
