"""`huitang plugins`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.cli.samples import title_of
from huitang_kernel.cli.session import settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.cli.users import on_hall
from huitang_kernel.plugins.declaring import frozen
from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_kernel.portal.switches import Switches
from huitang_sdk.contracts.identity import SYSTEM

COLOURS = {State.ENABLED: "green", State.DISABLED: "yellow", State.FAILED: "red", State.INCOMPATIBLE: "red"}


@click.group()
def plugins() -> None:
    """List, enable and disable plugins."""


def state_of(record: PluginRecord) -> str:
    words = {
        State.INSTALLED: _("installed"),
        State.ENABLED: _("enabled"),
        State.DISABLED: _("disabled"),
        State.INCOMPATIBLE: _("incompatible"),
        State.FAILED: _("failed"),
    }
    return words[record.state]


@plugins.command("list")
@settings_options
def list_plugins(config: Path | None, data_dir: Path | None) -> None:
    """List plugins in start order, with their state and the cause of a failure."""

    async def work(hall: Hall) -> list[PluginRecord]:
        return list(hall.registry)

    table = Table()
    for heading in (_("Plugin"), _("Title"), _("Version"), _("State"), _("Cause")):
        table.add_column(heading)
    for record in on_hall(config, data_dir, work):
        colour = COLOURS.get(record.state, "white")
        cause = f"{record.failed_phase}: {record.cause}" if record.cause else ""
        table.add_row(record.id, title_of(record), record.manifest.version, f"[{colour}]{state_of(record)}", cause)
    Console().print(table)


@plugins.command()
@settings_options
@click.argument("plugin")
def show(config: Path | None, data_dir: Path | None, plugin: str) -> None:
    """Show one plugin: what it declares, its phases with their times, its troubles."""

    async def work(hall: Hall) -> PluginRecord:
        return found(hall, plugin)

    record = on_hall(config, data_dir, work)
    click.echo(f"{record.id} {record.manifest.version} · {title_of(record)} · {state_of(record)}")
    if record.cause:
        click.echo(f"  {record.failed_phase}: {record.cause}")
    for name, count in frozen(record.declarations).items():
        if count:
            click.echo(f"  {name}: {count}")
    for phase, milliseconds in record.milliseconds.items():
        click.echo(f"  {phase}: {milliseconds:.0f} ms")
    for trouble in record.troubles.values():
        click.echo(f"  ! {trouble.where}: {trouble.message} (×{trouble.count})")


def found(hall: Hall, plugin: str) -> PluginRecord:
    record = hall.registry.get(plugin)
    if record is None:
        known = ", ".join(other.id for other in hall.registry)
        raise click.ClickException(_("There is no plugin {plugin}. There are: {known}.", plugin=plugin, known=known))
    return record


@plugins.command()
@settings_options
@click.argument("plugin")
def enable(config: Path | None, data_dir: Path | None, plugin: str) -> None:
    """Enable a plugin on every running node, without restart."""
    _switch(config, data_dir, plugin, enabled=True)
    click.echo(_("{plugin} is enabled.", plugin=plugin))


@plugins.command()
@settings_options
@click.argument("plugin")
def disable(config: Path | None, data_dir: Path | None, plugin: str) -> None:
    """Disable a plugin on every running node: its pages, jobs and search results close; its data stay."""
    _switch(config, data_dir, plugin, enabled=False)
    click.echo(_("{plugin} is disabled. Its data stay.", plugin=plugin))


def _switch(config: Path | None, data_dir: Path | None, plugin: str, *, enabled: bool) -> None:
    async def work(hall: Hall) -> None:
        await Switches(hall.core).switch(SYSTEM, plugin, enabled=enabled)

    on_hall(config, data_dir, work)
