"""The machine: Python, packages, clock, and what was built into the installation."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from huitang_kernel.cli.diagnosis.finding import Report
from huitang_kernel.cli.texts import _
from huitang_sdk.documents import font_folders

KERNEL = Path(__file__).parents[2]
OLDEST = (3, 11)
VENDOR = KERNEL / "portal" / "static" / "portal" / "vendor"
FONT_FILES = (".ttf", ".otf", ".ttc", ".otc")
ASSETS = (".built-from", "tabler.min.css", "htmx.min.js")
"""The build's own mark, and the files without which no page works."""
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")
OLDEST_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""No sound clock shows an earlier day than this program's own making."""


def look_at_machine(report: Report, lock: Path | None) -> None:
    _python(report)
    _packages(report)
    if lock is not None:
        _locked(report, lock)
    _clock(report)
    _assets(report)
    _typefaces(report)


def find_lock() -> Path | None:
    """requirements.lock of the folder we are in, or of the checkout the kernel runs from."""
    for folder in (Path.cwd(), KERNEL.parent.parent):
        if (folder / "requirements.lock").is_file() and (folder / "kernel").is_dir():
            return folder / "requirements.lock"
    return None


def _python(report: Report) -> None:
    title, running = _("Python"), sys.version.split()[0]
    if sys.version_info[:2] < OLDEST:
        report.fail(
            "machine.python",
            title,
            _("This is Python {version}; Huitang needs 3.11 or newer.", version=running),
            _("Install a newer Python, remove .venv and run `make install`."),
        )
    else:
        report.ok("machine.python", title, running)


def _packages(report: Report) -> None:
    """Every requirement of the kernel is there in a version that fits."""
    title, wrong, count = _("Packages"), [], 0
    for line in (*(requires("huitang-kernel") or ()), *(requires("huitang-sdk") or ())):
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        count += 1
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(_("{package} is missing", package=requirement.name))
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} {installed} ≠ {requirement.specifier}")
    if wrong:
        remedy = _("Run `make install`, or: pip install --require-hashes -r requirements.lock")
        report.fail("machine.packages", title, "; ".join(wrong), remedy)
    else:
        report.ok("machine.packages", title, _("{count} required packages fit.", count=count))


def read_pins(lock: Path) -> dict[str, str]:
    """Package → version of requirements.lock, for this machine's Python and system."""
    pins: dict[str, str] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        match = PIN.match(line)
        if match and (not match[3] or Requirement(f"x; {match[3]}").marker.evaluate()):  # type: ignore[union-attr]
            pins[match[1]] = match[2]
    return pins


def _locked(report: Report, lock: Path) -> None:
    title, wrong = _("Locked versions"), []
    pins = read_pins(lock)
    for name, pinned in pins.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "-"
        if installed != pinned:
            wrong.append(f"{name} {installed} ≠ {pinned}")
    if wrong:
        shown = "; ".join(wrong[:5]) + (f" … ({len(wrong)})" if len(wrong) > 5 else "")
        report.warn("machine.lock", title, shown, _("Run `make install` to have the versions that were tested."))
    else:
        report.ok("machine.lock", title, _("{count} packages are at the locked versions.", count=len(pins)))


def _clock(report: Report) -> None:
    title, now = _("Clock"), datetime.now(UTC)
    if now < OLDEST_DATE:
        report.fail(
            "machine.clock",
            title,
            _("The clock shows {time} UTC, which cannot be.", time=f"{now:%Y-%m-%d %H:%M}"),
            _("Set the clock and keep it right with a time service (chrony, systemd-timesyncd)."),
        )
    else:
        report.ok("machine.clock", title, f"{now:%Y-%m-%d %H:%M} UTC")


def _assets(report: Report) -> None:
    title = _("Assets of the portal")
    missing = [name for name in ASSETS if not (VENDOR / name).is_file()]
    if missing:
        report.fail(
            "machine.assets",
            title,
            _("Missing: {names}", names=", ".join(missing)),
            _("Install the kernel again: pip install --no-deps --no-build-isolation --force-reinstall -e kernel"),
        )
    else:
        report.ok(
            "machine.assets",
            title,
            _("{count} files are built.", count=sum(1 for path in VENDOR.rglob("*") if path.is_file())),
        )


def _typefaces(report: Report) -> None:
    """Without them no PDF can be made."""
    title = _("Typefaces of printed documents")
    files = [path for folder in font_folders() for path in folder.rglob("*") if path.suffix.lower() in FONT_FILES]
    if not files:
        report.fail(
            "machine.typefaces",
            title,
            _("None are installed."),
            _("Install the kernel again: pip install --no-deps --no-build-isolation --force-reinstall -e kernel"),
        )
    else:
        report.ok("machine.typefaces", title, _("{count} files are there.", count=len(files)))
