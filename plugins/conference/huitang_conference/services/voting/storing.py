"""One flush: many presses of one poll, in one transaction, each voter once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from huitang_conference.services.access import Ctx, _, ref
from huitang_conference.services.voting.choices import Choices, WrongChoice
from huitang_conference.services.voting.log import append, receipt_of
from huitang_conference.services.voting.presses import Answer, Press, Recorded, Refused
from huitang_conference.services.voting.sealing import Sealers
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import NotFound

# The lock orders flushes of all nodes among themselves, and against closing. What is told to be stored is stored: no
# server setting may make these commits asynchronous.
LOCK = """
SELECT p.*, clock_timestamp() AS now, p.closes_at IS NOT NULL AND clock_timestamp() > p.closes_at AS is_late,
  CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END AS sync
FROM conference.poll p WHERE p.id = $1 FOR NO KEY UPDATE
"""
STANDING = """
SELECT a.attendee_id, t.role, t.presence, t.is_remote, v.attendee_id IS NOT NULL AS is_voter, v.by_hand,
  p.press_id, p.number, p.receipt
FROM unnest($2::uuid[]) AS a(attendee_id)
JOIN conference.attendee t ON t.id = a.attendee_id AND t.meeting_id = $3
LEFT JOIN conference.voter v ON v.poll_id = $1 AND v.attendee_id = a.attendee_id
LEFT JOIN conference.press p ON p.poll_id = $1 AND p.attendee_id = a.attendee_id
"""
STORE = """
WITH given AS (
    SELECT * FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::bytea[])
        AS g(attendee_id, number, press_id, receipt, choice, sealed)
), voters AS (
    INSERT INTO conference.voter (poll_id, attendee_id) SELECT $1, attendee_id FROM given ON CONFLICT DO NOTHING
)
INSERT INTO conference.press (poll_id, attendee_id, number, press_id, receipt, choice, sealed)
SELECT $1, attendee_id, number, press_id, receipt, choice, sealed FROM given
ON CONFLICT (poll_id, attendee_id) DO UPDATE SET
    number = excluded.number, press_id = excluded.press_id, receipt = excluded.receipt,
    choice = excluded.choice, sealed = excluded.sealed
"""


async def store(ctx: Ctx, sealers: Sealers, poll_id: UUID, presses: Sequence[Press]) -> list[Answer]:
    """The answers in the order of the presses; durable when this returns.

    Raises NotFound when there is no such poll, and whatever a failing database raises.
    """
    async with ctx.db.write(SYSTEM) as write:
        rows = await ctx.db.fetch(LOCK, poll_id)
        if not rows:
            raise NotFound
        poll = rows[0]
        flush = _Flush(poll, await _standing(ctx, poll, presses))
        answers = [flush.decide(press) for press in presses]
        entries = await flush.store(ctx, sealers)
        detail = {"presses": len(presses), "stored": len(entries)}
        await write.audit("conference.poll.pressed", ref("poll", poll_id), detail=detail)
    return [flush.answer(press, answer) for press, answer in zip(presses, answers, strict=True)]


async def _standing(ctx: Ctx, poll: Mapping[str, Any], presses: Sequence[Press]) -> dict[UUID, dict[str, Any]]:
    asked = list({press.attendee_id for press in presses})
    rows = await ctx.db.fetch(STANDING, poll["id"], asked, poll["meeting_id"])
    return {row["attendee_id"]: row for row in rows}


class _Flush:
    """Decides press by press, as if they had come one after the other."""

    def __init__(self, poll: dict[str, Any], standing: dict[UUID, dict[str, Any]]) -> None:
        self.poll = poll
        self.standing = standing
        self.choices = Choices(poll)
        self.new: dict[UUID, tuple[Press, str]] = {}
        """By voter: the press that will count, and its canonical choice."""
        self.closed: tuple[str, str] | None = None
        if poll["state"] != "open" or poll["manner"] != "key":
            self.closed = "closed", _("This vote is not open.")
        elif poll["is_late"]:
            self.closed = "late", _("The time of this vote is over.")
        self.receipts: dict[UUID, tuple[str, str]] = {}
        """By voter: press id and receipt of what is stored after this flush."""

    def decide(self, press: Press) -> Refused | bool:
        """Why not, or whether this press was already known or is outdone by another."""
        row = self.standing.get(press.attendee_id)
        known = self._known(press.attendee_id, row)
        if known is not None and (
            known[0] == press.press_id or self.poll["counts"] == "first" or press.number <= known[1]
        ):
            return True
        refusal = self._refusal(press, row)
        if refusal is not None:
            return refusal
        try:
            self.new[press.attendee_id] = press, self.choices.canonical(press.choice)
        except WrongChoice:
            return Refused(press.press_id, "choice", _("This is not a choice of this vote."))
        return False

    def _known(self, attendee_id: UUID, row: Mapping[str, Any] | None) -> tuple[str, int] | None:
        if attendee_id in self.new:
            press = self.new[attendee_id][0]
            return press.press_id, press.number
        return (row["press_id"], row["number"]) if row is not None and row["press_id"] is not None else None

    def _refusal(self, press: Press, row: Mapping[str, Any] | None) -> Refused | None:
        """An unsigned seat cannot vote (GB 50799 §12.2.9), nor can a seat of someone who has left."""
        if self.closed is not None:
            code, message = self.closed
            return Refused(press.press_id, code, message)
        if row is None or row["role"] != "member":
            return Refused(press.press_id, "not-a-voter", _("Only members of this body vote."))
        if row["presence"] != "present":
            return Refused(press.press_id, "absent", _("Check in first: who is not checked in cannot vote."))
        if row["by_hand"] or (row["is_remote"] and not row["is_voter"]):
            return Refused(press.press_id, "by-hand", _("Who attends remotely votes by show of hands."))
        if not 0 < len(press.press_id) <= 64:
            return Refused(press.press_id[:64], "choice", _("The terminal sent a press without a proper number."))
        return None

    async def store(self, ctx: Ctx, sealers: Sealers) -> list[dict[str, Any]]:
        """Store what is new, with one record of the log for all of it."""
        if not self.new:
            return []
        poll, is_secret = self.poll, self.poll["secrecy"] == "secret"
        rows: list[tuple[Any, ...]] = []
        entries: list[dict[str, Any]] = []
        sealer = sealers.of(poll["id"], poll["public_key"]) if is_secret else None
        # In the order of persons, not of presses.
        for attendee_id in sorted(self.new):
            press, choice = self.new[attendee_id]
            entry: dict[str, Any] = {"attendee": attendee_id, "number": press.number}
            sealed = None
            if sealer is not None:
                sealed = sealer.seal(attendee_id, self.choices.padded(choice))
                entry["seal"] = hashlib.sha256(sealed).hexdigest()
            else:
                entry |= {"choice": choice, "nonce": secrets.token_hex(8)}
            receipt = receipt_of(entry)
            self.receipts[attendee_id] = press.press_id, receipt
            entries.append(entry)
            rows.append((attendee_id, press.number, press.press_id, receipt, None if is_secret else choice, sealed))
        await ctx.db.execute(STORE, poll["id"], *map(list, zip(*rows, strict=True)))
        await append(ctx, poll, "presses", {"entries": entries}, None if is_secret else poll["now"])
        return entries

    def answer(self, press: Press, decided: Refused | bool) -> Answer:
        if isinstance(decided, Refused):
            return decided
        stored = self.receipts.get(press.attendee_id)
        if stored is None:
            row = self.standing[press.attendee_id]
            stored = row["press_id"], row["receipt"]
        counted, receipt = stored
        return Recorded(press.press_id, receipt, decided, counted)
