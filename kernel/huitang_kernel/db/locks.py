"""Advisory locks of PostgreSQL: held by a connection, freed with it, so a dead process holds nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


def lock_key(name: str) -> int:
    """A stable signed 64-bit number for a lock's name."""
    return int.from_bytes(hashlib.sha256(f"huitang:{name}".encode()).digest()[:8], "big", signed=True)


@asynccontextmanager
async def advisory_lock(connection: asyncpg.Connection, name: str) -> AsyncIterator[None]:
    """Wait for the lock and hold it inside the block."""
    key = lock_key(name)
    await connection.execute("SELECT pg_advisory_lock($1)", key)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", key)


async def try_lock(connection: asyncpg.Connection, name: str) -> bool:
    """Take the lock for the life of the connection if nobody has it."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_key(name)))
