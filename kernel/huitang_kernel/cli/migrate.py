"""`huitang migrate`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import rich_click as click

from huitang_kernel.app import Hall
from huitang_kernel.cli.session import database_of, pending_migrations, read_settings, settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.config import Settings
from huitang_kernel.plugins.registry import State


@click.command()
@settings_options
@click.option("--check", is_flag=True, help="Change nothing; list what is missing, with status 1 if anything is.")
def migrate(config: Path | None, data_dir: Path | None, check: bool) -> None:
    """Bring the database up to date: the kernel first, then every plugin in start order."""
    settings = read_settings(config, data_dir, logging={"level": "WARNING"})
    with database_of(settings) as dsn:
        failed = asyncio.run(_check(settings, dsn) if check else _migrate(settings, dsn))
    raise SystemExit(1 if failed else 0)


async def _check(settings: Settings, dsn: str) -> bool:
    pending = await pending_migrations(Hall(settings), dsn)
    for plugin, names in pending.items():
        click.echo(f"{plugin}: {', '.join(names)}")
    click.echo(_("The database is up to date.") if not pending else _("Run `huitang migrate` to bring it up to date."))
    return bool(pending)


async def _migrate(settings: Settings, dsn: str) -> bool:
    hall = Hall(settings)
    await hall.core.database.connect(dsn, minimum=1, maximum=2)
    try:
        ran = await hall.boot.migrate(hall.core)
    finally:
        await hall.core.database.close()
    for plugin, names in ran.items():
        if names:
            click.echo(f"{plugin}: {', '.join(names)}")
    failed = [record for record in hall.registry if record.state in (State.FAILED, State.INCOMPATIBLE)]
    for record in failed:
        click.echo(
            _(
                "{plugin} failed in phase {phase}: {cause}",
                plugin=record.id,
                phase=record.failed_phase,
                cause=record.cause,
            )
        )
    if not failed:
        click.echo(_("The database is up to date."))
    return bool(failed)
