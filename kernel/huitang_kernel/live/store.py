"""What the database keeps of live topics: positions, and the messages of the last minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import msgspec

from huitang_kernel.db import PostgresDatabase

CHANNEL = "huitang_live"
Name = tuple[str, str]
"""(topic, key)"""
CARRIED = 6500
"""Bytes of data that NOTIFY carries itself (it takes 8 kB); larger ones are fetched by whoever has a hearer."""
HINT, RECHECK = 0, -1
"""Stand where the sequence is in what is notified."""

SAY = f"""
WITH said AS (
    SELECT topic, key, data, n, count(*) OVER (PARTITION BY topic, key) AS many,
        row_number() OVER (PARTITION BY topic, key ORDER BY n) AS nth
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS s (topic, key, data, n)
), counted AS (
    INSERT INTO live.position AS p (topic, key, sequence)
    SELECT topic, key, count(*) FROM said GROUP BY topic, key ORDER BY topic, key
    ON CONFLICT (topic, key) DO UPDATE SET sequence = p.sequence + excluded.sequence
    RETURNING topic, key, sequence
), numbered AS (
    SELECT topic, key, data, n, sequence - many + nth AS sequence FROM said JOIN counted USING (topic, key)
), kept AS (
    INSERT INTO live.message (topic, key, sequence, data) SELECT topic, key, sequence, data FROM numbered
)
SELECT pg_notify('{CHANNEL}', sequence || E'\\n' || topic || E'\\n' || key || E'\\n' ||
    CASE WHEN octet_length(data) <= {CARRIED} THEN data ELSE '' END)
FROM numbered ORDER BY n
"""
POSITIONS = """
SELECT topic, key, sequence FROM live.position JOIN unnest($1::text[], $2::text[]) AS n (topic, key) USING (topic, key)
"""
MESSAGES = """
SELECT sequence, data FROM live.message WHERE topic = $1 AND key = $2 AND sequence > $3 ORDER BY sequence LIMIT $4
"""
SINCE = """
SELECT p.sequence AS position, m.sequence, m.data
FROM (SELECT coalesce((SELECT sequence FROM live.position WHERE topic = $1 AND key = $2), 0) AS sequence) p
LEFT JOIN LATERAL (
    SELECT sequence, data FROM live.message WHERE topic = $1 AND key = $2 AND sequence > $3 ORDER BY sequence LIMIT $4
) m ON true
"""
FORGET = "DELETE FROM live.message WHERE said_at < now() - make_interval(secs => $1)"


class Saying:
    """What one write says. It is numbered by one statement at the end, so that a topic's row is locked for a moment
    only, and in one order, so that two writes cannot wait for each other.
    """

    def __init__(self) -> None:
        self._said: list[tuple[str, str, str]] = []

    def say(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        self._said.append((topic, key, msgspec.json.encode(dict(data)).decode()))

    async def leave(self, connection: asyncpg.Connection) -> None:
        if not self._said:
            return
        await connection.execute(SAY, *zip(*self._said, strict=True))


class Store:
    """Reads and notifies; writing is `Saying`'s."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def saying(self) -> Saying:
        """What the open write says. Raises RuntimeError outside one."""
        return self._database.parting("live.publish", Saying)

    async def pass_on(self, sign: int, name: Name, data: str = "") -> None:
        await self._database.notify(CHANNEL, "\n".join((str(sign), *name, data)))

    async def position(self, name: Name) -> int:
        return (await self.positions([name])).get(name, 0)

    async def positions(self, names: Sequence[Name]) -> dict[Name, int]:
        """How far topics have counted; those that never said anything are left out."""
        rows = await self._database.fetch(POSITIONS, [topic for topic, _ in names], [key for _, key in names])
        return {(row["topic"], row["key"]): row["sequence"] for row in rows}

    async def messages(self, name: Name, after: int, limit: int) -> list[tuple[int, str]]:
        """(sequence, JSON) of what was said after a position and is still kept."""
        rows = await self._database.fetch(MESSAGES, *name, after, limit)
        return [(row["sequence"], row["data"]) for row in rows]

    async def since(self, name: Name, after: int, limit: int) -> tuple[int, list[tuple[int, str]]]:
        """The position, and what was said after `after`, from one look at the database."""
        rows = await self._database.fetch(SINCE, *name, after, limit)
        return rows[0]["position"], [(row["sequence"], row["data"]) for row in rows if row["sequence"] is not None]

    async def forget(self, seconds: float) -> None:
        await self._database.execute(FORGET, seconds)
