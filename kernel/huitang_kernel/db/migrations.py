"""Migrations: SQL files per plugin, run once, in order, under one lock for the whole cluster.

A file is known by plugin and name, so two plugins may both have a `0001_tables.sql`. Its digest is kept: a file changed
after it ran is an error, never a silent difference.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from msgspec import Struct

from huitang_kernel.db.locks import advisory_lock

FILE_NAME = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")

LEDGER = """
CREATE SCHEMA IF NOT EXISTS kernel;
CREATE TABLE IF NOT EXISTS kernel.migration (
    plugin text NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    milliseconds integer NOT NULL,
    PRIMARY KEY (plugin, name)
);
"""


class MigrationError(Exception):
    """A migration is missing, changed or failed; the message names plugin and file."""


class Migration(Struct, frozen=True):
    plugin: str
    name: str
    sql: str
    sha256: str


Done = dict[str, dict[str, str]]
"""Plugin → name of a migration that ran → its digest."""


def read_migrations(plugin: str, folder: Path) -> list[Migration]:
    """The plugin's migrations in order. Raises MigrationError for a file that is not named like one."""
    found: list[Migration] = []
    for path in sorted((folder / "migrations").glob("*")):
        if path.name.startswith((".", "__")):
            continue
        if not FILE_NAME.match(path.name):
            raise MigrationError(f"{plugin}: {path.name} is not named like 0001_what_it_does.sql")
        sql = path.read_text(encoding="utf-8")
        found.append(Migration(plugin, path.name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    return found


class Migrator:
    """Compares files with the ledger and runs what is missing."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None
        self._done: Done = {}

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[asyncpg.Connection]:
        """Hold one connection and the cluster's migration lock for everything that is run inside the block."""
        if self._connection is not None:
            yield self._connection
            return
        self._connection = await asyncpg.connect(self._dsn)
        try:
            async with advisory_lock(self._connection, "migrate"):
                await self._connection.execute(LEDGER)
                self._done = await _done(self._connection)
                yield self._connection
        finally:
            connection, self._connection = self._connection, None
            await connection.close()

    async def run(self, plugin: str, folder: Path) -> list[str]:
        """Run the plugin's missing migrations and return their names. Each runs in its own transaction."""
        wanted = read_migrations(plugin, folder)
        async with self.locked() as connection:
            missing = _missing(self._done, plugin, wanted)
            if missing:
                await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{plugin}"')
            for migration in missing:
                await self._apply(connection, migration)
            return [migration.name for migration in missing]

    async def pending(self, plugin: str, folder: Path) -> list[str]:
        """Names of migrations that have not run here, without running anything."""
        connection = await asyncpg.connect(self._dsn)
        try:
            known = await connection.fetchval("SELECT to_regclass('kernel.migration') IS NOT NULL")
            wanted = read_migrations(plugin, folder)
            missing = _missing(await _done(connection), plugin, wanted) if known else wanted
            return [migration.name for migration in missing]
        finally:
            await connection.close()

    async def _apply(self, connection: asyncpg.Connection, migration: Migration) -> None:
        started = time.perf_counter()
        try:
            async with connection.transaction():
                await connection.execute(f'SET LOCAL search_path TO "{migration.plugin}", public')
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO kernel.migration (plugin, name, sha256, milliseconds) VALUES ($1, $2, $3, $4)",
                    migration.plugin,
                    migration.name,
                    migration.sha256,
                    round((time.perf_counter() - started) * 1000),
                )
        except asyncpg.PostgresError as error:
            raise MigrationError(f"{migration.plugin}: {migration.name} failed: {error}") from error


async def _done(connection: asyncpg.Connection) -> Done:
    done: Done = {}
    for row in await connection.fetch("SELECT plugin, name, sha256 FROM kernel.migration"):
        done.setdefault(row["plugin"], {})[row["name"]] = row["sha256"]
    return done


def _missing(all_done: Done, plugin: str, wanted: Sequence[Migration]) -> list[Migration]:
    done = all_done.get(plugin, {})
    for migration in wanted:
        if done.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationError(f"{plugin}: {migration.name} has changed since it ran; add a new file instead")
    unknown = sorted(done.keys() - {migration.name for migration in wanted})
    if unknown:
        raise MigrationError(f"{plugin}: the database is newer than this program: {', '.join(unknown)}")
    return [migration for migration in wanted if migration.name not in done]
