"""The database: reachable, of the right kind, up to date, and with the same time."""

from __future__ import annotations

import time

import asyncpg

from huitang_kernel.app import Hall
from huitang_kernel.cli.diagnosis.finding import Report
from huitang_kernel.cli.session import pending_migrations
from huitang_kernel.cli.texts import _
from huitang_kernel.db import MigrationError

OLDEST = 160000


async def look_at_database(report: Report, dsn: str) -> bool:
    """True when it can be worked with."""
    title = _("Database")
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        report.fail(
            "database.reachable",
            title,
            _("It cannot be reached: {cause}", cause=str(error) or type(error).__name__),
            _("See that PostgreSQL runs and that database.dsn names host, port, user and password correctly."),
        )
        return False
    try:
        report.ok("database.reachable", title, _("It answers."))
        await _kind(report, connection)
        await _same_time(report, connection)
    finally:
        await connection.close()
    return True


async def _kind(report: Report, connection: asyncpg.Connection) -> None:
    number = int(await connection.fetchval("SHOW server_version_num"))
    shown = await connection.fetchval("SHOW server_version")
    if number < OLDEST:
        message = _("This is PostgreSQL {version}; 16 or newer is needed.", version=shown)
        report.fail("database.version", "PostgreSQL", message, _("Upgrade the database server."))
    else:
        report.ok("database.version", "PostgreSQL", str(shown))
    encoding, title = await connection.fetchval("SHOW server_encoding"), _("Encoding")
    if encoding != "UTF8":
        remedy = _("Make a new database with ENCODING 'UTF8' and move the data there.")
        report.fail("database.encoding", title, str(encoding), remedy)
    else:
        report.ok("database.encoding", title, str(encoding))


async def _same_time(report: Report, connection: asyncpg.Connection) -> None:
    before = time.time()
    there = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
    apart, title = abs(there - (before + time.time()) / 2), _("Clock of the database")
    shown = _("{seconds} s apart from this machine's", seconds=f"{apart:.1f}")
    if apart > 5:
        report.warn("database.clock", title, shown, _("Let both machines use the same time service."))
    else:
        report.ok("database.clock", title, shown)


async def look_at_migrations(report: Report, hall: Hall, dsn: str) -> bool:
    """True when nothing is pending."""
    title = _("Migrations")
    try:
        pending = await pending_migrations(hall, dsn)
    except MigrationError as error:
        remedy = _("Run the program version that this database belongs to, or restore the backup made before.")
        report.fail("database.migrations", title, str(error), remedy)
        return False
    if pending:
        listed = "; ".join(f"{plugin}: {', '.join(names)}" for plugin, names in pending.items())
        remedy = _("Run `huitang migrate` (with policy.auto_migrate the next start does it).")
        report.warn("database.migrations", title, _("Not run yet: {names}", names=listed), remedy)
        return False
    report.ok("database.migrations", title, _("Up to date."))
    return True
