"""What commands share: settings, the database they work on, and a hall that is connected to it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from huitang_kernel.app import Hall
from huitang_kernel.cli.texts import _, current_language
from huitang_kernel.config import Settings, load_settings
from huitang_kernel.db import Migrator
from huitang_kernel.db.embedded import EmbeddedPostgres

T = TypeVar("T")

F = TypeVar("F", bound=Callable[..., Any])
CLOSE_WITHIN = 5.0
KERNEL_FOLDER = Path(__file__).parent.parent


def settings_options(command: F) -> F:
    """The options `--config` and `--data-dir` of every command that works on an installation."""
    command = click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="HUITANG_CONFIG",
        help="Settings file (huitang.toml); also HUITANG_CONFIG.",
    )(command)
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the data, in place of the one in the settings.",
    )(command)


def read_settings(config: Path | None, data_dir: Path | None, **overrides: Any) -> Settings:
    """Read the settings, and set up logging as they say. Raises ConfigError with all mistakes."""
    if data_dir is not None:
        overrides["data_dir"] = str(data_dir.resolve())
    settings = load_settings(config, overrides)
    set_up_logging(settings.logging.level)
    return settings


def set_up_logging(level: str) -> None:
    """One line per message on standard error."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("huitang").setLevel(level)
    for noisy in ("apscheduler", "asyncio", "httpx"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The DSN of the installation's database; the embedded server runs inside the block (and on, if others use it)."""
    configured = settings.database.dsn.reveal()
    if configured:
        yield configured
        return
    folder = settings.data_dir.resolve() / "postgres"
    forget_dead_holders(folder)
    server = EmbeddedPostgres(folder)
    previous = signal.signal(signal.SIGTERM, _stop_at_sigterm)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        dsn = server.start()
    try:
        yield dsn
    finally:
        server.stop()
        signal.signal(signal.SIGTERM, previous)


def _stop_at_sigterm(*_signal: object) -> None:
    raise SystemExit(143)


def forget_dead_holders(folder: Path) -> None:
    """The embedded server stops with its last holder; take holders that died without leaving off its list."""
    path = folder / ".handle_pids.json"
    try:
        holders = json.loads(path.read_text() or "[]")
    except (OSError, ValueError):
        return
    alive = [pid for pid in holders if pid != os.getpid() and _is_running(pid)]
    if alive != holders:
        path.write_text(json.dumps(alive))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def pending_migrations(hall: Hall, dsn: str) -> dict[str, list[str]]:
    """What has not run, by plugin; the kernel's own under "kernel"."""
    migrator = Migrator(dsn)
    found = {"kernel": await migrator.pending("kernel", KERNEL_FOLDER)}
    for record in hall.registry:
        if record.plugin is not None and record.is_healthy:
            found[record.id] = await migrator.pending(record.id, record.plugin.folder)
    return {plugin: names for plugin, names in found.items() if names}


async def require_migrated(hall: Hall, dsn: str) -> None:
    """Stop with a plain sentence when migrations are pending and the settings do not let us run them."""
    if hall.settings.policy.auto_migrate:
        return
    pending = await pending_migrations(hall, dsn)
    if pending:
        listed = "\n".join(f"  - {plugin}: {', '.join(names)}" for plugin, names in pending.items())
        raise click.ClickException(
            _("The database is older than this program. Run `huitang migrate` first. Missing:") + "\n" + listed
        )


@asynccontextmanager
async def connected_hall(settings: Settings, dsn: str) -> AsyncIterator[Hall]:
    """A hall with its plugins started, not serving: for commands."""
    from huitang_sdk.i18n import set_locale

    set_locale(current_language())
    hall = Hall(settings)
    await require_migrated(hall, dsn)
    await hall.connect(dsn)
    try:
        yield hall
    finally:
        await close_in_time(hall)


async def close_in_time(hall: Hall) -> None:
    """Close the hall; a connection that an interrupted command left in use is cut after `CLOSE_WITHIN` seconds."""
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await hall.close()
    except TimeoutError:
        logging.getLogger("huitang.cli").warning("the database connections were cut")


def work_as_plugin(plugin: str, work: Callable[[Any], Awaitable[T]], config: Path | None, data_dir: Path | None) -> T:
    """Do `work` with a plugin's context on the installation's hall; a plugin that is not running is named."""
    settings = read_settings(config, data_dir, logging={"level": "WARNING"})

    async def connected(dsn: str) -> T:
        async with connected_hall(settings, dsn) as hall:
            record = hall.registry.get(plugin)
            if record is None or not record.is_active:
                raise click.ClickException(_("The plugin {plugin} is not running here.", plugin=plugin))
            return await work(record.context)

    with database_of(settings) as dsn:
        return asyncio.run(connected(dsn))
