"""`send`: the rows of a message, written inside the change that it tells of. Nothing leaves here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import asyncpg
from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.messages.wording import own_words
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.contracts import Personal, Recipient, Ref
from huitang_sdk.db import new_id
from huitang_sdk.declare import MessageKind
from huitang_sdk.i18n import DEFAULT_LOCALE, LOCALES
from huitang_sdk.messages import SITE, BrokenWords, check_data, fill_words, phone_to_dial

CHANNEL = "huitang_messages"
RECIPIENT, TEXT = "message.recipient", "message.text"
IN_USE = """
SELECT (SELECT closed FROM messages.rule WHERE kind = $1) AS closed, w.channel, w.words, w.version
FROM (SELECT 1) AS one LEFT JOIN messages.words w ON w.kind = $1 AND w.locale = $2 AND w.is_current
"""
NEW = f"""
WITH told AS (
    INSERT INTO messages.message
        (id, plugin, kind, channel, told_once, recipient, recipient_index, text, words_version, locale, subject_kind,
         subject_id, urgent, secret, state, reason, next_at, expires_at, created_at, changed_at)
    SELECT id, plugin, kind, channel, told_once, recipient, recipient_index, text, words_version, locale, subject_kind,
        subject_id, urgent, secret, state, reason, now, expires_at, now, now
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[],
        $9::int[], $10::text[], $11::text[], $12::uuid[], $13::bool[], $14::bool[], $15::text[], $16::text[],
        $17::timestamptz[], $18::timestamptz[]) AS n(id, plugin, kind, channel, told_once, recipient, recipient_index,
        text, words_version, locale, subject_kind, subject_id, urgent, secret, state, reason, now, expires_at)
    ON CONFLICT (told_once) DO NOTHING RETURNING 1
)
SELECT pg_notify('{CHANNEL}', '') WHERE EXISTS (SELECT FROM told)
"""


class Words(Struct, frozen=True):
    """What an operator decided about one kind in one language."""

    closed: tuple[str, ...]
    replaced: dict[str, tuple[str, int]]
    """Channel → words and version."""


class Said:
    """The messages of one write: put down together just before its commit, in the words as it read them once."""

    def __init__(self) -> None:
        self.words: dict[tuple[str, str], Words] = {}
        self.rows: list[tuple[Any, ...]] = []

    async def leave(self, connection: asyncpg.Connection) -> None:
        """In the order of what was told, so that two nodes that say the same never wait for one another."""
        if self.rows:
            await connection.execute(NEW, *zip(*sorted(self.rows, key=lambda row: row[4]), strict=True))


class Telling:
    """Writes messages. `personal` is set when the service starts; `open_channels` are those that are set up."""

    personal: Personal

    def __init__(self, core: Core, open_channels: frozenset[str]) -> None:
        self._core = core
        self._open = open_channels
        self._hash_key = core.keys.derive("messages.told-once")

    async def send(
        self,
        record: PluginRecord,
        kind: MessageKind,
        recipient: Recipient,
        *,
        key: str,
        data: Mapping[str, str],
        subject: Ref | None,
    ) -> None:
        """A row for each channel with an address; what was told already under the same key is left out."""
        if SITE in kind.sample:
            data = {SITE: self._core.settings.server.public_url.rstrip("/"), **data}
        check_data(kind, data)
        locale = recipient.locale if recipient.locale in LOCALES else DEFAULT_LOCALE
        given = {"sms": recipient.phone.strip(), "wechat": recipient.open_id.strip()}
        wanted = {channel: given[channel] for channel in kind.channels if given[channel]}
        if not wanted:
            return
        said = self._core.database.parting("messages.send", Said)
        words = said.words.get((kind.id, locale))
        if words is None:
            words = said.words[kind.id, locale] = await self._in_use(kind, locale)
        for channel, raw in wanted.items():
            address = phone_to_dial(raw) if channel == "sms" else raw
            text, version = self._text(record, kind, channel, locale, words, data)
            reason = self._reason_to_skip(channel, address, words)
            once = self._told_once(kind.id, key, channel, address or raw)
            told = (address or raw, text, version)
            said.rows.append(self._row(record.id, kind, channel, told, locale, subject, reason, once))

    async def _in_use(self, kind: MessageKind, locale: str) -> Words:
        rows = await self._core.database.fetch(IN_USE, kind.id, locale)
        replaced = {row["channel"]: (row["words"], row["version"]) for row in rows if row["channel"]}
        return Words(tuple(rows[0]["closed"] or ()), replaced)

    def _text(
        self,
        record: PluginRecord,
        kind: MessageKind,
        channel: str,
        locale: str,
        words: Words,
        data: Mapping[str, str],
    ) -> tuple[str, int]:
        """With an operator's words; if these fail with real data, with the plugin's own, and the trouble is noted."""
        if channel in words.replaced:
            source, version = words.replaced[channel]
            try:
                return fill_words(source, data), version
            except BrokenWords as error:
                record.note_trouble(f"message:{kind.id}", error)
        return fill_words(own_words(record, kind, locale, channel), data), 0

    def _reason_to_skip(self, channel: str, address: str, words: Words) -> str:
        if not address:
            return "bad-number"
        if channel not in self._open:
            return "no-gateway"
        return "closed" if channel in words.closed else ""

    def _told_once(self, *facts: str) -> bytes:
        """Found again by whoever has the key, which is not in the database."""
        content = "\x00".join(facts).encode()
        return hmac.digest(self._hash_key, content, hashlib.sha256)

    def _row(
        self,
        plugin: str,
        kind: MessageKind,
        channel: str,
        said: tuple[str, str, int],
        locale: str,
        subject: Ref | None,
        reason: str,
        once: bytes,
    ) -> tuple[Any, ...]:
        identifier, now = new_id(), self._core.clock.now()
        address, text, version = said
        is_erased = kind.secret and bool(reason)  # it is never going to leave
        return (
            *(identifier, plugin, kind.id, channel, once),
            self.personal.seal(RECIPIENT, identifier, address),
            self.personal.index(RECIPIENT, address),
            None if is_erased else self.personal.seal(TEXT, identifier, text),
            *(version, locale),
            *((subject.kind, subject.id) if subject else ("", None)),
            *(kind.urgent, kind.secret),
            *(("skipped", reason) if reason else ("queued", "")),
            now,
            now + timedelta(minutes=kind.minutes) if kind.minutes else None,
        )
