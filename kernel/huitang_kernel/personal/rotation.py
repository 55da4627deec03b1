"""Changing the key: a new one is made known, then used, then everything is sealed anew with it.

Each step is on record in the database before the next begins, so whoever is killed leaves something that anybody can go
on with: `finish` does whatever is not done yet, and nothing where all is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.db.locks import try_lock
from huitang_kernel.personal.keeper import CHANNEL, Keeper
from huitang_kernel.personal.resealing import Progress, count_behind, walk
from huitang_kernel.personal.ring import SECRET, wrap
from huitang_kernel.personal.states import States
from huitang_kernel.personal.tables import SealedTable, missing_columns
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import Translator

_ = Translator("personal")
KEY = "personal.key"
LOOK_AGAIN = 0.2
ANNOUNCE = """
INSERT INTO personal.key (id, wrapped, made_at) SELECT $1, $2, clock_timestamp()
WHERE $1 = (SELECT max(id) + 1 FROM personal.key) AND NOT EXISTS (SELECT FROM personal.key WHERE used_from IS NULL)
RETURNING id
"""
WAIT = "SELECT extract(epoch FROM {column} - clock_timestamp())::float + $2 FROM personal.key WHERE id = $1"
REGISTER = """
INSERT INTO personal.sealed_table (name, complete) SELECT name, $2 FROM unnest($1::text[]) AS name
ON CONFLICT DO NOTHING
"""
COMPLETE = """
UPDATE personal.sealed_table SET complete = $2, target = NULL, reached = NULL, changed_at = now() WHERE name = $1
"""


class Rotation:
    """One per process; only one in the cluster works at a time."""

    def __init__(self, database: PostgresDatabase, keeper: Keeper, outer: bytes, states: States, batch: int) -> None:
        self._database = database
        self._keeper = keeper
        self._outer = outer
        self._states = states
        self._tables = states.declared
        self._batch = batch

    async def register(self) -> None:
        """Tables that are new have only rows under the present key."""
        current = self._keeper.ring().current.number
        await self._database.execute(REGISTER, [table.name for table in self._tables()], current)

    async def begin(self, actor: Actor, reason: str = "") -> int:
        """Make a new key known to all processes; `finish` does the rest. Raises Conflict while a change goes on."""
        self._keeper.ring()  # a key that is wrapped with another master key would be nobody's
        if await self._states.is_unfinished():
            raise Conflict(_("The last change of keys is not finished yet. Let it finish first."))
        number = (await self._states.keys())[0].id + 1
        if number > 65535:
            raise Invalid(_("There are no numbers left for keys."))
        async with self._database.write(actor) as write:
            wrapped = wrap(self._outer, number, secrets.token_bytes(SECRET))
            if not await self._database.fetch(ANNOUNCE, number, wrapped):
                raise Conflict(_("Somebody else has just begun to change the keys."))
            await write.audit("personal.key.made", Ref(KEY, UUID(int=number)), detail={"key": number}, reason=reason)
            await self._database.notify(CHANNEL)
        return number

    async def finish(self, actor: Actor, progress: Progress | None = None) -> int:
        """Do what is left of a change of keys; returns the rows that were sealed anew. Raises Conflict while another
        process is at it.
        """
        async with self._alone():
            await self._keeper.refresh()
            await self._use_announced(actor)
            sealed, current = 0, self._keeper.ring().current.number
            missing = await missing_columns(self._database, self._tables())
            for table in self._tables():
                if table.name not in missing:
                    sealed += (
                        await walk(self._database.pool, table, self._keeper.ring(), self._batch, progress)
                    ).sealed
            behind = [state.name for state in await self._states.tables() if state.is_behind and not state.missing]
            if behind:
                await self._nobody_seals_with_older(current)
                for table in self._tables():
                    if table.name in behind:
                        sealed += await self._complete(actor, table, current, progress)
            return sealed

    async def _use_announced(self, actor: Actor) -> None:
        """Seal with the announced key from now on, once every process knows it."""
        waiting = [key.id for key in await self._states.keys() if key.used_from is None]
        for number in waiting:
            await self._after_lease(number, "made_at")
            async with self._database.write(actor) as write:
                await self._database.execute(
                    "UPDATE personal.key SET used_from = clock_timestamp() WHERE id = $1 AND used_from IS NULL", number
                )
                await write.audit("personal.key.used", Ref(KEY, UUID(int=number)), detail={"key": number})
                await self._database.notify(CHANNEL)
        if waiting:
            await self._keeper.refresh()

    async def _nobody_seals_with_older(self, number: int) -> None:
        """Every process has read that the key is used, and what they wrote before is committed or gone."""
        await self._after_lease(number, "used_from")
        (row,) = await self._database.fetch("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS horizon")
        while True:
            done = await self._database.fetch(
                "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 AS done", row["horizon"]
            )
            if done[0]["done"]:
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _after_lease(self, number: int, column: str) -> None:
        """Until what happened then is known to every process that still runs: its lease, and a tenth for its clock."""
        rows = await self._database.fetch(WAIT.format(column=column), number, self._keeper.lease * 1.1 + 0.1)
        seconds = next(iter(rows[0].values()))
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _complete(self, actor: Actor, table: SealedTable, number: int, progress: Progress | None) -> int:
        """Walk until nothing is left but what does not open; then nobody need search under older keys any more."""
        sealed = 0
        while True:
            walked = await walk(self._database.pool, table, self._keeper.ring(), self._batch, progress)
            sealed += walked.sealed
            if await count_behind(self._database.pool, table, self._keeper.ring().current) <= walked.broken:
                break
            await asyncio.sleep(LOOK_AGAIN)
        detail = {"table": table.name, "key": number, "broken": walked.broken}
        async with self._database.write(actor) as write:
            await self._database.execute(COMPLETE, table.name, number)
            await write.audit("personal.table.resealed", Ref(KEY, UUID(int=number)), detail=detail)
            await self._database.notify(CHANNEL)
        return sealed

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """With a lock that dies with this process."""
        connection = await asyncpg.connect(self._database.dsn, server_settings={"application_name": "huitang-personal"})
        try:
            if not await try_lock(connection, "personal-rotation"):
                raise Conflict(_("Another process is sealing the data anew just now. Look at its progress there."))
            yield
        finally:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                await connection.close(timeout=5)
