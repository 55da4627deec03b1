"""The ledger as people see it: filtered, recipients masked, given-up ones sent again, in clear with a reason only.

What was sent about something that plugins withhold from the reader is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.messages.gateways.outcome import Gateway, Outgoing, still_known
from huitang_kernel.messages.telling import CHANNEL, RECIPIENT, TEXT
from huitang_kernel.plugins.withholding import Withholding
from huitang_sdk.contracts import Actor, Clock, Personal, Ref, Sealed, SentMessage
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
    " attempts, next_at, expires_at, gateway_id, created_at, changed_at, text IS NOT NULL AS is_kept, secret"
)
SUBJECT = "coalesce(m.subject_kind || ':' || m.subject_id, '')"
"""What a message is about, as plugins name it when they withhold it."""

GIVEN_UP = """
m.state = 'dead' AND m.text IS NOT NULL AND (m.expires_at IS NULL OR m.expires_at > now())
    AND ($1::uuid IS NULL OR m.id = $1) AND {shown}
"""
IN_DOUBT = f"""
SELECT m.id, m.channel, m.round, m.unsure_since, coalesce(r.wechat_template, '') AS wechat_template
FROM messages.message m LEFT JOIN messages.rule r ON r.kind = m.kind
WHERE {GIVEN_UP} AND m.unsure_since IS NOT NULL FOR UPDATE OF m
"""
KNOWN = "m.id = ANY({known}::uuid[])"
RETRY = f"""
UPDATE messages.message m SET state = 'queued', reason = '', code = '', next_at = now(), changed_at = now(),
    round = m.round + CASE WHEN {KNOWN} THEN 0 ELSE 1 END, attempts = CASE WHEN {KNOWN} THEN m.attempts ELSE 0 END,
    unsure_since = CASE WHEN {KNOWN} THEN m.unsure_since END, gateway_id = ''
