"""`python -m tests.bench [--quick] [--only NAME] [--json FILE]`: prints the table of speed goals and keeps it as JSON.

Everything runs on this machine, against an embedded PostgreSQL of its own, ours and the bare counterpart in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
import msgspec

from huitang_kernel.cli.collecting import collect_seldom
from huitang_kernel.db.embedded import EmbeddedPostgres
from huitang_kernel.testing import with_database
from tests.bench import (
    conference,
    files,
    judging,
    letters,
    limits,
    matching,
    pages,
    permissions,
    personal,
    register,
    search,
    startup,
    workflow,
    writes,
)
from tests.bench.servers import make_hall
from tests.bench.setting import prepare
from tests.bench.table import Row, show


class Bench:
    """One run: a database, a data folder, and how long and how large to measure."""

    def __init__(self, dsn: str, folder: Path, quick: bool, kept: bool = False) -> None:
        self.dsn = dsn
        self.kept = kept
        self.folder = folder
        self.seconds = 1.0 if quick else 6.0
        self.megabytes = 128 if quick else 1024
        self.documents = 5_000 if quick else 100_000
        self.processes = 20_000 if quick else 1_000_000
        self.quick = quick

    def run(self, only: str) -> list[Row]:
        # In a database that was kept the scene is set; nobody signs in there for "pages".
        token = "" if self.kept else asyncio.run(self._with_hall(lambda hall: prepare(hall, pages.ROWS)))
        steps: dict[str, Callable[[], list[Row]]] = {
            "pages": lambda: pages.measure(self.dsn, self.folder, token, self.seconds),
            "permissions": lambda: asyncio.run(self._with_hall(permissions.measure)),
            "limits": lambda: asyncio.run(self._with_hall(lambda hall: limits.measure(hall, self.seconds))),
            "personal": lambda: asyncio.run(self._with_hall(personal.measure)),
            "writes": lambda: asyncio.run(self._with_hall(lambda hall: writes.measure(hall, self.dsn, self.seconds))),
            "files": lambda: asyncio.run(
                self._with_hall(lambda hall: files.measure(hall, self.folder, self.megabytes))
            ),
            "search": lambda: asyncio.run(self._with_hall(lambda hall: search.measure(hall, self.documents))),
            "conference": lambda: asyncio.run(
                self._with_hall(lambda hall: conference.measure(hall, self.dsn, self.folder, self.quick))
            ),
            "workflow": lambda: asyncio.run(
                self._with_hall(lambda hall: workflow.measure(hall, self.dsn, self.processes, self.seconds))
            ),
            "matching": lambda: matching.measure(20_000 if self.quick else 1_000_000),
            "letters": lambda: letters.measure(
                self._with_hall, self.dsn, self.folder, self.seconds if self.quick else 300.0
            ),
            "register": lambda: register.measure(self._with_hall, self.dsn, self.processes),
            "judging": lambda: judging.measure(self.quick),
            "startup": lambda: startup.measure(self.dsn, str(self.folder)),
        }
        rows: list[Row] = []
        for name, step in steps.items():
            if only in ("", name):
                print(f"measuring {name} …", file=sys.stderr)
                rows += step()
        return rows

    async def _with_hall(self, work: Callable) -> object:
        hall = make_hall(str(self.folder))
        await hall.open(self.dsn, background=False)
        try:
            return await work(hall)
        finally:
            await hall.close()


async def database(dsn: str) -> tuple[str, bool]:
    """Its DSN, and whether it was there already."""
    connection = await asyncpg.connect(dsn)
    kept = bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'bench')"))
    if not kept:
        await connection.execute("CREATE DATABASE bench")
    await connection.close()
    return with_database(dsn, "bench"), kept


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and short: shows that it works, not how fast it is")
    parser.add_argument(
        "--only",
        default="",
        help="one of pages, permissions, limits, personal, writes, files, search, conference, workflow, matching, "
        "letters, register, judging, startup",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        help="a folder for the data, which stay: with --only register the next run finds the million matters there",
    )
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the rows are kept as JSON")
    options = parser.parse_args()
    collect_seldom()  # as every process of the platform; bare counterparts have it too
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="huitang-bench-", ignore_cleanup_errors=True) as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "pg")
        try:
            dsn, kept = asyncio.run(database(server.start()))
            rows = Bench(dsn, folder / "data", options.quick, kept).run(options.only)
        finally:
            server.stop()
    show(rows)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    print(f"also in {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
