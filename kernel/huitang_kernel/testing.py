"""Fixtures for everybody's tests, registered with pytest: a real PostgreSQL and a real hall in it.

`postgres` is one embedded server per test session; `fresh_dsn` a database of one's own, copied in a moment from one
that was migrated once; `open_hall` starts a hall with given plugins and closes it after the test.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from huitang_kernel.app import Hall, build_app, twin_of
from huitang_kernel.boot import KERNEL_FOLDER
from huitang_kernel.config import load_settings
from huitang_kernel.db import Migrator
from huitang_kernel.db.embedded import EmbeddedPostgres
from huitang_kernel.plugins.discovery import discover, resolve
from huitang_kernel.services import BUILTINS
from huitang_kernel.web.edge import Edge
from huitang_sdk import Plugin

CHEAP = {"argon2_memory_kib": 64, "argon2_time": 1}
"""Passwords of tests need not cost what an attacker has to pay."""
ROOM = 4 << 30
TEST_KEY = "a key that is used in tests and nowhere else"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """DSN of an embedded PostgreSQL that lives as long as the test session (or of HUITANG_TEST_DSN)."""
    import os

    if os.environ.get("HUITANG_TEST_DSN"):
        yield os.environ["HUITANG_TEST_DSN"]
        return
    with tempfile.TemporaryDirectory(prefix="huitang-test-", dir=memory(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "pg")
        dsn = server.start()
        asyncio.run(hasten(dsn))
        yield dsn
        server.stop()


async def hasten(dsn: str) -> None:
    """Do not wait for the disk: what these databases hold need not outlive a failure of the machine's power.

    Everything is still written as it would be, the write-ahead log too: tests look at it.
    """
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def memory() -> Path | None:
    """Where the machine keeps files in memory, if there is room: a database is copied there in a fifth of the time."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM else None


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    head, _, _ = dsn.rpartition("/") if "?" not in dsn else dsn.partition("?")[0].rpartition("/")
    query = dsn.partition("?")[2]
    return f"{head}/{name}" + (f"?{query}" if query else "")


@pytest_asyncio.fixture(scope="session")
async def template_database(postgres: str) -> str:
    """The name of a database in which the migrations of the kernel and of all installed plugins have run.

    Copying it takes a moment; running them takes many.
    """
    name = f"template_{uuid4().hex}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    migrator = Migrator(with_database(postgres, name))
    async with migrator.locked():
        await migrator.run("kernel", KERNEL_FOLDER)
        for record in resolve(discover(builtin() for builtin in BUILTINS)).values():
            if record.plugin is not None:
                await migrator.run(record.id, record.plugin.folder)
    return name


@pytest_asyncio.fixture
async def fresh_dsn(postgres: str, template_database: str) -> AsyncIterator[str]:
    """A new database with the tables of the kernel and of installed plugins, as empty as migrations leave them;
    dropped afterwards."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(postgres)
    # Copied file by file: with nothing waiting for the disk that takes a third of the time of copying by log.
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}" STRATEGY FILE_COPY')
    try:
        yield with_database(postgres, name)
    finally:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()


async def forget_migrations(dsn: str, plugin: str) -> None:
    """Let the plugin be as new to the database as before its first migration."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'DROP SCHEMA "{plugin}" CASCADE')
    await connection.execute("DELETE FROM kernel.migration WHERE plugin = $1", plugin)
    await connection.close()


OpenHall = Callable[..., Awaitable[Hall]]


@pytest_asyncio.fixture
async def open_hall(fresh_dsn: str, tmp_path: Path) -> AsyncIterator[OpenHall]:
    """`await open_hall(*plugins, installed=(), background=False, **settings)` → a started Hall, closed after the test.

    Entry points of the environment are not looked at unless `installed=None` is passed. `hall.dsn` is its database.
    """
    halls: list[Hall] = []

    async def start(
        *plugins: Plugin, installed: Any = (), background: bool = False, serve: bool = True, **overrides: Any
    ) -> Hall:
        given = overrides.pop("plugins", {})
        own = {**given, "identity": {**CHEAP, **given.get("identity", {})}}
        settings = load_settings(None, {"data_dir": str(tmp_path), "key": TEST_KEY, "plugins": own, **overrides})
        hall = Hall(settings, plugins=plugins, installed=installed)
        hall.app = _app_for(hall, fresh_dsn) if serve else None  # type: ignore[attr-defined]
        hall.dsn = fresh_dsn  # type: ignore[attr-defined]
        await hall.open(fresh_dsn, background=background)
        halls.append(hall)
        return hall

    yield start
    for hall in halls:
        await hall.close()


_served: dict[tuple[Any, ...], Edge] = {}
"""An application for each set of routes that this process has seen."""


def app_of(hall: Hall) -> Edge:
    """The hall's application. One that was opened with `serve=False` gets it now: many tests ask for no page."""
    if hall.app is None:  # type: ignore[attr-defined]
        hall.app = _app_for(hall, hall.dsn)  # type: ignore[attr-defined]
    return hall.app  # type: ignore[attr-defined,no-any-return]


def _app_for(hall: Hall, dsn: str) -> Edge:
    """A hall's application, with the routes of an earlier hall that had the same: registering them takes longer than
    all the rest of a hall."""
    routes = _routes_of(hall)
    if routes in _served:
        return twin_of(_served[routes], hall, dsn)
    app = build_app(hall, dsn)
    if _routes_of(hall) == routes:  # else a plugin failed while its routes were looked at
        _served[routes] = app
    return app


def _routes_of(hall: Hall) -> tuple[Any, ...]:
    """What a hall's routes depend on."""
    declared = [
        (record.id, record.plugin.folder, *record.declarations.pages, *record.declarations.api)
        for record in hall.registry
        if record.is_healthy and record.plugin is not None
    ]
    return (hall.settings.server.max_body_mb, *declared)


def client_of(hall: Hall, **options: Any) -> httpx.AsyncClient:
    """An HTTP client that talks to the hall's application without a socket."""
    app: Any = app_of(hall)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://hall.test", **options)
