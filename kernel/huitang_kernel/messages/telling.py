"""`send`: the rows of a message, written inside the change that it tells of. Nothing leaves here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.messages.wording import own_words
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.contracts import Personal, Recipient, Ref
from huitang_sdk.db import new_id
from huitang_sdk.declare import MessageKind
from huitang_sdk.i18n import DEFAULT_LOCALE, LOCALES
from huitang_sdk.messages import BrokenWords, check_data, fill_words, phone_to_dial

CHANNEL = "huitang_messages"
RECIPIENT, TEXT = "message.recipient", "message.text"
IN_USE = """
SELECT (SELECT closed FROM messages.rule WHERE kind = $1) AS closed, w.channel, w.words, w.version
FROM (SELECT 1) AS one LEFT JOIN messages.words w ON w.kind = $1 AND w.locale = $2 AND w.is_current
"""
NEW = """
INSERT INTO messages.message
    (id, plugin, kind, channel, told_once, recipient, recipient_index, text, words_version, locale, subject_kind,
     subject_id, urgent, state, reason, next_at, expires_at, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $16)
ON CONFLICT (told_once) DO NOTHING
"""


class Words(Struct, frozen=True):
    """What an operator decided about one kind in one language."""

    closed: tuple[str, ...]
    replaced: dict[str, tuple[str, int]]
    """Channel → words and version."""


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
        check_data(kind, data)
        locale = recipient.locale if recipient.locale in LOCALES else DEFAULT_LOCALE
        given = {"sms": recipient.phone.strip(), "wechat": recipient.open_id.strip()}
        wanted = {channel: given[channel] for channel in kind.channels if given[channel]}
        if not wanted:
            return
        words = await self._in_use(kind, locale)
        for channel, raw in wanted.items():
            address = phone_to_dial(raw) if channel == "sms" else raw
            text, version = self._text(record, kind, channel, locale, words, data)
            reason = self._reason_to_skip(channel, address, words)
            once = self._told_once(kind.id, key, channel, address or raw)
            await self._write(record.id, kind, channel, (address or raw, text, version), locale, subject, reason, once)
        await self._core.database.notify(CHANNEL)

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

    async def _write(
        self,
        plugin: str,
        kind: MessageKind,
        channel: str,
        said: tuple[str, str, int],
        locale: str,
        subject: Ref | None,
        reason: str,
        once: bytes,
    ) -> None:
        identifier, now = new_id(), self._core.clock.now()
        address, text, version = said
        values: tuple[Any, ...] = (
            *(identifier, plugin, kind.id, channel, once),
            self.personal.seal(RECIPIENT, identifier, address),
            self.personal.index(RECIPIENT, address),
            self.personal.seal(TEXT, identifier, text),
            *(version, locale),
            *((subject.kind, subject.id) if subject else ("", None)),
            kind.urgent,
            *(("skipped", reason) if reason else ("queued", "")),
            now,
            now + timedelta(minutes=kind.minutes) if kind.minutes else None,
        )
        await self._core.database.execute(NEW, *values)
