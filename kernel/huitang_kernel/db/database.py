"""Transactions: `write` opens one, in which rows change, the audit record is written and events go to the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar, cast

import asyncpg

from huitang_kernel.clock import SystemClock
from huitang_kernel.db.engine import ENGINE
from huitang_kernel.db.trail import Trail
from huitang_sdk.contracts import Actor, Event, Ref
from huitang_sdk.errors import UnauditedWrite


class Parting(Protocol):
    """Something gathered during a write, to be written just before its commit."""

    async def leave(self, connection: asyncpg.Connection) -> None: ...


P = TypeVar("P", bound=Parting)
CLOSE_WITHIN = 5.0
_open_write: ContextVar[OpenWrite | None] = ContextVar("huitang_open_write", default=None)


def inside_write(what: str) -> None:
    """Raise RuntimeError unless a transaction is open."""
    if ENGINE.current_transaction.get() is None:
        raise RuntimeError(f"{what} belongs inside `async with ctx.db.write(actor)`: it is part of a change")


async def _reset(connection: asyncpg.Connection) -> None:
    """Before a connection goes back to the pool: asyncpg would ask the server to forget session state every time, but
    here nothing sets any (locks and LISTEN have connections of their own), so one round trip a query is saved.
    """
    if connection.is_in_transaction():
        await connection.reset()


class OpenWrite:
    """The `Write` of the contract: bound to the transaction it was opened with."""

    def __init__(self, actor: Actor, clock: SystemClock, trail: Trail | None = None) -> None:
        self.actor = actor
        self.trail = trail or Trail()
        self.partings: dict[str, Parting] = {}
        self._clock = clock

    def by(self, actor: Actor) -> OpenWrite:
        return OpenWrite(actor, self._clock, self.trail)

    async def audit(
        self, action: str, subject: Ref, *, detail: Mapping[str, Any] | None = None, reason: str = ""
    ) -> None:
        self.trail.audit(self.actor, self._clock.now(), action, subject, detail or {}, reason)

    async def emit(self, event: Event) -> None:
        self.trail.emit(self.actor, event)


class PostgresDatabase:
    """The process's pool, and the transactions of its writes."""

    def __init__(self, clock: SystemClock) -> None:
        self.dsn = ""
        self._clock = clock

    async def connect(self, dsn: str, *, minimum: int = 2, maximum: int = 10) -> None:
        self.dsn = dsn
        ENGINE.config = {"dsn": dsn}
        await ENGINE.start_connection_pool(
            min_size=minimum,
            max_size=maximum,
            reset=_reset,
            server_settings={"application_name": "huitang"},
        )

    async def close(self) -> None:
        """Give connections in use a moment to finish, then cut them: an interrupted write may never let go of its
        own.
        """
        if ENGINE.pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await ENGINE.close_connection_pool()
        except TimeoutError:
            ENGINE.pool.terminate()
            ENGINE.pool = None

    @property
    def pool(self) -> asyncpg.Pool:
        if ENGINE.pool is None:
            raise RuntimeError("the database is not connected")
        return ENGINE.pool

    @asynccontextmanager
    async def write(self, actor: Actor) -> AsyncIterator[OpenWrite]:
        joined = _open_write.get()
        if joined is not None and ENGINE.current_transaction.get() is not None:
            yield joined
            return
        write = OpenWrite(actor, self._clock)
        async with ENGINE.transaction() as transaction:
            token = _open_write.set(write)
            try:
                yield write
                if not write.trail.is_audited:
                    raise UnauditedWrite("a write must call audit() before it ends")
                await write.trail.leave(transaction.connection)
                for parting in write.partings.values():
                    await parting.leave(transaction.connection)
            finally:
                _open_write.reset(token)

    def parting(self, name: str, make: Callable[[], P]) -> P:
        """What `name` gathers during the open write; locks it takes at the end are held for a moment only.

        Raises RuntimeError outside a write.
        """
        write = _open_write.get()
        if write is None or ENGINE.current_transaction.get() is None:
            raise RuntimeError(f"{name} belongs inside `async with ctx.db.write(actor)`: it is part of a change")
        parting = write.partings.setdefault(name, make())
        return cast(P, parting)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The open transaction's connection, or one from the pool."""
        transaction = ENGINE.current_transaction.get()
        if transaction is not None:
            yield transaction.connection
            return
        async with self.pool.acquire() as connection:
            yield connection

    async def fetch(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        async with self.connection() as connection:
            return [dict(row) for row in await connection.fetch(sql, *values)]

    async def execute(self, sql: str, *values: Any) -> None:
        async with self.connection() as connection:
            await connection.execute(sql, *values)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Tell every process; inside a transaction it is told at commit."""
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)
