"""The words in use: an operator's, else the plugin's own. Every version is kept; what cannot be filled is refused."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.db.locks import lock_key
from huitang_kernel.messages.gateways.wechat import fields_of
from huitang_kernel.messages.rules import Rule, kind_ref
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.contracts import Actor, Clock
from huitang_sdk.db import new_id
from huitang_sdk.declare import MessageKind
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.messages import fill_words, words_file

_ = Translator("messages")
MAX_TEMPLATE = 4000
COLUMNS = "id, kind, channel, locale, version, words, is_current, edited_name, edited_at"
PUT = """
INSERT INTO messages.words (id, kind, channel, locale, version, words, is_current, edited_by, edited_name, edited_at)
SELECT $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, true, $6, $7, $8
FROM messages.words WHERE kind = $2 AND channel = $3 AND locale = $4 RETURNING version
"""
RETIRE = """
UPDATE messages.words SET is_current = false
WHERE kind = $1 AND channel = $2 AND locale = $3 AND is_current RETURNING version
"""


class Place(Struct, frozen=True):
    """Which words: of a kind, for a channel, in a language."""

    kind: str
    channel: str
    locale: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.channel, self.locale


class Version(Struct, frozen=True, kw_only=True):
    """What an operator wrote once."""

    id: UUID
    kind: str
    channel: str
    locale: str
    version: int
    words: str
    is_current: bool
    edited_name: str
    edited_at: datetime


def own_words(record: PluginRecord, kind: MessageKind, locale: str, channel: str) -> str:
    """The plugin's own."""
    assert record.plugin is not None
    return _read(words_file(record.plugin.folder, record.id, kind, locale, channel))


@lru_cache(maxsize=1024)
def _read(path: Path) -> str:
    """Once in the life of a process: it comes with the plugin, and a letter needs it every time."""
    return path.read_text(encoding="utf-8").strip()


def preview(kind: MessageKind, channel: str, words: str, rule: Rule) -> str:
    """What somebody would get, with the sample's values. Raises Invalid for words that cannot be used."""
    if len(words) > MAX_TEMPLATE:
        raise Invalid(_("The words are longer than {most} characters.", most=MAX_TEMPLATE))
    text = fill_words(words, kind.sample)
    if channel == "wechat" and rule.wechat_template:
        try:
            fields_of(text)
        except ValueError:
            said = _("With a WeChat template every line is one of its fields, like “thing1: …”; others cannot be sent.")
            raise Invalid(said) from None
    return text


class Wording:
    """Reads and keeps the versions."""

    def __init__(self, database: PostgresDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def current(self) -> dict[tuple[str, str, str], Version]:
        """All that are in use, by place."""
        rows = await self._database.fetch(f"SELECT {COLUMNS} FROM messages.words WHERE is_current")
        return {(row["kind"], row["channel"], row["locale"]): Version(**row) for row in rows}

    async def versions(self, place: Place) -> list[Version]:
        """The last fifty, newest first."""
        where = "kind = $1 AND channel = $2 AND locale = $3 ORDER BY version DESC LIMIT 50"
        rows = await self._database.fetch(f"SELECT {COLUMNS} FROM messages.words WHERE {where}", *place.key)
        return [Version(**row) for row in rows]

    async def version(self, place: Place, number: int) -> Version:
        """One of them. Raises NotFound."""
        where = "kind = $1 AND channel = $2 AND locale = $3 AND version = $4"
        rows = await self._database.fetch(f"SELECT {COLUMNS} FROM messages.words WHERE {where}", *place.key, number)
        if not rows:
            raise NotFound(_("There is no such version of these words."))
        return Version(**rows[0])

    async def replace(self, actor: Actor, place: Place, words: str) -> None:
        """Use these words from now on."""
        async with self._database.write(actor) as write:
            before = await self._retire(place)
            facts = (words, actor.account_id, actor.name, self._clock.now())
            rows = await self._database.fetch(PUT, new_id(), *place.key, *facts)
            detail = {**_names(place), "before": before, "version": rows[0]["version"]}
            await write.audit("messages.words.replaced", kind_ref(place.kind), detail=detail)

    async def use(self, actor: Actor, place: Place, number: int) -> None:
        """Use an earlier version again; 0: the plugin's own."""
        chosen = await self.version(place, number) if number else None
        async with self._database.write(actor) as write:
            detail = {**_names(place), "before": await self._retire(place), "version": number}
            if chosen is not None:
                await self._database.execute("UPDATE messages.words SET is_current = true WHERE id = $1", chosen.id)
            action = "messages.words.replaced" if chosen else "messages.words.reset"
            await write.audit(action, kind_ref(place.kind), detail=detail)

    async def _retire(self, place: Place) -> int:
        """Take those in use out of use, one writer at a time; which they were, 0 for the plugin's own."""
        lock = lock_key(f"message-words:{':'.join(place.key)}")
        await self._database.execute("SELECT pg_advisory_xact_lock($1)", lock)
        rows: list[dict[str, Any]] = await self._database.fetch(RETIRE, *place.key)
        return rows[0]["version"] if rows else 0


def _names(place: Place) -> dict[str, str]:
    return {"kind": place.kind, "channel": place.channel, "locale": place.locale}
