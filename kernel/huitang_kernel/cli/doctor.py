"""`huitang doctor`: what is wrong with this installation, in plain words, and how to mend it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import rich_click as click
from rich.console import Console
from rich.status import Status

from huitang_kernel.app import Hall
from huitang_kernel.boot import BootAborted
from huitang_kernel.cli.diagnosis import Report
from huitang_kernel.cli.diagnosis.data import look_at_data, look_at_settings
from huitang_kernel.cli.diagnosis.database import look_at_database, look_at_migrations
from huitang_kernel.cli.diagnosis.machine import find_lock, look_at_machine
from huitang_kernel.cli.diagnosis.nodes import look_at_nodes
from huitang_kernel.cli.diagnosis.parts import look_at_health, look_at_index, look_at_mail, look_at_plugins
from huitang_kernel.cli.session import close_in_time, database_of, set_up_logging, settings_options
from huitang_kernel.cli.texts import LANGUAGES, _, set_language
from huitang_kernel.config import ConfigError, Settings

MARKS = {"ok": "[green]✓", "warn": "[yellow]![/yellow]", "fail": "[red]✗"}


@click.command()
@settings_options
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of what is printed.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def doctor(config: Path | None, data_dir: Path | None, language: str | None, as_json: bool) -> None:
    """Say what is wrong with this installation, and the remedy. Status 1 if something must be mended."""
    if language:
        set_language(language)
    set_up_logging("CRITICAL")
    report = Report()
    with Status(_("Looking …"), console=Console(stderr=True)):
        examine(report, config, data_dir)
    if as_json:
        print(msgspec.json.encode({"healthy": report.is_healthy, "findings": report.findings}).decode())
    else:
        show(report)
    sys.exit(0 if report.is_healthy else 1)


def examine(report: Report, config: Path | None, data_dir: Path | None) -> None:
    """From the ground up; what stands on something broken is not looked at."""
    look_at_machine(report, find_lock())
    settings = look_at_settings(report, config, data_dir)
    if settings is None:
        return
    look_at_data(report, settings)
    hall = _make_hall(report, settings)
    if hall is None or not report.is_healthy:
        return
    try:
        with database_of(settings) as dsn:
            asyncio.run(_examine_running(report, hall, dsn))
    except Exception as error:
        remedy = _("Look into {log}.", log=settings.data_dir / "postgres" / "log")
        report.fail("database.reachable", _("Database"), f"{type(error).__name__}: {error}", remedy)


def _make_hall(report: Report, settings: Settings) -> Hall | None:
    """Discover, resolve and declare; the settings of plugins are checked on the way."""
    try:
        return Hall(settings)
    except ConfigError as error:
        for line in error.errors:
            report.fail("settings", _("Settings"), line, _("Correct this line in huitang.toml."))
    except (BootAborted, ValueError) as error:
        remedy = _("Mend the cause, or set policy.on_plugin_failure to skip.")
        report.fail("boot", _("Start"), str(error), remedy)
    return None


async def _examine_running(report: Report, hall: Hall, dsn: str) -> None:
    if not await look_at_database(report, dsn):
        return
    if not await look_at_migrations(report, hall, dsn):
        look_at_plugins(report, hall)
        return
    try:
        await hall.connect(dsn)
    except BootAborted as error:
        report.fail("boot", _("Start"), str(error), _("Mend the cause, or set policy.on_plugin_failure to skip."))
        return
    try:
        await look_at_nodes(report, hall)
        look_at_plugins(report, hall)
        await look_at_health(report, hall)
        look_at_index(report, hall)
        await look_at_mail(report, hall)
    finally:
        await close_in_time(hall)


def show(report: Report) -> None:
    console = Console()
    for finding in report.findings:
        console.print(f"{MARKS[finding.status]} {finding.title}", highlight=False, end="  ")
        console.print(finding.message, style="dim" if finding.status == "ok" else "", highlight=False, markup=False)
        if finding.remedy:
            console.print(f"    → {finding.remedy}", highlight=False, markup=False)
    failed = sum(finding.status == "fail" for finding in report.findings)
    warned = sum(finding.status == "warn" for finding in report.findings)
    if failed or warned:
        console.print(_("{failed} to mend, {warned} to look at.", failed=failed, warned=warned))
    else:
        console.print(_("All is well."))
