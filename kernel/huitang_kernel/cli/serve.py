"""`huitang serve` and `huitang worker`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import rich_click as click

from huitang_kernel.app import Hall
from huitang_kernel.cli.serving import require_free_port, run_server
from huitang_kernel.cli.session import (
    close_in_time,
    database_of,
    pending_migrations,
    read_settings,
    require_migrated,
    settings_options,
)
from huitang_kernel.cli.texts import _
from huitang_kernel.config import Settings


@click.command()
@settings_options
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Number of web processes.")
def serve(config: Path | None, data_dir: Path | None, **server: Any) -> None:
    """Serve the portal and its plugins until interrupted. Without a configured database the embedded one is started."""
    chosen = {key: value for key, value in server.items() if value is not None}
    settings = read_settings(config, data_dir, server=chosen)
    require_free_port(settings.server.host, settings.server.port)
    with database_of(settings) as dsn:
        asyncio.run(prepare(settings, dsn))
        run_server(settings, dsn, config)


async def prepare(settings: Settings, dsn: str) -> None:
    """Migrate once before the web processes start, or refuse when that is left to the operator."""
    hall = Hall(settings)
    await require_migrated(hall, dsn)
    if await pending_migrations(hall, dsn):
        click.echo(_("Bringing the database up to date …"), err=True)
        await hall.core.database.connect(dsn, minimum=1, maximum=2)
        try:
            await hall.boot.migrate(hall.core)
        finally:
            await hall.core.database.close()


@click.command()
@settings_options
def worker(config: Path | None, data_dir: Path | None) -> None:
    """Run jobs, deliveries and the search index until interrupted, without serving pages."""
    settings = read_settings(config, data_dir)
    with database_of(settings) as dsn:
        asyncio.run(work(settings, dsn))


async def work(settings: Settings, dsn: str) -> None:
    """Keep a hall open in the background role until SIGINT or SIGTERM; then finish what was begun, and go.

    A second signal goes at once.
    """
    hall = Hall(settings)
    await require_migrated(hall, dsn)
    stop, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        (at_once if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    await hall.open(dsn, background=True)
    click.echo(_("Working. Press Ctrl-C to stop."), err=True)
    try:
        await stop.wait()
        await first_of(hall.finish(), at_once.wait())
    finally:
        await close_in_time(hall)


async def first_of(*several: Coroutine[Any, Any, Any]) -> None:
    """Wait for one of them, and give up the others."""
    tasks = [asyncio.create_task(one) for one in several]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
