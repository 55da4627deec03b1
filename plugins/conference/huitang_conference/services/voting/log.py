"""The log of a poll: append-only, each record carrying the hash of the one before, each hash signed by the platform.

A record is canonical JSON (keys sorted, no spaces, UTF-8):
`{"at":…,"body":{…},"kind":"presses","poll":"…","previous":"<hex>","sequence":2,"version":1}`. Records of presses of a
secret poll carry no time. `docs/conference-log-format.md` describes it for those who write a verifier of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.services.access import EXPORT, Ctx, _, meeting_for
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, NotFound

FORMAT = "huitang-poll-log"
VERSION = 1
PURPOSE = "poll-log"
"""Of the key that signs: `ctx.keys.public_key(PURPOSE)` is what verifiers need."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no letter that looks like a digit."""
RECEIPT = 10
"""Characters of a receipt: fifty bits."""

_ENCODER = msgspec.json.Encoder(order="sorted")

APPEND = """
WITH record AS (
    INSERT INTO conference.log_record (poll_id, sequence, record, hash, signature) VALUES ($1, $2, $3, $4, $5)
)
UPDATE conference.poll SET log_sequence = $2, log_hash = $4 WHERE id = $1
"""


def canonical(value: Any) -> bytes:
    """The bytes that are hashed."""
    return _ENCODER.encode(value)


def receipt_of(entry: Mapping[str, Any]) -> str:
    """The receipt of one press: of what the log says about it."""
    number = int.from_bytes(hashlib.sha256(canonical(entry)).digest()[:8], "big") >> 64 - 5 * RECEIPT
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(RECEIPT)))


def signed(content: bytes) -> bytes:
    """What is signed for these hashed bytes: the purpose is part of it."""
    return f"{FORMAT}-{VERSION}:".encode() + content


class Record:
    """The next record of a poll's log; `values` is what APPEND takes."""

    def __init__(
        self, ctx: Ctx, poll: Mapping[str, Any], kind: str, body: Mapping[str, Any], at: datetime | None = None
    ) -> None:
        self.sequence = int(poll["log_sequence"]) + 1
        previous = poll["log_hash"].hex() if poll["log_hash"] else ""
        content: dict[str, Any] = {"version": VERSION, "poll": poll["id"], "sequence": self.sequence}
        content |= {"previous": previous, "kind": kind, "body": body}
        if at is not None:
            content["at"] = at
        text = canonical(content)
        self.hash = hashlib.sha256(text).digest()
        self.values = (poll["id"], self.sequence, text.decode(), self.hash, ctx.keys.sign(PURPOSE, signed(self.hash)))


async def append(
    ctx: Ctx, poll: dict[str, Any], kind: str, body: Mapping[str, Any], at: datetime | None = None
) -> Record:
    """Inside a write that holds the lock of the poll: add a record. `poll` is its row, and is brought up to date."""
    record = Record(ctx, poll, kind, body, at)
    await ctx.db.execute(APPEND, *record.values)
    poll["log_sequence"], poll["log_hash"] = record.sequence, record.hash
    return record


async def export_log(ctx: Ctx, poll_id: UUID) -> str:
    """The log as JSON Lines: a signed head that says how many records there are, then the records.

    Access is the caller's to check, see `log_for`.
    """
    rows = await ctx.db.fetch(
        "SELECT record, hash, signature FROM conference.log_record WHERE poll_id = $1 ORDER BY sequence", poll_id
    )
    head = {
        "format": FORMAT,
        "version": VERSION,
        "poll": poll_id,
        "records": len(rows),
        "last": rows[-1]["hash"].hex() if rows else "",
        "key": ctx.keys.public_key(PURPOSE).hex(),
    }
    text = canonical(head)
    digest = hashlib.sha256(text).digest()
    lines = [_line(text.decode(), digest, ctx.keys.sign(PURPOSE, signed(digest)))]
    lines += [_line(row["record"], row["hash"], row["signature"]) for row in rows]
    return "".join(lines)


async def log_for(ctx: Ctx, actor: Actor, poll_id: UUID) -> str:
    """The log of a vote that has ended, for those who may export the records of its meeting.

    Raises NotFound, Forbidden, and Conflict while the vote is open or its result has not been announced: the log of an
    open vote says who chose what.
    """
    rows = await ctx.db.fetch("SELECT meeting_id, state, announced_at FROM conference.poll WHERE id = $1", poll_id)
    if not rows:
        raise NotFound(_("There is no such vote."))
    await meeting_for(ctx, actor, rows[0]["meeting_id"], EXPORT)
    if rows[0]["state"] not in ("void", "withdrawn") and rows[0]["announced_at"] is None:
        raise Conflict(_("The log can be exported once the result has been announced."))
    return await export_log(ctx, poll_id)


def _line(record: str, digest: bytes, signature: bytes) -> str:
    line = {"record": record, "hash": digest.hex(), "signature": signature.hex()}
    return canonical(line).decode() + "\n"
