"""`huitang personal`."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.cli.search import Bars
from huitang_kernel.cli.session import settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.cli.users import on_hall
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import format_time


@click.group()
def personal() -> None:
    """Change the keys of personal data, and see how far a change is."""


@personal.command()
@settings_options
@click.option("--reason", default="", help="Why, for the audit log.")
def rotate(config: Path | None, data_dir: Path | None, reason: str) -> None:
    """Make a new key and seal everything anew with it, while people work. A change that was cut off is finished."""

    async def work(hall: Hall) -> tuple[bool, int]:
        rotation = hall.services.personal.rotation
        unfinished = await hall.services.personal.states.is_unfinished()
        if not unfinished:
            await rotation.begin(SYSTEM, reason)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            progress.console.print(_("Waiting until every process knows the new key …"))
            return unfinished, await rotation.finish(SYSTEM, Bars(progress))

    try:
        unfinished, sealed = on_hall(config, data_dir, work)
    except Conflict as error:
        raise click.ClickException(error.message) from error
    if unfinished:
        click.echo(_("An earlier change of keys had not been finished; it is now."))
    click.echo(_("{count} rows were sealed anew; everything is under the new key.", count=sealed))


@personal.command()
@settings_options
def status(config: Path | None, data_dir: Path | None) -> None:
    """List keys, and how far each table is. Status 1 while a change is not finished or something cannot be opened."""

    async def work(hall: Hall) -> bool:
        known, console = hall.services.personal.states, Console()
        keys, tables = Table(), Table()
        for heading in (_("Key"), _("Made"), _("Used from")):
            keys.add_column(heading)
        for key in await known.keys():
            keys.add_row(str(key.id), format_time(key.made_at), format_time(key.used_from) if key.used_from else "")
        for heading in (_("Table"), _("Under key"), _("Done"), _("Cannot be opened")):
            tables.add_column(heading)
        states = await known.tables()
        for state in states:
            done = f"{state.done} / {state.total}" if state.is_behind else ""
            tables.add_row(state.name, str(state.complete), done, str(state.broken or ""))
        console.print(keys)
        console.print(tables)
        return not await known.is_unfinished() and not any(state.broken for state in states)

    if not on_hall(config, data_dir, work):
        sys.exit(1)
