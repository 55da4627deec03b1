"""Sealing records into a hash chain, and verifying it.

hash(n) = SHA-256(hash(n-1) ‖ canonical JSON of record n). Writers stay parallel: records are sealed afterwards by the
leader, in order of id, a moment after they were committed. The last sequence and hash are kept with an HMAC under a key
that is not in the database, so cutting off the end of the log is noticed as well.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.db.locks import lock_key

GENESIS = bytes(32)
SEAL_EVERY = 1.0
BATCH = 1000
FIELDS = "id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address"

UNSEALED = f"""
SELECT {FIELDS} FROM kernel.audit_record WHERE sequence IS NULL ORDER BY id LIMIT {BATCH}
"""
SEAL = """
UPDATE kernel.audit_record r SET sequence = s.sequence, hash = s.hash
FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS s (id, sequence, hash) WHERE r.id = s.id
"""
SET_HEAD = """
INSERT INTO kernel.audit_head (sequence, hash, mac) VALUES ($1, $2, $3)
ON CONFLICT (only_row) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, mac = excluded.mac
"""


class Verdict(Struct, frozen=True):
    """`ok`, how many sealed records were read, how many wait to be sealed, and what is wrong at which sequence."""

    ok: bool
    records: int
    waiting: int
    sequence: int | None = None
    problem: str = ""


def record_hash(previous: bytes, row: asyncpg.Record | dict[str, Any]) -> bytes:
    """The hash of one record in the chain; every field but sequence and hash counts."""
    values = {name: (msgspec.json.decode(row[name]) if name == "detail" else row[name]) for name in FIELDS.split(", ")}
    return hashlib.sha256(previous + msgspec.json.encode(values, order="sorted")).digest()


class AuditChain:
    def __init__(self, database: PostgresDatabase, key: bytes) -> None:
        self._database = database
        self._key = key

    async def run(self) -> None:
        """Seal what is new, for ever (on the leader)."""
        while True:
            while await self.seal() == BATCH:
                pass
            await asyncio.sleep(SEAL_EVERY)

    def _mac(self, sequence: int, digest: bytes) -> bytes:
        return hmac.new(self._key, sequence.to_bytes(8, "big") + digest, hashlib.sha256).digest()

    async def seal(self) -> int:
        """Seal up to one batch and return how many records that were."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key("audit-seal"))
            rows = await connection.fetch(UNSEALED)
            if not rows:
                return 0
            head = await connection.fetchrow("SELECT sequence, hash FROM kernel.audit_head")
            sequence, digest = (head["sequence"], head["hash"]) if head else (0, GENESIS)
            ids, sequences, hashes = [], [], []
            for row in rows:
                sequence, digest = sequence + 1, record_hash(digest, row)
                ids.append(row["id"])
                sequences.append(sequence)
                hashes.append(digest)
            await connection.execute(SEAL, ids, sequences, hashes)
            await connection.execute(SET_HEAD, sequence, digest, self._mac(sequence, digest))
            return len(rows)

    async def is_sealed_with_this_key(self) -> bool:
        """Whether the end of the log carries this key's seal; True while nothing is sealed."""
        rows = await self._database.fetch("SELECT sequence, hash, mac FROM kernel.audit_head")
        return all(hmac.compare_digest(row["mac"], self._mac(row["sequence"], row["hash"])) for row in rows)

    async def verify(self, progress: Callable[[int, int], None] | None = None) -> Verdict:
        """Read the whole chain in one snapshot and name the first record that is altered, missing or out of order."""
        async with self._database.pool.acquire() as connection:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await self._verify(connection, progress)

    async def _verify(self, connection: asyncpg.Connection, progress: Callable[[int, int], None] | None) -> Verdict:
        counts = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE sequence IS NULL) waiting, count(sequence) sealed FROM kernel.audit_record"
        )
        waiting, total = counts["waiting"], counts["sealed"]
        expected, digest = 1, GENESIS
        cursor = connection.cursor(
            f"SELECT {FIELDS}, sequence, hash FROM kernel.audit_record WHERE sequence IS NOT NULL ORDER BY sequence",
            prefetch=BATCH,
        )
        async for row in cursor:
            problem = ""
            if row["sequence"] != expected:
                problem = f"record {expected} is missing"
            elif record_hash(digest, row) != row["hash"]:
                problem = f"record {expected} was altered or moved ({row['action']}, {row['at']:%Y-%m-%d %H:%M:%S} UTC)"
            if problem:
                return Verdict(False, expected - 1, waiting, expected, problem)
            digest, expected = row["hash"], expected + 1
            if progress is not None and expected % BATCH == 0:
                progress(expected, total)
        return await self._verify_head(connection, expected - 1, digest, waiting)

    async def _verify_head(self, connection: asyncpg.Connection, records: int, digest: bytes, waiting: int) -> Verdict:
        head = await connection.fetchrow("SELECT sequence, hash, mac FROM kernel.audit_head")
        if head is None and records == 0:
            return Verdict(True, 0, waiting)
        if head is None:
            return Verdict(False, records, waiting, records, "the authenticated end of the log is missing")
        if not hmac.compare_digest(bytes(head["mac"]), self._mac(head["sequence"], bytes(head["hash"]))):
            return Verdict(
                False, records, waiting, head["sequence"], "the end of the log does not carry this key's seal"
            )
        if head["sequence"] > records:
            return Verdict(False, records, waiting, records + 1, f"record {records + 1} is missing")
        if head["sequence"] != records or bytes(head["hash"]) != digest:
            return Verdict(False, records, waiting, head["sequence"] + 1, "records were added after the sealed end")
        return Verdict(True, records, waiting)
