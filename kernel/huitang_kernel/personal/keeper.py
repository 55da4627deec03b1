"""The ring of this process, never older than its lease.

A process may seal and search with what it read last for `lease_seconds`, no longer. A new key is put into the database
that long before it is used. So whoever meets a value or an index under a new key knows the key already, and nobody
searches without it, whatever a lost connection, a stopped process or a command that does not listen may have missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.personal.ring import Broken, Key, Ring, unwrap
from huitang_sdk.errors import Unavailable
from huitang_sdk.i18n import Translator

_ = Translator("personal")

CHANNEL = "huitang_personal"
READ_WITHIN = 10.0
KEYS = "SELECT id, wrapped, used_from IS NOT NULL AS used FROM personal.key"
TABLES = "SELECT name, complete FROM personal.sealed_table"
log = logging.getLogger("huitang.personal")


class WrongMasterKey(Unavailable):
    """The platform goes on without personal data; whoever needs them is told."""


def wrong_master_key() -> WrongMasterKey:
    """In the reader's language."""
    return WrongMasterKey(
        _(
            "The personal data in this database were sealed with another master key. Set `key` (HUITANG_KEY), or put"
            " the file master.key back, as it was when the database was made; then start again."
        )
    )


class Keeper:
    """`ring()` is the present one; `refresh` reads it anew."""

    def __init__(self, database: PostgresDatabase, outer: bytes, lease: float) -> None:
        self._database = database
        self._outer = outer
        self.lease = lease
        self._ring: Ring | None = None
        self._until = 0.0
        self.has_wrong_key = False
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> Ring:
        """For sealing and searching. Reads the database, and waits for it, when the lease has run out."""
        if self.has_wrong_key:
            raise wrong_master_key()
        if time.monotonic() >= self._until:
            self._read_here()
        assert self._ring is not None
        return self._ring

    def known(self) -> Ring:
        """For opening: a key never changes, so it does not matter when it was read."""
        return self._ring or self.ring()

    async def start(self) -> None:
        """Read, and keep reading until `stop`. With another master key than the one the keys were wrapped with the
        platform starts all the same: somebody has to be able to look at it.
        """
        try:
            await self.refresh()
        except WrongMasterKey as error:
            log.error("%s", error.message)
            return
        self._task = asyncio.create_task(self._keep(), name="personal-keys")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def told(self, _payload: str) -> None:
        """Somebody changed something: see what."""
        if not self.has_wrong_key:
            await self.refresh()

    async def refresh(self) -> None:
        asked = time.monotonic()
        rows = await self._database.fetch(KEYS)
        self._take(rows, await self._database.fetch(TABLES), asked)

    def _take(self, rows: Iterable[Mapping[str, Any]], tables: Iterable[Mapping[str, Any]], asked: float) -> None:
        known = self._ring.keys if self._ring else {}
        keys, used = [], 0
        for row in rows:
            number = row["id"]
            keys.append(known.get(number) or Key(number, self._unwrapped(number, row["wrapped"])))
            used = max(used, number if row["used"] else 0)
        self._ring = Ring(keys, used, {row["name"]: row["complete"] for row in tables})
        self._until = asked + self.lease

    def _unwrapped(self, number: int, wrapped: bytes) -> bytes:
        try:
            return unwrap(self._outer, number, wrapped)
        except Broken:
            self.has_wrong_key = True
            raise wrong_master_key() from None

    async def _keep(self) -> None:
        """Well within the lease, so that nobody has to wait for the database."""
        while True:
            await asyncio.sleep(self.lease / 3)
            try:
                await self.refresh()
            except Exception as error:  # whatever it is: the next try may succeed, and until then the lease counts
                log.warning("the keys of personal data could not be read again: %s", error)

    def _read_here(self) -> None:
        """From synchronous code: in a thread with a loop and a connection of its own."""
        failure: list[BaseException] = []

        async def read() -> None:
            asked = time.monotonic()
            connection = await asyncpg.connect(self._database.dsn, timeout=READ_WITHIN)
            try:
                self._take(await connection.fetch(KEYS), await connection.fetch(TABLES), asked)
            finally:
                await connection.close()

        def work() -> None:
            try:
                asyncio.run(read())
            except BaseException as error:  # handed on to whoever waits
                failure.append(error)

        thread = threading.Thread(target=work, name="personal-keys", daemon=True)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