WHERE {GIVEN_UP} RETURNING m.id, m.kind, m.channel, m.round, m.subject_kind, m.subject_id
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
    secret: bool

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

    def __init__(
        self,
        database: PostgresDatabase,
        clock: Clock,
        gateways: Mapping[str, Gateway],
        lease_seconds: float,
        withholding: Withholding,
    ) -> None:
        self._database = database
        self._withholding = withholding
        self._clock = clock
        self._gateways = gateways
        self._lease_seconds = lease_seconds

    async def page(self, actor: Actor, query: ListQuery) -> tuple[list[Entry], int]:
        """The rows asked for, newest first, and how many fit. The filter "to" holds blind indexes, hexadecimal."""
        sql = Sql()
        where = [await self._shown(actor, sql)]
        for name in ("state", "channel", "kind"):
            if query.filters[name]:
                where.append(f"{name} = {sql.put(query.filters[name])}")
        if query.filters["to"]:
            where.append(f"recipient_index = ANY({sql.put(indexes_in(query.filters['to']), '::bytea[]')})")
        matching = f"FROM messages.message m WHERE {' AND '.join(where)}"
        total = await self._database.fetch(f"SELECT count(*) AS total {matching}", *sql.values)
        order = f"ORDER BY created_at DESC, id DESC LIMIT {sql.put(query.size)} OFFSET {sql.put(query.offset)}"
        rows = await self._database.fetch(f"SELECT {COLUMNS} {matching} {order}", *sql.values)
        return [self._entry(row) for row in rows], total[0]["total"]

    async def _shown(self, actor: Actor, sql: Sql) -> str:
        return (await self._withholding.away(actor)).shown(sql, SUBJECT)

    async def counts(self, actor: Actor) -> dict[str, int]:
        """How many rows are in which state; every state is there."""
        sql = Sql()
        shown = await self._shown(actor, sql)
        rows = await self._database.fetch(
            f"SELECT state, count(*) AS count FROM messages.message m WHERE {shown} GROUP BY state", *sql.values
        )
        found: dict[str, int] = {row["state"]: row["count"] for row in rows}
        return {state: found.get(state, 0) for state in STATES}

    async def entry(self, actor: Actor, identifier: UUID) -> Entry:
        """One of them. Raises NotFound."""
        sql = Sql(identifier)
        shown = await self._shown(actor, sql)
        rows = await self._database.fetch(
            f"SELECT {COLUMNS} FROM messages.message m WHERE id = $1 AND {shown}", *sql.values
        )
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
        """Recipient and text in clear, on the record; of a secret one only the recipient. Raises Invalid without a
        reason, and for what is still valid: with somebody's code one could act in their place.
        """
        entry = await self.entry(actor, identifier)
        rows = await self._database.fetch(
            """SELECT recipient, CASE WHEN secret THEN NULL ELSE text END AS text, secret, expires_at,
                expires_at > now() AS is_valid FROM messages.message
            WHERE id = $1""",
            identifier,
        )
        if not rows:
            raise NotFound(_("There is no such message."))
        if rows[0]["is_valid"] and not rows[0]["secret"]:
            until = format_time(rows[0]["expires_at"])
            said = _("This message may hold a code that is still valid. It can be shown after {time}.", time=until)
            raise Invalid(fields={"reason": said})
        values = [Sealed(RECIPIENT, identifier, rows[0]["recipient"]), Sealed(TEXT, identifier, rows[0]["text"])]
        about = record_of(identifier, entry.subject_kind, entry.subject_id)
        recipient, text = await self.personal.reveal(actor, REVEAL, about, values, reason=reason)
        return recipient, text

    async def retry(self, actor: Actor, identifier: UUID | None) -> int:
        """Send a given-up message (None: all that are not withheld from the actor) again. One that the gateway may have
        goes with the same key for as long as that is known, so that it cannot come twice; the others as a new round.
        Raises Conflict when there is none, NotFound for one that is not there.
        """
        if identifier is not None:
            await self.entry(actor, identifier)
        sql = Sql(identifier)
        shown = await self._shown(actor, sql)
        async with self._database.write(actor) as write:
            doubted = await self._database.fetch(IN_DOUBT.format(shown=shown), *sql.values)
            known = sql.put([row["id"] for row in doubted if self._is_known(row)])
            again = RETRY.format(shown=shown, known=known)
            rows: list[dict[str, Any]] = await self._database.fetch(again, *sql.values)
            if not rows:
                raise Conflict(_("Nothing is given up here any more, or it is too late for it. Reload the list."))
            for row in rows:
                about = record_of(row["id"], row["subject_kind"], row["subject_id"])
                detail = {"message": str(row["id"]), **{name: row[name] for name in ("kind", "channel", "round")}}
                await write.audit("messages.message.retried", about, detail=detail)
            await self._database.notify(CHANNEL)
        return len(rows)

    def _is_known(self, row: dict[str, Any]) -> bool:
        gateway = self._gateways.get(row["channel"])
        if gateway is None:
            return False
        message = Outgoing(row["id"], row["round"], "", "", row["wechat_template"])
        age = self._clock.now() - row["unsure_since"]
        return still_known(gateway, message, age, self._lease_seconds)

    def _entry(self, row: dict[str, Any]) -> Entry:
        try:
            plain = self.personal.unseal(RECIPIENT, row["id"], row["recipient"])
            shown = masked("phone" if row["channel"] == "sms" else "id", plain)
        except SealBroken:
            shown = "?"
        return Entry(**{**row, "recipient": shown})


def record_of(identifier: UUID, kind: str | None, subject_id: UUID | None) -> Ref:
    """What the log's record of a message stands on: what the message is about, so that it is withheld together with
    that; the message itself if it is about nothing."""
    return Ref(kind, subject_id) if kind and subject_id else Ref("messages.message", identifier)


def indexes_in(text: str) -> Sequence[bytes]:
    """Those of the filter "to"; nothing for what is none."""
    try:
        return [bytes.fromhex(part) for part in text.split(",")]
    except ValueError:
        return []
