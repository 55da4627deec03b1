"""The ledger as people see it: filtered, recipients masked, given-up ones sent again, in clear with a reason only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.messages.telling import CHANNEL, RECIPIENT, TEXT
from huitang_sdk.contracts import Actor, Personal, Ref, Sealed, SentMessage
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, Invalid, NotFound, SealBroken
from huitang_sdk.i18n import Translator, format_time
from huitang_sdk.lists import ListQuery
from huitang_sdk.messages import phone_to_dial
from huitang_sdk.personal import masked

_ = Translator("messages")
REVEAL = "messages.message.reveal"
STATES = ("queued", "sending", "failed", "accepted", "delivered", "dead", "skipped")
COLUMNS = (
    "id, plugin, kind, channel, recipient, words_version, locale, subject_kind, subject_id, state, reason, code, round,"
    " attempts, next_at, expires_at, gateway_id, created_at, changed_at, text IS NOT NULL AS is_kept"
)
RETRY = """
UPDATE messages.message SET state = 'queued', reason = '', code = '', round = round + 1, attempts = 0, next_at = now(),
    unsure_since = NULL, gateway_id = '', changed_at = now()
WHERE state = 'dead' AND text IS NOT NULL AND (expires_at IS NULL OR expires_at > now())
    AND ($1::uuid IS NULL OR id = $1) RETURNING id, kind, channel, reason, code, round
"""


class Entry(Struct, frozen=True, kw_only=True):
    """One row of the ledger; `recipient` is masked."""

    id: UUID
    plugin: str
    kind: str
    channel: str
    recipient: str
    words_version: int
    locale: str
    subject_kind: str
    subject_id: UUID | None
    state: str
    reason: str
    code: str
    round: int
    attempts: int
    next_at: datetime
    expires_at: datetime | None
    gateway_id: str
    created_at: datetime
    changed_at: datetime
    is_kept: bool

    def may_go_again(self, now: datetime) -> bool:
        """Given up, not erased, and still of use."""
        return self.state == "dead" and self.is_kept and (self.expires_at is None or self.expires_at > now)


class Receipt(Struct, frozen=True):
    """What a gateway reported."""

    status: str
    code: str
    at: datetime


class Reading:
    """`personal` is set when the service starts."""

    personal: Personal

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def page(self, query: ListQuery) -> tuple[list[Entry], int]:
        """The rows asked for, newest first, and how many fit. The filter "to" holds blind indexes, hexadecimal."""
        sql, where = Sql(), ["true"]
        for name in ("state", "channel", "kind"):
            if query.filters[name]:
                where.append(f"{name} = {sql.put(query.filters[name])}")
        if query.filters["to"]:
            where.append(f"recipient_index = ANY({sql.put(indexes_in(query.filters['to']), '::bytea[]')})")
        matching = f"FROM messages.message WHERE {' AND '.join(where)}"
        total = await self._database.fetch(f"SELECT count(*) AS total {matching}", *sql.values)
        order = f"ORDER BY created_at DESC, id DESC LIMIT {sql.put(query.size)} OFFSET {sql.put(query.offset)}"
        rows = await self._database.fetch(f"SELECT {COLUMNS} {matching} {order}", *sql.values)
        return [self._entry(row) for row in rows], total[0]["total"]

    async def counts(self) -> dict[str, int]:
        """How many rows are in which state; every state is there."""
        rows = await self._database.fetch("SELECT state, count(*) AS count FROM messages.message GROUP BY state")
        found: dict[str, int] = {row["state"]: row["count"] for row in rows}
        return {state: found.get(state, 0) for state in STATES}

    async def entry(self, identifier: UUID) -> Entry:
        """One of them. Raises NotFound."""
        rows = await self._database.fetch(f"SELECT {COLUMNS} FROM messages.message WHERE id = $1", identifier)
        if not rows:
            raise NotFound(_("There is no such message."))
        return self._entry(rows[0])

    async def receipts(self, entry: Entry) -> list[Receipt]:
        """What the gateway reported about one message, oldest first."""
        rows = await self._database.fetch(
            """SELECT status, code, at FROM messages.receipt
            WHERE channel = $1 AND ((gateway_id = $2 AND $2 <> '') OR reference LIKE $3) ORDER BY at""",
            *(entry.channel, entry.gateway_id, f"{entry.id}-%"),
        )
        return [Receipt(**row) for row in rows]

    async def about(self, plugin: str, subject: Ref) -> list[SentMessage]:
        """What a plugin sent about a thing, oldest first."""
        rows = await self._database.fetch(
            f"SELECT {COLUMNS} FROM messages.message WHERE subject_kind = $1 AND subject_id = $2 AND plugin = $3"
            " ORDER BY created_at, id",
            *(subject.kind, subject.id, plugin),
        )
        entries = [self._entry(row) for row in rows]
        return [SentMessage(*(getattr(e, name) for name in SentMessage.__struct_fields__)) for e in entries]

    def indexes_of(self, address: str) -> str:
        """Blind indexes of a number or an OpenID, for the filter "to": an address may carry them, a number not."""
        return ",".join(one.hex() for one in self.personal.matches(RECIPIENT, phone_to_dial(address) or address))

    async def reveal(self, actor: Actor, identifier: UUID, reason: str) -> tuple[str, str]:
        """Recipient and text in clear, on the record. Raises Invalid without a reason, and for what is still valid:
        with somebody's sign-in code one could sign in in their place.
        """
        rows = await self._database.fetch(
            """SELECT recipient, text, expires_at > now() AS is_valid, expires_at FROM messages.message
            WHERE id = $1""",
            identifier,
        )
        if not rows:
            raise NotFound(_("There is no such message."))
        if rows[0]["is_valid"]:
            until = format_time(rows[0]["expires_at"])
            said = _("This message may hold a code that is still valid. It can be shown after {time}.", time=until)
            raise Invalid(fields={"reason": said})
        values = [Sealed(RECIPIENT, identifier, rows[0]["recipient"]), Sealed(TEXT, identifier, rows[0]["text"])]
        subject = Ref("messages.message", identifier)
        recipient, text = await self.personal.reveal(actor, REVEAL, subject, values, reason=reason)
        return recipient, text

    async def retry(self, actor: Actor, identifier: UUID | None) -> int:
        """Send a given-up message (None: all of them) again, as a new round. Raises Conflict when there is none."""
        async with self._database.write(actor) as write:
            rows: list[dict[str, Any]] = await self._database.fetch(RETRY, identifier)
            if not rows:
                raise Conflict(_("Nothing is given up here any more, or it is too late for it. Reload the list."))
            for row in rows:
                detail = {"kind": row["kind"], "channel": row["channel"], "round": row["round"]}
                await write.audit("messages.message.retried", Ref("messages.message", row["id"]), detail=detail)
            await self._database.notify(CHANNEL)
        return len(rows)

    def _entry(self, row: dict[str, Any]) -> Entry:
        try:
            plain = self.personal.unseal(RECIPIENT, row["id"], row["recipient"])
            shown = masked("phone" if row["channel"] == "sms" else "id", plain)
        except SealBroken:
            shown = "?"
        return Entry(**{**row, "recipient": shown})


def indexes_in(text: str) -> Sequence[bytes]:
    """Those of the filter "to"; nothing for what is none."""
    try:
        return [bytes.fromhex(part) for part in text.split(",")]
    except ValueError:
        return []
