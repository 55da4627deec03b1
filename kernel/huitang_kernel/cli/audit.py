"""`huitang audit`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.audit import Verdict
from huitang_kernel.cli.session import settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.cli.users import on_hall
from huitang_sdk.contracts import AuditEntry
from huitang_sdk.i18n import local_time


@click.group()
def audit() -> None:
    """Verify and read the audit log."""


@audit.command()
@settings_options
def verify(config: Path | None, data_dir: Path | None) -> None:
    """Read the whole log; name the first record that was altered, removed or moved. Status 1 if there is one."""

    async def work(hall: Hall) -> Verdict:
        with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), transient=True) as progress:
            task = progress.add_task(_("Reading the audit log"), total=None)
            return await hall.chain.verify(lambda done, total: progress.update(task, completed=done, total=total))

    verdict = on_hall(config, data_dir, work)
    if not verdict.ok:
        raise click.ClickException(_("The audit log is not whole: {problem}", problem=verdict.problem))
    click.echo(
        _(
            "The audit log is whole: {count} records, {waiting} not sealed yet.",
            count=verdict.records,
            waiting=verdict.waiting,
        )
    )


@audit.command()
@settings_options
@click.option("--text", default="", help="Only records in which this occurs.")
@click.option("--action", default="", help='Only actions that begin so, for example "budget.".')
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many at most.")
def show(config: Path | None, data_dir: Path | None, text: str, action: str, limit: int) -> None:
    """Show the newest records."""

    async def work(hall: Hall) -> list[AuditEntry]:
        return list(await hall.audit.entries(text=text, action=action, limit=limit))

    table = Table()
    for heading in (_("Number"), _("Time"), _("Who"), _("Action"), _("Subject"), _("Reason")):
        table.add_column(heading)
    for entry in on_hall(config, data_dir, work):
        number = "" if entry.sequence is None else str(entry.sequence)
        when = f"{local_time(entry.at):%Y-%m-%d %H:%M:%S}"
        table.add_row(number, when, entry.actor_name, entry.action, entry.subject, entry.reason)
    Console().print(table)
