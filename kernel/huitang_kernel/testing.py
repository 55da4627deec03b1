"""Fixtures for everybody's tests, registered with pytest: a real PostgreSQL and a real hall in it.

`postgres` is one embedded server per test session; `fresh_dsn` a database of one's own, copied in a moment from one
that was migrated once; `open_hall` starts a hall with given plugins and closes it after the test.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from huitang_kernel.app import Hall, build_app, twin_of
from huitang_kernel.boot import KERNEL_FOLDER
from huitang_kernel.config import check_settings
from huitang_kernel.db import Migrator
from huitang_kernel.db.embedded import EmbeddedPostgres
from huitang_kernel.plugins.discovery import GROUP, discover, resolve
from huitang_kernel.services import BUILTINS
from huitang_kernel.web.edge import Edge
from huitang_sdk import Plugin

CHEAP = {"argon2_memory_kib": 64, "argon2_time": 1}
"""Passwords of tests need not cost what an attacker has to pay."""
ONE_CONNECTION = {"pool_min": 1}
"""A hall opens more when it needs them; most tests never do."""
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


class Databases:
    """Databases of tests on one server, copied from one another."""

    def __init__(self, dsn: str, connection: asyncpg.Connection, template: str) -> None:
        self._dsn, self._connection, self._template = dsn, connection, template

    def dsn(self, name: str) -> str:
        return with_database(self._dsn, name)

    async def copy(self, name: str, template: str = "") -> None:
        """A new database, like `template` or like the one in which migrations have run."""
        # File by file: with nothing waiting for the disk that takes a third of the time of copying by log.
        made = f'CREATE DATABASE "{name}" TEMPLATE "{template or self._template}" STRATEGY FILE_COPY'
        await self._connection.execute(made)

    async def drop(self, name: str) -> None:
        await self._connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest_asyncio.fixture(scope="session")
async def databases(postgres: str, template_database: str) -> AsyncIterator[Databases]:
    connection = await asyncpg.connect(postgres)
    yield Databases(postgres, connection, template_database)
    await connection.close()


class FreshDatabase:
    """One test's database: made when it is first needed, dropped after the test."""

    def __init__(self, databases: Databases) -> None:
        self.name = f"test_{uuid4().hex}"
        self.dsn = databases.dsn(self.name)
        self.is_made = False
        self._databases = databases

    async def make(self, template: str = "") -> None:
        """Only the first call makes it: with the tables of the kernel and of installed plugins as empty as migrations
        leave them, or with all that is in a database that `keep` kept.
        """
        if not self.is_made:
            await self._databases.copy(self.name, template)
            self.is_made = True

    async def keep(self) -> str:
        """Copy it as it is now, for later tests; the copy's name. Nobody may be connected to it."""
        name = f"kept_{uuid4().hex}"
        await self._databases.copy(name, self.name)
        return name

    async def drop(self) -> None:
        await self._databases.drop(self.name)


@pytest_asyncio.fixture
async def fresh_database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    database = FreshDatabase(databases)
    yield database
    await database.drop()


@pytest_asyncio.fixture
async def fresh_dsn(fresh_database: FreshDatabase) -> str:
    """A new database with the tables of the kernel and of installed plugins, as empty as migrations leave them;
    dropped afterwards."""
    await fresh_database.make()
    return fresh_database.dsn


async def forget_migrations(dsn: str, plugin: str) -> None:
    """Let the plugin be as new to the database as before its first migration."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'DROP SCHEMA "{plugin}" CASCADE')
    await connection.execute("DELETE FROM kernel.migration WHERE plugin = $1", plugin)
    await connection.close()


@cache
def _installed() -> tuple[EntryPoint, ...]:
    """Entry points stay what they are while tests run; finding them reads the metadata of every package."""
    return tuple(entry_points(group=GROUP))


class OpenHall:
    """Opens halls in one test's database; they are closed after it."""

    def __init__(self, database: FreshDatabase, folder: Path) -> None:
        self.database = database
        self._folder = folder
        self._halls: list[Hall] = []

    async def __call__(
        self,
        *plugins: Plugin,
        installed: Any = (),
        background: bool = False,
        serve: bool = True,
        template: str = "",
        **overrides: Any,
    ) -> Hall:
        given = overrides.pop("plugins", {})
        own = {
            "data_dir": str(self._folder),
            "key": TEST_KEY,
            "database": ONE_CONNECTION | overrides.pop("database", {}),
            "plugins": {**given, "identity": {**CHEAP, **given.get("identity", {})}},
        }
        await self.database.make(template)
        settings, dsn = check_settings(own | overrides), self.database.dsn
        hall = Hall(settings, plugins=plugins, installed=_installed() if installed is None else installed)
        hall.app = _app_for(hall, dsn) if serve else None  # type: ignore[attr-defined]
        hall.dsn = dsn  # type: ignore[attr-defined]
        await hall.open(dsn, background=background)
        self._halls.append(hall)
        return hall

    async def close(self, hall: Hall) -> None:
        """Before the test ends."""
        self._halls.remove(hall)
        await hall.close()

    async def close_all(self) -> None:
        for hall in self._halls:
            await hall.close()


@pytest_asyncio.fixture
async def open_hall(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[OpenHall]:
    """`await open_hall(*plugins, installed=(), background=False, **settings)` → a started Hall, closed after the test.

    Entry points of the environment are not looked at unless `installed=None` is passed. `hall.dsn` is its database.
    """
    opener = OpenHall(fresh_database, tmp_path)
    yield opener
    await opener.close_all()


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
