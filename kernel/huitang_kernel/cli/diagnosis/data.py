"""The settings and the data folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from huitang_kernel.cli.diagnosis.finding import Report
from huitang_kernel.cli.texts import _
from huitang_kernel.config import ConfigError, Settings, load_settings

MB = 1024 * 1024
TOO_LITTLE_MB, LITTLE_MB = 200, 2048
PRIVATE = 0o077


def look_at_settings(report: Report, config: Path | None, data_dir: Path | None) -> Settings | None:
    """The settings, or None when they are wrong: then nothing else can be looked at."""
    title, overrides = _("Settings"), {"data_dir": str(data_dir)} if data_dir else {}
    try:
        settings = load_settings(config, overrides)
    except ConfigError as error:
        for line in error.errors:
            report.fail(
                "settings", title, line, _("Correct this line in huitang.toml, or the environment variable behind it.")
            )
        return None
    source = str(config) if config else _("environment and defaults")
    report.ok("settings", title, _("Read without mistakes ({source}).", source=source))
    return settings


def look_at_data(report: Report, settings: Settings) -> None:
    folder = settings.data_dir.resolve()
    if _writable(report, folder):
        _disk(report, folder)
        _key(report, settings, folder / "master.key")


def _writable(report: Report, folder: Path) -> bool:
    title = _("Data folder")
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        remedy = _("Make the folder and give it to the user that runs Huitang: chown -R huitang {path}", path=folder)
        report.fail("data.writable", title, f"{existing}: {error.strerror}", remedy)
        return False
    report.ok("data.writable", title, str(folder))
    return True


def _disk(report: Report, folder: Path) -> None:
    title = _("Free disk space")
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free // MB
    shown, remedy = _("{free} MB", free=f"{free:,}"), _("Make room on this disk, or move data_dir to a larger one.")
    if free < TOO_LITTLE_MB:
        report.fail("data.disk", title, shown, remedy)
    elif free < LITTLE_MB:
        report.warn("data.disk", title, shown, remedy)
    else:
        report.ok("data.disk", title, shown)


def _key(report: Report, settings: Settings, path: Path) -> None:
    title = _("Master key")
    if settings.key.reveal():
        if len(settings.key.reveal()) < 32:
            report.fail("data.key", title, _("It is too short."), _("Set `key` to a text of 32 characters or more."))
        else:
            report.ok("data.key", title, _("from the settings"))
    elif not path.exists():
        report.ok("data.key", title, _("It will be made at the first start."))
    elif os.name == "posix" and path.stat().st_mode & PRIVATE:
        message = _("Others on this machine can read {path}.", path=path)
        report.warn("data.key", title, message, f"chmod 600 {path}")
    else:
        report.ok("data.key", title, str(path))
