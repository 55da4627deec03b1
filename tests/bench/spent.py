"""CPU seconds that a run takes: by the servers that this process started, by its PostgreSQL, and by itself.

Wall time says little on a machine that others use too.
"""

from __future__ import annotations

import time
from contextlib import suppress

import asyncpg
import psutil
from msgspec import Struct


class Spent(Struct, frozen=True):
    """CPU seconds up to a moment; `since` another one, for each second of the clock."""

    at: float
    web: float
    database: float
    generator: float

    @property
    def total(self) -> float:
        return self.web + self.database + self.generator

    def since(self, before: Spent) -> Spent:
        seconds = self.at - before.at
        return Spent(
            seconds,
            (self.web - before.web) / seconds,
            (self.database - before.database) / seconds,
            (self.generator - before.generator) / seconds,
        )

    def told(self) -> str:
        return f"{self.total:.2f} = {self.web:.2f} + {self.database:.2f} + {self.generator:.2f}"


async def spent(dsn: str) -> Spent:
    """By now. The database tells which processes are its own."""
    connection = await asyncpg.connect(dsn)
    backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    postmaster = backend.parent()
    await connection.close()
    me = psutil.Process()
    theirs = [*postmaster.children(recursive=True), postmaster] if postmaster else []
    servers = [process for process in me.children(recursive=True) if process not in theirs]
    return Spent(time.perf_counter(), _seconds(servers), _seconds(theirs), _seconds([me]))


def _seconds(processes: list[psutil.Process]) -> float:
    """Of them, and of the children they have waited for."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            if process.name() == "postgres":
                total += times.children_user + times.children_system
    return total
